"""Our bank accounts: finding one by its name."""

from __future__ import annotations

from integrations.models import Pair
from reconciliation.models import BankAccount


def account_named(slug: str, pair_slug: str = "") -> BankAccount:
    """The bank account of this short name; of any pair unless one is named. Raises LookupError in words."""
    rows = BankAccount.objects.filter(slug=slug).select_related("pair")
    if pair_slug:
        if not Pair.objects.filter(slug=pair_slug).exists():
            raise LookupError(f"There is no pair {pair_slug}.")
        rows = rows.filter(pair__slug=pair_slug)
    found = list(rows.order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise LookupError(f"Several pairs have a bank account {slug}: say which with --pair.")
    there = rows.model.objects.filter(**({"pair__slug": pair_slug} if pair_slug else {}))
    names = ", ".join(there.order_by("slug").values_list("slug", flat=True)[:10]) or "none yet"
    raise LookupError(f"There is no bank account {slug}; there are: {names}.")
