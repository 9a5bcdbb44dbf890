"""What is left of a sale and of overpayments for money that goes back, by refund or by chargeback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sync.core.books.facts import (
    GIVEN_PART,
    Key,
    OrderFacts,
    PaymentFacts,
    PostingFacts,
    Postings,
    live_minor,
)
from sync.core.books.steps import Cancel, Create, Step
from sync.core.states import UNSENT

UNDONE_BY: Final[Mapping[str, str]] = {
    "credit_note": "credit_note_void",
    "refund": "refund_delete",
    "spend": "bank_transaction_delete",
    "receive": "bank_transaction_delete",
    "journal": "journal_void",
}
"""The kind that takes back a posting of a kind; its key is that of what it undoes."""


def is_undone(posting: PostingFacts, postings: Postings) -> bool:
    """Whether it is taken back, or to be."""
    found = postings.get((UNDONE_BY[posting.kind], posting.key))
    return found is not None and found.state != "cancelled"


def stands(posting: PostingFacts, postings: Postings) -> bool:
    """Whether its money is in Xero, or meant to be, and nobody takes it back."""
    return posting.is_live and not is_undone(posting, postings)


def sale_left(order: OrderFacts, postings: Postings) -> int:
    """What no credit note has taken back of the sale yet."""
    return order.total_minor - live_minor(
        posting
        for posting in postings.values()
        if posting.kind == "credit_note" and not is_undone(posting, postings)
    )


def overpaid_left(payment_code: str, order: OrderFacts, postings: Postings) -> Iterator[tuple[str, int]]:
    """What is left of the order's overpayments, that of this payment first, then the newest."""
    newest_first = [payment for payment in reversed(order.payments) if payment.state == "captured"]
    newest_first.sort(key=lambda payment: payment.code != payment_code)
    for payment in newest_first:
        if left := _left_of_overpayment(payment, postings):
            yield payment.code, left


def _left_of_overpayment(payment: PaymentFacts, postings: Postings) -> int:
    overpayment = postings.get(("overpayment", payment.code))
    if overpayment is None or not overpayment.is_live:
        return 0
    taken = [
        posting
        for posting in postings.values()
        if posting.kind == "refund" and taken_of(posting) == payment.code and not is_undone(posting, postings)
    ]
    return overpayment.amount_minor - live_minor(taken)


def taken_of(posting: PostingFacts) -> str:
    """The code of the payment whose overpayment a cash refund takes; empty when it stands on a credit note."""
    parts = posting.key.split(GIVEN_PART)
    place = 2 if posting.case else 1
    return parts[place] if len(parts) > place else ""


def spread_over(amount: int, left: Mapping[str, int]) -> dict[str, int]:
    """As much of `amount` as there is, by what it is taken of, in that order."""
    taken: dict[str, int] = {}
    rest = amount
    for code, available in left.items():
        if part := min(rest, available):
            taken[code] = part
            rest -= part
    return taken


def undone(posting: PostingFacts, postings: Postings, *, why: str, payment_code: str = "",
           refund_code: str = "") -> list[Step]:  # fmt: skip
    """Steps that take back one posting: cancelled while unsent, else undone in Xero once; money before its document."""
    undo = UNDONE_BY[posting.kind]
    existing = postings.get((undo, posting.key))
    if posting.state in UNSENT:
        steps: list[Step] = [Cancel(posting.kind, posting.key, why)]
        if existing is not None and existing.state in UNSENT:
            steps.append(Cancel(undo, posting.key, why))
        return steps
    if not posting.is_live or existing is not None:
        return []
    own: Key = (posting.kind, posting.key)
    money: Key = ("refund_delete", posting.key)
    waits = money if undo == "credit_note_void" and money in postings else own
    return [
        Create(
            undo,
            posting.key,
            posting.amount_minor,
            payment_code=payment_code,
            refund_code=refund_code,
            after=waits,
            about=own,
            case=posting.case,
        )
    ]
