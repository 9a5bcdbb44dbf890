"""Money going back to a customer: row 6 of the posting table (docs/accounting.md), and undoing it again (rows 4 and 5).

What an order was paid too much is given back first, out of the overpayment: no sale is undone by it. The rest undoes the
sale: a credit note, and a cash refund on it. An amount once planned stays, whatever else becomes known.
"""

from __future__ import annotations

from dataclasses import dataclass

from sync.core.books.credit import is_undone, overpaid_left, sale_left, spread_over, taken_of, undone
from sync.core.books.facts import (
    GIVEN_PART,
    Key,
    OrderFacts,
    PostingFacts,
    Postings,
    RefundFacts,
    captured_minor,
    counted_refunds,
    given_back_minor,
    live_minor,
)
from sync.core.books.orders import approved_invoice, last_of_invoice, live_invoice_key
from sync.core.books.steps import Ask, Create, Question, Step, carried_out

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
    if posting.kind not in {"credit_note", "refund"} or posting.case:
        return False
    return posting.key.partition(GIVEN_PART)[0].partition(_AGAIN)[0] == refund.code


def _own(refund: RefundFacts, postings: Postings) -> list[PostingFacts]:
    return [posting for posting in postings.values() if _is_own(refund, posting)]


def _lost(refund: RefundFacts, order: OrderFacts, postings: Postings) -> list[PostingFacts]:
    """Money taken of an overpayment whose payment has been reversed since: it has to come from elsewhere."""
    captured = {payment.code for payment in order.payments if payment.state == "captured"}
    return [
        posting
        for posting in _own(refund, postings)
        if (source := taken_of(posting)) and source not in captured
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
        if posting.kind == "refund" and not is_undone(posting, postings)
    ]
    return came - live_minor(gone)


def _split(amount: int, refund: RefundFacts, order: OrderFacts, postings: Postings) -> _Split | None:
    """What was paid too much goes first, unless goods came back; None where neither has enough left."""
    of_sale = sale_left(order, postings)
    of_overpaid = dict(overpaid_left(refund.payment_code, order, postings))
    spare = sum(of_overpaid.values())
    sale = min(amount, of_sale) if refund.names_lines else max(0, amount - spare)
    if sale > of_sale or amount - sale > spare:
        return None
    return _Split(sale, spread_over(amount - sale, of_overpaid))


def _doubt(refund: RefundFacts, order: OrderFacts) -> Question | None:
    """The cardholder's bank has the money already: giving it back again would pay it twice."""
    taken = sum(each.taken_minor for each in order.disputes if each.payment_code == refund.payment_code)
    if not taken:
        return None
    came = sum(payment.amount_minor for payment in order.payments if payment.code == refund.payment_code)
    gone = 0
    for other in counted_refunds(order):
        if other.payment_code == refund.payment_code:
            gone += other.amount_minor
        if other.code == refund.code:
            break
    return "double_refund" if gone + taken > came else None


def doubted(order: OrderFacts) -> set[str]:
    """The codes of refunds that may have paid the customer twice."""
    return {refund.code for refund in counted_refunds(order) if _doubt(refund, order)}


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
            _free_key("refund", refund, postings, f"{GIVEN_PART}{code}"),
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
        steps += undone(
            posting,
            carried_out(postings, steps),
            why="Opayo took the refund back, or the payment it was of.",
            payment_code=refund.payment_code,
            refund_code=refund.code,
        )
    return steps


# What is left due of a sale that has ended


def _write_off(order: OrderFacts, postings: Postings) -> list[Step]:
    """An ended order of which everything that was paid went back: its invoice is not left part paid.

    Xero does not void an invoice with payments on it, so the rest is credited and set against it.
    """
    captured = captured_minor(order.payments)
    if not order.is_closed or not captured or given_back_minor(order) != captured:
        return []
    key = live_invoice_key(order, postings)
    invoice, note = postings.get(("invoice", key)), _unpaid_note(key, postings)
    if invoice is None or not invoice.is_live or note in postings:
        return []
    paid = live_minor(
        posting
        for (kind, code), posting in postings.items()
        if kind == "payment" and _is_captured(code, order)
    )
    due = min(order.total_minor - paid, sale_left(order, postings))
    if due <= 0:
        return []
    return [
        Create(*note, due, "AUTHORISED", after=last_of_invoice(key, postings)),
        Create("credit_note_allocation", note[1], due, after=note),
    ]


def _unpaid_note(key: str, postings: Postings) -> Key:
    """The credit note of what is left due: another one where the first was rolled back."""
    number, note = 1, ("credit_note", f"{key}{GIVEN_PART}unpaid")
    while note in postings and postings[note].state == "reversed":
        number += 1
        note = ("credit_note", f"{key}{GIVEN_PART}unpaid{_AGAIN}{number}")
    return note


def _is_captured(code: str, order: OrderFacts) -> bool:
    return any(payment.code == code and payment.state == "captured" for payment in order.payments)
