"""Rulings that are stored: keeping back what they hold, whatever else has let it go."""

from __future__ import annotations

from collections.abc import Sequence

from sync.models import Posting, RecordKey, Ruling
from sync.services.standing import GOES, Standing, standing_of

OF_ORDER = frozenset({Posting.Kind.INVOICE, Posting.Kind.INVOICE_UPDATE, Posting.Kind.INVOICE_AUTHORISE})
"""What a ruling on an order keeps back, beside its contact; undoing and closing are never kept back."""
OF_PAYMENT = frozenset({Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT})
"""What a ruling on a payment keeps back."""
OF_REFUND = frozenset({Posting.Kind.CREDIT_NOTE, Posting.Kind.REFUND})
"""What a ruling on a refund keeps back."""

OF_DISPUTE = frozenset({
    Posting.Kind.SPEND, Posting.Kind.RECEIVE, Posting.Kind.CREDIT_NOTE, Posting.Kind.REFUND, Posting.Kind.JOURNAL,
})  # fmt: skip
"""What of a dispute a ruling on its payment keeps back."""


def ruled_record(posting: Posting) -> RecordKey | None:
    """The record whose ruling a posting follows; None for what no ruling keeps back."""
    if posting.order_id is None:
        return None
    if posting.dispute_id is not None:
        return (posting.order_id, posting.payment_id, None) if posting.kind in OF_DISPUTE else None
    if posting.kind in OF_ORDER:
        return posting.order_id, None, None
    if posting.kind in OF_PAYMENT:
        return posting.order_id, posting.payment_id, None
    if posting.kind in OF_REFUND and posting.refund_id is not None:
        return posting.order_id, None, posting.refund_id
    return None


def keep_back_again(postings: Sequence[Posting]) -> int:
    """Hold, in memory, those of the postings that a ruling keeps back; returns how many.

    A problem put right, or a document corrected by hand, is no approval.
    """
    orders = {posting.order_id for posting in postings if posting.order_id}
    if not orders:
        return 0
    rulings = {row.record: row for row in Ruling.objects.filter(order__in=orders)}
    return sum(_standing(posting, rulings).keep_back(posting) for posting in postings)


def _standing(posting: Posting, rulings: dict[RecordKey, Ruling]) -> Standing:
    record = ruled_record(posting)
    ruling = rulings.get(record) if record else None
    return standing_of(ruling) if ruling else GOES
