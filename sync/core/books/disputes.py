"""Chargebacks: rows 10 to 13 of the posting table (docs/accounting.md).

What the acquirer takes or gives back is booked whenever it has: the money moved, whatever anybody thinks of it. What is
given up of it undoes the sale, or is a loss. The postings that should be there follow from the dispute alone; one that
should not be is undone, and one that is missing is made, under a key of its own.
"""

from __future__ import annotations

from typing import Final

from sync.core.books.credit import overpaid_left, sale_left, spread_over, stands, undone
from sync.core.books.facts import (
    GIVEN_PART,
    DisputeFacts,
    DisputeMove,
    Key,
    OrderFacts,
    PostingFacts,
    Postings,
    counted_refunds,
)
from sync.core.books.orders import approved_invoice, live_invoice_key
from sync.core.books.steps import Create, PaidTwice, Step, carried_out

_MADE_AGAIN: Final = "@"
"""In a key: before the number of one that was undone and is needed again."""
_MOVES: Final = frozenset({"spend", "receive"})
_LOSSES: Final = frozenset({"credit_note", "refund", "journal"})
_LOST: Final = "lost"
_BEYOND: Final = "beyond"
"""Names of what is given up: the loss itself, and what of an undone sale no credit note can take any more."""
_CHANGED: Final = "The acquirer, or a person, has told otherwise of the dispute."


def dispute_steps(order: OrderFacts, postings: Postings) -> list[Step]:
    """Steps for all disputes of the order's payments, and for those that turned out to be of another order."""
    known = {dispute.case for dispute in order.disputes}
    steps = _undo([each for each in postings.values() if each.case and each.case not in known], postings)
    for dispute in order.disputes:
        if not dispute.is_left_alone:
            steps += _moves(dispute, carried_out(postings, steps))
            steps += _loss(dispute, order, carried_out(postings, steps))
    return [*steps, *_paid_twice(order)]


def _own(dispute: DisputeFacts, kinds: frozenset[str], postings: Postings) -> list[PostingFacts]:
    """Those of the dispute's postings that stand."""
    return [
        posting
        for posting in postings.values()
        if posting.case == dispute.case and posting.kind in kinds and stands(posting, postings)
    ]


def _name(posting: PostingFacts) -> str:
    return posting.key.split(GIVEN_PART)[1].partition(_MADE_AGAIN)[0]


def _free_key(kind: str, dispute: DisputeFacts, name: str, postings: Postings, part: str = "") -> str:
    """The case, what happened, and what it takes part of; with a number where there is one already.

    Money taken and given back share the keys of what undoes them, so they never have the same.
    """
    kinds = _MOVES if kind in _MOVES else {kind}
    number, own = 1, name
    while any((each, f"{dispute.case}{GIVEN_PART}{own}{part}") in postings for each in kinds):
        number += 1
        own = f"{name}{_MADE_AGAIN}{number}"
    return f"{dispute.case}{GIVEN_PART}{own}{part}"


def _undo(wrong: list[PostingFacts], postings: Postings) -> list[Step]:
    """Money first, then what it stands on."""
    steps: list[Step] = []
    for posting in sorted(wrong, key=lambda each: each.kind == "credit_note"):
        if posting.kind in _MOVES | _LOSSES:
            steps += undone(posting, carried_out(postings, steps), why=_CHANGED)
    return steps


# What the acquirer took and gave back


def _moves(dispute: DisputeFacts, postings: Postings) -> list[Step]:
    """Rows 10 and 11, and the fee: each move once, with its amount."""
    wanted: dict[Key, DisputeMove] = {(move.kind, move.name): move for move in dispute.moves}
    wrong = []
    for posting in _own(dispute, _MOVES, postings):
        move = wanted.get((posting.kind, _name(posting)))
        if move is not None and move.amount_minor == posting.amount_minor:
            del wanted[(move.kind, move.name)]
        else:
            wrong.append(posting)
    steps = _undo(wrong, postings)
    for move in wanted.values():
        steps += [_moved(dispute, move, carried_out(postings, steps))]
    return steps


def _moved(dispute: DisputeFacts, move: DisputeMove, postings: Postings) -> Create:
    """Money comes back only after it went."""
    taken = [each for each in _own(dispute, frozenset({"spend"}), postings) if move.kind == "receive"]
    return Create(
        move.kind,
        _free_key(move.kind, dispute, move.name, postings),
        move.amount_minor,
        payment_code=dispute.payment_code,
        after=(taken[0].kind, taken[0].key) if taken else None,
        case=dispute.case,
    )


