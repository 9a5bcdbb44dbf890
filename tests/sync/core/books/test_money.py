"""Whatever happens to an order, in whatever order: the books carry the money that moved, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.books import Ask, OrderFacts, PaymentFacts, PostingFacts, RefundFacts, carried_out, plan
from tests.sync.core.books.builders import TOTAL, Book, clearing_minor, order

Move = tuple[str, int, int]
_ENDS = {
    "registered": ("captured", "failed", "waiting"),
    "waiting": ("captured", "failed"),
    "captured": ("reversed",),
}
moves = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.just(0), st.sampled_from([TOTAL, TOTAL + 166, TOTAL // 2, 1])),
        st.tuples(st.just("move"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.just("refund"), st.integers(0, 2), st.integers(1, TOTAL)),
        st.tuples(st.just("refund_rest"), st.integers(0, 2), st.just(0)),
        st.tuples(st.just("void_refund"), st.integers(0, 3), st.just(0)),
        st.tuples(st.just("close"), st.just(0), st.integers(0, 1)),
        st.tuples(st.just("send"), st.integers(0, 12), st.integers(0, 3)),
    ),
    max_size=30,
)


@given(moves)
@settings(max_examples=200, deadline=None)
def test_the_books_carry_what_came_in_less_what_went_back(history: list[Move]) -> None:
    facts, postings = order(), Book()
    for move in history:
        facts = _happened(facts, move)
        postings = _sent(postings, move)
        steps = plan(facts, postings)
        assert not any(isinstance(step, Ask) for step in steps), "Opayo never gives back more than it took"
        postings = carried_out(postings, steps)
        assert plan(facts, postings) == [], "a plan carried out leaves nothing to plan"
        assert clearing_minor(postings) == _money(facts)
        assert clearing_minor(postings) >= 0
        assert _credited(postings) <= TOTAL, "no more is credited than was sold"


@given(moves, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_arrival_does_not_matter_for_the_money(history: list[Move], random) -> None:  # type: ignore[no-untyped-def]
    """Payments and refunds as they are at the end, told one by one in any order."""
    facts = order()
    for move in history:
        facts = _happened(facts, move)
    told: list[PaymentFacts | RefundFacts] = [*facts.payments, *facts.refunds]
    random.shuffle(told)
    known, postings = order(), Book()
    for one in told:
        known = (
            replace(known, payments=(*known.payments, one))
            if isinstance(one, PaymentFacts)
            else replace(known, refunds=(*known.refunds, one))
        )
        postings = carried_out(postings, plan(known, postings))
        assert clearing_minor(postings) >= 0
    assert clearing_minor(postings) == _money(facts)


@given(moves)
@settings(max_examples=100, deadline=None)
def test_each_amount_once_planned_stays(history: list[Move]) -> None:
    facts, books = order(), [Book()]
    for move in history:
        facts = _happened(facts, move)
        after = _sent(books[-1], move)
        books.append(carried_out(after, plan(facts, after)))
    for before, after in pairwise(books):
        for key, posting in before.items():
            assert after[key].amount_minor == posting.amount_minor


def _happened(facts: OrderFacts, move: Move) -> OrderFacts:
    what, index, value = move
    payments, refunds = list(facts.payments), list(facts.refunds)
    if what == "pay" and len(payments) < 3:
        payments.append(
            PaymentFacts(f"HF-1-{len(payments) + 1}", "captured" if value != 1 else "registered", value)
        )
    elif what == "move" and index < len(payments):
        payments[index] = _moved(payments[index], value)
    elif what.startswith("refund") and index < len(payments):
        refunds += _refunded(payments[index], refunds, value or payments[index].amount_minor)
    elif what == "void_refund" and index < len(refunds):
        refunds[index] = replace(refunds[index], is_voided=True)
    elif what == "close":
        facts = replace(facts, is_closed=bool(value))
    return replace(facts, payments=tuple(payments), refunds=tuple(refunds))


def _moved(payment: PaymentFacts, value: int) -> PaymentFacts:
    """Nothing comes back from an end."""
    ends: Sequence[str] = _ENDS.get(payment.state, ())
    return replace(payment, state=ends[value % len(ends)]) if ends else payment


def _refunded(payment: PaymentFacts, refunds: list[RefundFacts], wished: int) -> list[RefundFacts]:
    """A refund as Opayo allows it: of captured money, never more than is left."""
    gone = sum(
        other.amount_minor for other in refunds if other.payment_code == payment.code and not other.is_voided
    )
    amount = min(wished, payment.amount_minor - gone)
    if payment.state != "captured" or amount <= 0:
        return []
    return [RefundFacts(f"R{len(refunds) + 1}", payment.code, amount, names_lines=amount % 3 == 0)]


def _sent(postings: Book, move: Move) -> Book:
    """A posting goes to Xero, fails, or, when its undo is in Xero, is reversed."""
    what, index, value = move
    if what != "send" or not postings:
        return postings
    key = sorted(postings)[index % len(postings)]
    posting = postings[key]
    if posting.state not in {"waiting", "ready", "held", "dead", "sending"}:
        return postings
    state = ("posted", "sending", "dead", "posted")[value]
    undone = {
        "payment_delete": "payment", "overpayment_delete": "overpayment", "refund_delete": "refund",
        "credit_note_void": "credit_note",
    }.get(key[0])  # fmt: skip
    after = {**postings, key: replace(posting, state=state)}
    if undone:
        target = (undone, key[1])
        if postings[target].state != "posted":
            return postings
        if state == "posted":
            after[target] = replace(postings[target], state="reversed")
    return after


def _money(facts: OrderFacts) -> int:
    captured = {
        payment.code: payment.amount_minor for payment in facts.payments if payment.state == "captured"
    }
    back = sum(
        each.amount_minor for each in facts.refunds if each.payment_code in captured and not each.is_voided
    )
    return sum(captured.values()) - back


def _credited(postings: Book) -> int:
    def stands(posting: PostingFacts) -> bool:
        undone = postings.get(("credit_note_void", posting.key))
        return posting.is_live and (undone is None or undone.state == "cancelled")

    return sum(
        post.amount_minor for (kind, _), post in postings.items() if kind == "credit_note" and stands(post)
    )
