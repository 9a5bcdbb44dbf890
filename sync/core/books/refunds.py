"""Money going back to a customer: row 6 of the posting table (docs/accounting.md), and undoing it again (rows 4 and 5).

What an order was paid too much is given back first, out of the overpayment: no sale is undone by it. The rest undoes the
sale: a credit note, and a cash refund on it. An amount once planned stays, whatever else becomes known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sync.core.books.facts import (
    Key,
    OrderFacts,
    PaymentFacts,
    PostingFacts,
    Postings,
    RefundFacts,
    captured_minor,
    counted_refunds,
    given_back_minor,
    live_minor,
)
from sync.core.books.orders import approved_invoice, last_of_invoice, live_invoice_key
from sync.core.books.steps import Ask, Cancel, Create, Question, Step, carried_out
from sync.core.states import UNSENT

_PARTED = ":"
"""Between a refund's code and that of the payment whose overpayment it takes."""
_AGAIN = "~"
"""Before the number of a further credit note of the same refund. Neither sign is allowed in a VendorTxCode."""


def refund_steps(order: OrderFacts, postings: Postings) -> list[Step]:
    """Steps for everything that went back to the customer, and for what is left due of a sale that has ended."""
    steps: list[Step] = []
    counted = {refund.code for refund in counted_refunds(order)}
    for refund in order.refunds:
        lost = _lost(refund, order, postings) if refund.code in counted else _own(refund, postings)
        steps += _undo(refund, lost, postings)
    book: Postings = carried_out(postings, steps)
    for refund in counted_refunds(order):
        created = _booked(refund, order, book)
        steps += created
        book = carried_out(book, created)
    return [*steps, *_write_off(order, book)]


def _is_own(refund: RefundFacts, posting: PostingFacts) -> bool:
    """Whether the posting is one of the refund's: a credit note of it, or money given back."""
    if posting.kind not in {"credit_note", "refund"}:
        return False
    return posting.key.partition(_PARTED)[0].partition(_AGAIN)[0] == refund.code


def _own(refund: RefundFacts, postings: Postings) -> list[PostingFacts]:
    return [posting for posting in postings.values() if _is_own(refund, posting)]


def _lost(refund: RefundFacts, order: OrderFacts, postings: Postings) -> list[PostingFacts]:
    """Money taken of an overpayment whose payment has been reversed since: it has to come from elsewhere."""
    captured = {payment.code for payment in order.payments if payment.state == "captured"}
    return [
        posting
        for posting in _own(refund, postings)
        if (taken_of := posting.key.partition(_PARTED)[2]) and taken_of not in captured
    ]


# Booking


@dataclass(frozen=True, slots=True)
class _Split:
    """How a refund divides: what undoes the sale, and what comes out of which overpayments."""

    sale: int
    overpaid: dict[str, int]


def _booked(refund: RefundFacts, order: OrderFacts, postings: Postings) -> list[Step]:
    own = [posting for posting in _own(refund, postings) if posting.kind == "refund"]
    lost = {posting.key for posting in _lost(refund, order, postings)}
    if own and not lost:
        return []
    missing = refund.amount_minor - sum(post.amount_minor for post in own if post.key not in lost)
    if missing <= 0:
        return []
    left = _left_of_payment(refund, order, postings)
    split = _split(missing, refund, order, postings) if missing <= left else None
    if split is None:
        return [Ask("refund_exceeds", refund.code, refund.amount_minor, max(0, left))]
    asks = _doubt(refund, order)
    return [
        *_out_of_sale(refund, split.sale, asks, order, postings),
        *_out_of_overpaid(refund, split, asks, postings),
    ]


def _left_of_payment(refund: RefundFacts, order: OrderFacts, postings: Postings) -> int:
    """What came in by the refund's payment and has not gone back yet, in the books."""
    came = sum(payment.amount_minor for payment in order.payments if payment.code == refund.payment_code)
    others = [other for other in counted_refunds(order) if other.payment_code == refund.payment_code]
    gone = [
        posting
        for other in others
        for posting in _own(other, postings)
        if posting.kind == "refund" and not _is_undone(posting, postings)
    ]
    return came - live_minor(gone)


def _split(amount: int, refund: RefundFacts, order: OrderFacts, postings: Postings) -> _Split | None:
    """What was paid too much goes first, unless goods came back; None where neither has enough left."""
    sale_left = _sale_left(order, postings)
    overpaid_left = dict(_overpaid_left(refund, order, postings))
    spare = sum(overpaid_left.values())
    sale = min(amount, sale_left) if refund.names_lines else max(0, amount - spare)
    if sale > sale_left or amount - sale > spare:
        return None
    overpaid: dict[str, int] = {}
    rest = amount - sale
    for code, available in overpaid_left.items():
        if taken := min(rest, available):
            overpaid[code] = taken
            rest -= taken
    return _Split(sale, overpaid)


