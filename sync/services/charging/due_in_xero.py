"""What Xero itself says is due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from integrations.cards.selectors import due_of
from integrations.core.failures import Failure
from integrations.models import Pair
from integrations.pairs.selectors import xero_of
from integrations.xero.client import XeroClient
from integrations.xero.lookups import Found, find_invoices_by_id
from sync.models import Posting
from sync.services.actions import ActionRefusedError
from sync.services.charging.planning import Choice

_OPEN: Final = frozenset({"AUTHORISED", "DRAFT", "SUBMITTED"})
"""An invoice nobody has paid yet is a draft of ours (docs/accounting.md, row 1): the payment approves it."""


def ask_xero(pair: Pair, choices: Sequence[Choice]) -> dict[int, str]:
    """What Xero's own AmountDue stands in the way of, by order, in words. One call for forty invoices.

    Raises ActionRefusedError when Xero cannot be asked: nobody is charged on a guess.
    """
    wanted = {row.order_id: row for row in choices}
    invoices = {
        posting.order_id or 0: posting
        for posting in Posting.objects.filter(
            pair=pair, order__in=wanted, kind=Posting.Kind.INVOICE, state=Posting.State.POSTED
        ).select_related("order")
    }
    try:
        found = find_invoices_by_id(XeroClient(xero_of(pair)), [row.remote_id for row in invoices.values()])
    except Failure as failure:
        raise ActionRefusedError(
            f"Nothing was charged, for Xero cannot say what is due. {failure.message}"
        ) from failure
    words = {
        pk: _not_due(posting, found.get(posting.remote_id), wanted[pk]) for pk, posting in invoices.items()
    }
    return {pk: refusal for pk, refusal in words.items() if refusal}


def _not_due(posting: Posting, invoice: Found | None, choice: Choice) -> str:
    order = posting.order
    if order is None or invoice is None:
        return f"Xero no longer has invoice {posting.natural_key}."
    if invoice.status not in _OPEN or invoice.amount_due is None:
        return f"Invoice {invoice.number} is {invoice.status.lower()} in Xero, so nothing is due on it."
    wanted = choice.amount or due_of(order)
    if invoice.currency != wanted.currency:
        return f"Invoice {invoice.number} is in {invoice.currency} in Xero. Send a pay link."
    if wanted.to_decimal() > invoice.amount_due:
        return (
            f"Only {invoice.amount_due} {invoice.currency} is due on invoice {invoice.number} in Xero: "
            "somebody has booked something on it there."
        )
    return ""
