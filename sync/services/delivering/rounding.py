"""Xero's total against ours, before any money is put on the invoice (Xero rounds tax per line)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.core.failures import ConfigurationFailure
from integrations.core.money import Money
from integrations.models import Pair
from integrations.pairs.selectors import accounts_of
from sync.models import Posting
from sync.services.problems import hold_for_problem


def check_total(pair: Pair, posting: Posting, echoed: Decimal | None) -> None:
    """Close a gap of a few pence by one Rounding line; above the pair's cap hold what waits, and ask."""
    if echoed is None:
        return
    ours = Money(posting.amount_minor, posting.currency)
    gap = ours - Money.rounded(echoed, posting.currency)
    if not gap:
        return
    can_round = posting.kind == Posting.Kind.INVOICE and abs(gap.minor) <= pair.rounding_cap_minor
    if can_round:
        _add_rounding_line(pair, posting, gap)
    else:
        _stop(pair, posting, ours, echoed)


def _add_rounding_line(pair: Pair, posting: Posting, gap: Money) -> None:
    document = {**posting.document, "LineItems": [*posting.document["LineItems"], _line(pair, gap)]}
    correction, _ = Posting.objects.get_or_create(
        pair=pair,
        kind=Posting.Kind.INVOICE_UPDATE,
        natural_key=f"{posting.natural_key}@rounding",
        defaults={
            "state": Posting.State.READY,
            "ready_at": timezone.now(),
            "waits_for": posting,
            "order": posting.order,
            "customer": posting.customer,
            "mapping_version_id": posting.mapping_version_id,
            "document": document,
            "amount_minor": posting.amount_minor,
            "currency": posting.currency,
        },
    )
    waiters = Posting.objects.filter(waits_for=posting, state=Posting.State.WAITING)
    waiters.exclude(pk=correction.pk).update(waits_for=correction)


def _line(pair: Pair, gap: Money) -> dict[str, Any]:
    amount = gap.to_decimal()
    return {
        "Description": "Rounding",
        "Quantity": 1,
        "UnitAmount": amount,
        "LineAmount": amount,
        "TaxAmount": Decimal(0),
        "TaxType": "NONE",
        "AccountCode": accounts_of(pair)["rounding"],
    }


def _stop(pair: Pair, posting: Posting, ours: Money, echoed: Decimal) -> None:
    waiters = Posting.objects.filter(waits_for=posting, state=Posting.State.WAITING)
    failure = ConfigurationFailure(
        "total_differs",
        posting.natural_key,
        f"Xero totals {_name(posting)} at {echoed} {posting.currency}, but {_moves(posting)} {ours}.",
        "Correct it in Xero so that its total is the same, then mark this as fixed: the money that waits for it is "
        "posted then.",
    )
    hold_for_problem(pair, failure, waiters.values_list("pk", flat=True))


def _name(posting: Posting) -> str:
    what = "credit note" if posting.kind == Posting.Kind.CREDIT_NOTE else "invoice"
    return f"{what} {posting.remote_number or posting.natural_key}"


def _moves(posting: Posting) -> str:
    return "the customer gets back" if posting.kind == Posting.Kind.CREDIT_NOTE else "the customer pays"
