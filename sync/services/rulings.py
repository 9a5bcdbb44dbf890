"""Rulings that are stored: keeping back what they hold, whatever else has let it go."""

from __future__ import annotations

from collections.abc import Sequence

from sync.models import Posting, Ruling
from sync.services.standing import GOES, Standing, standing_of

OF_ORDER = frozenset({Posting.Kind.INVOICE, Posting.Kind.INVOICE_UPDATE, Posting.Kind.INVOICE_AUTHORISE})
"""What a ruling on an order keeps back, beside its contact; undoing and closing are never kept back."""
OF_PAYMENT = frozenset({Posting.Kind.PAYMENT, Posting.Kind.OVERPAYMENT})
"""What a ruling on a payment keeps back."""


def keep_back_again(postings: Sequence[Posting]) -> int:
    """Hold, in memory, those of the postings that a ruling keeps back; returns how many.

    A problem put right, or a document corrected by hand, is no approval.
    """
    orders = {posting.order_id for posting in postings if posting.order_id}
    if not orders:
        return 0
    rulings = {(row.order_id, row.payment_id): row for row in Ruling.objects.filter(order__in=orders)}
    return sum(_standing(posting, rulings).keep_back(posting) for posting in postings)


def _standing(posting: Posting, rulings: dict[tuple[int, int | None], Ruling]) -> Standing:
    if posting.order_id is None or posting.kind not in OF_ORDER | OF_PAYMENT:
        return GOES
    payment = posting.payment_id if posting.kind in OF_PAYMENT else None
    ruling = rulings.get((posting.order_id, payment))
    return standing_of(ruling) if ruling else GOES