# What is given up


def _loss(dispute: DisputeFacts, order: OrderFacts, postings: Postings) -> list[Step]:
    """Rows 12 and 13. What was booked of a loss stays as long as it is the right amount, booked in the right way."""
    own = _own(dispute, _LOSSES, postings)
    booked = sum(posting.amount_minor for posting in own if posting.kind != "credit_note")
    if booked == dispute.lost_minor and not any(_is_of_other_way(dispute, each) for each in own):
        return []
    steps = _undo(own, postings)
    if dispute.lost_minor:
        steps += _given_up(dispute, order, carried_out(postings, steps))
    return steps


def _is_of_other_way(dispute: DisputeFacts, posting: PostingFacts) -> bool:
    if dispute.loss == "bad_debt":
        return posting.kind == "credit_note"
    return posting.kind == "journal" and _name(posting) == _LOST


def _given_up(dispute: DisputeFacts, order: OrderFacts, postings: Postings) -> list[Step]:
    """What was paid too much goes first: no sale is undone by it, and it is owed no longer. Then the sale, as far as no
    refund has undone it; the rest is a loss, whatever was wished for.
    """
    code, lost = dispute.payment_code, dispute.lost_minor
    overpaid = spread_over(lost, dict(overpaid_left(code, order, postings)))
    rest = lost - sum(overpaid.values())
    is_sale = any(payment.code == code and payment.state == "captured" for payment in order.payments)
    undoes = dispute.loss == "sale_undone"
    sale = min(rest, max(0, sale_left(order, postings))) if undoes and is_sale else 0
    steps = _out_of_overpaid(dispute, overpaid, postings)
    steps += _sale_undone(dispute, sale, order, postings)
    if rest > sale:
        name = _BEYOND if undoes else _LOST
        steps.append(_create(dispute, "journal", name, rest - sale, postings, _taken(dispute, postings)))
    return steps


def _create(
    dispute: DisputeFacts, kind: str, name: str, amount: int, postings: Postings, after: Key | None
) -> Create:
    key = _free_key(kind, dispute, name, postings)
    return Create(kind, key, amount, payment_code=dispute.payment_code, after=after, case=dispute.case)


def _taken(dispute: DisputeFacts, postings: Postings) -> Key | None:
    taken = _own(dispute, frozenset({"spend"}), postings)
    return (taken[0].kind, taken[0].key) if taken else None


def _sale_undone(dispute: DisputeFacts, amount: int, order: OrderFacts, postings: Postings) -> list[Step]:
    """The credit note, and its money out of disputed receivables. Both have one key, so it has to be free for both."""
    if not amount:
        return []
    number, key = 1, f"{dispute.case}{GIVEN_PART}{_LOST}"
    while ("credit_note", key) in postings or ("refund", key) in postings:
        number += 1
        key = f"{dispute.case}{GIVEN_PART}{_LOST}{_MADE_AGAIN}{number}"
    note: Key = ("credit_note", key)
    invoice = approved_invoice(live_invoice_key(order, postings), postings)
    code, case = dispute.payment_code, dispute.case
    return [
        Create(*note, amount, "AUTHORISED", code, invoice, case=case),
        Create("refund", key, amount, "", code, note, case=case),
    ]


def _out_of_overpaid(dispute: DisputeFacts, overpaid: dict[str, int], postings: Postings) -> list[Step]:
    return [
        Create(
            "refund",
            _free_key("refund", dispute, _LOST, postings, f"{GIVEN_PART}{source}"),
            amount,
            "",
            dispute.payment_code,
            ("overpayment", source),
            case=dispute.case,
        )
        for source, amount in overpaid.items()
    ]


# What is shown


def _paid_twice(order: OrderFacts) -> list[Step]:
    """Payments of which refunds and acquirer together took more than came in, by the last of their disputes."""
    steps: list[Step] = []
    for payment in order.payments:
        disputes = [
            each for each in order.disputes if each.payment_code == payment.code and each.taken_minor > 0
        ]
        taken = sum(each.taken_minor for each in disputes)
        refunded = sum(
            each.amount_minor for each in counted_refunds(order) if each.payment_code == payment.code
        )
        came = payment.amount_minor if payment.state == "captured" else 0
        if disputes and taken + refunded > came:
            steps.append(PaidTwice(disputes[-1].case, payment.code, came, refunded, taken))
    return steps