def _sale_left(order: OrderFacts, postings: Postings) -> int:
    """What no credit note has taken back of the sale yet."""
    return order.total_minor - live_minor(
        posting
        for posting in postings.values()
        if posting.kind == "credit_note" and not _is_undone(posting, postings)
    )


def _is_undone(posting: PostingFacts, postings: Postings) -> bool:
    undo = {"credit_note": "credit_note_void", "refund": "refund_delete"}[posting.kind]
    found = postings.get((undo, posting.key))
    return found is not None and found.state != "cancelled"


def _overpaid_left(refund: RefundFacts, order: OrderFacts, postings: Postings) -> Iterator[tuple[str, int]]:
    """What is left of the order's overpayments, that of the refund's own payment first, then the newest."""
    newest_first = [payment for payment in reversed(order.payments) if payment.state == "captured"]
    newest_first.sort(key=lambda payment: payment.code != refund.payment_code)
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
        if posting.kind == "refund"
        and posting.key.partition(_PARTED)[2] == payment.code
        and not _is_undone(posting, postings)
    ]
    return overpayment.amount_minor - live_minor(taken)


def _doubt(refund: RefundFacts, order: OrderFacts) -> Question | None:
    """The cardholder's bank has the money already: giving it back again would pay it twice."""
    disputed = any(
        dispute.is_outflow and dispute.payment_code == refund.payment_code for dispute in order.disputes
    )
    return "double_refund" if disputed else None


def _out_of_sale(
    refund: RefundFacts, amount: int, asks: Question | None, order: OrderFacts, postings: Postings
) -> list[Step]:
    """The credit note, and the money on it."""
    if not amount:
        return []
    key = _free_key("credit_note", refund, postings)
    note: Key = ("credit_note", key)
    invoice = approved_invoice(live_invoice_key(order, postings), postings)
    return [
        Create(*note, amount, "AUTHORISED", refund.payment_code, invoice, refund_code=refund.code, asks=asks),
        Create("refund", key, amount, "", refund.payment_code, note, refund_code=refund.code, asks=asks),
    ]


def _free_key(kind: str, refund: RefundFacts, postings: Postings, part: str = "") -> str:
    """The refund's code, and what it takes part of; with a number where it needs another one of the same."""
    key, number = f"{refund.code}{part}", 1
    while (kind, key) in postings:
        number += 1
        key = f"{refund.code}{_AGAIN}{number}{part}"
    return key


def _out_of_overpaid(
    refund: RefundFacts, split: _Split, asks: Question | None, postings: Postings
) -> list[Step]:
    return [
        Create(
            "refund",
            _free_key("refund", refund, postings, f"{_PARTED}{code}"),
            amount,
            "",
            refund.payment_code,
            ("overpayment", code),
            refund_code=refund.code,
            asks=asks,
        )
        for code, amount in split.overpaid.items()
    ]


# Undoing


def _undo(refund: RefundFacts, own: list[PostingFacts], postings: Postings) -> list[Step]:
    """Money first, then the credit note it stands on."""
    steps: list[Step] = []
    for posting in sorted(own, key=lambda each: each.kind != "refund"):
        steps += _undone(posting, refund, carried_out(postings, steps))
    return steps


def _undone(posting: PostingFacts, refund: RefundFacts, postings: Postings) -> list[Step]:
    undo = "refund_delete" if posting.kind == "refund" else "credit_note_void"
    existing = postings.get((undo, posting.key))
    if posting.state in UNSENT:
        why = "Opayo took the refund back, or the payment it was of."
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
            payment_code=refund.payment_code,
            refund_code=refund.code,
            after=waits,
            about=own,
        )
    ]


# What is left due of a sale that has ended


def _write_off(order: OrderFacts, postings: Postings) -> list[Step]:
    """An ended order of which everything that was paid went back: its invoice is not left part paid.

    Xero does not void an invoice with payments on it, so the rest is credited and set against it.
    """
    captured = captured_minor(order.payments)
    if not order.is_closed or not captured or given_back_minor(order) != captured:
        return []
    key = live_invoice_key(order, postings)
    invoice, note = postings.get(("invoice", key)), ("credit_note", f"{key}{_PARTED}unpaid")
    if invoice is None or not invoice.is_live or note in postings:
        return []
    paid = live_minor(
        posting
        for (kind, code), posting in postings.items()
        if kind == "payment" and _is_captured(code, order)
    )
    due = min(order.total_minor - paid, _sale_left(order, postings))
    if due <= 0:
        return []
    return [
        Create(*note, due, "AUTHORISED", after=last_of_invoice(key, postings)),
        Create("credit_note_allocation", note[1], due, after=note),
    ]


def _is_captured(code: str, order: OrderFacts) -> bool:
    return any(payment.code == code and payment.state == "captured" for payment in order.payments)
