"""The plan of an order's postings, and what must hold whatever happens in whatever order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.core.books import Cancel, Create, OrderFacts, PaymentFacts, PostingFacts, Revise, carried_out, plan
from tests.sync.core.books.builders import Book, book, captured, order, posted


def test_an_unpaid_order_gets_a_draft_invoice() -> None:
    assert plan(order(), {}) == [Create("invoice", "HF-1", 3834, "DRAFT")]


def test_a_payment_known_before_the_invoice_is_sent_makes_it_approved_at_once() -> None:
    steps = plan(order(captured()), book(PostingFacts("invoice", "HF-1", "ready", 3834, "DRAFT")))
    assert steps[0] == Revise("invoice", "HF-1", "AUTHORISED", 3834)
    assert steps[1] == Create("payment", "HF-1-1", 3834, payment_code="HF-1-1", after=("invoice", "HF-1"))


def test_a_payment_for_a_draft_in_xero_approves_it_first() -> None:
    steps = plan(order(captured()), book(posted("invoice", "HF-1", status="DRAFT")))
    assert [(step.kind, step.after) for step in steps if isinstance(step, Create)] == [
        ("invoice_authorise", ("invoice", "HF-1")),
        ("payment", ("invoice_authorise", "HF-1")),
    ]


def test_a_refused_payment_books_nothing() -> None:
    refused = PaymentFacts("HF-1-1", "failed", 3834)
    assert plan(order(refused), book(posted("invoice", "HF-1", status="DRAFT"))) == []


def test_too_much_goes_onto_the_invoice_up_to_what_is_due_and_the_rest_is_overpaid() -> None:
    steps = plan(order(captured(amount=4000)), book(posted("invoice", "HF-1", status="AUTHORISED")))
    assert [(step.kind, step.amount_minor) for step in steps if isinstance(step, Create)] == [
        ("payment", 3834),
        ("overpayment", 166),
    ]


def test_a_second_full_payment_is_overpaid_as_a_whole() -> None:
    postings = book(posted("invoice", "HF-1", status="AUTHORISED"), posted("payment", "HF-1-1"))
    steps = plan(order(captured(), captured("HF-1-2")), postings)
    assert [(step.kind, step.key, step.amount_minor) for step in steps if isinstance(step, Create)] == [
        ("overpayment", "HF-1-2", 3834)
    ]


def test_more_than_was_thought_is_overpaid_when_the_report_tells() -> None:
    postings = book(posted("invoice", "HF-1", status="AUTHORISED"), posted("payment", "HF-1-1"))
    steps = plan(order(captured(amount=3900)), postings)
    assert [(step.kind, step.amount_minor) for step in steps if isinstance(step, Create)] == [
        ("overpayment", 66)
    ]


def test_an_abort_after_ok_deletes_the_payment_in_xero() -> None:
    postings = book(posted("invoice", "HF-1", status="AUTHORISED"), posted("payment", "HF-1-1"))
    steps = plan(order(PaymentFacts("HF-1-1", "reversed", 3834)), postings)
    assert steps == [
        Create("payment_delete", "HF-1-1", 3834, payment_code="HF-1-1", after=("payment", "HF-1-1"))
    ]


def test_an_abort_before_the_payment_was_sent_cancels_it() -> None:
    postings = book(
        posted("invoice", "HF-1", status="AUTHORISED"), PostingFacts("payment", "HF-1-1", "ready", 3834)
    )
    steps = plan(order(PaymentFacts("HF-1-1", "reversed", 3834)), postings)
    assert [type(step) for step in steps] == [Cancel]


def test_a_closed_order_leaves_no_invoice_open() -> None:
    steps = plan(order(closed=True), book(posted("invoice", "HF-1", status="DRAFT")))
    assert steps == [
        Create("invoice_close", "HF-1", 3834, after=("invoice", "HF-1"), about=("invoice", "HF-1"))
    ]


def test_money_that_comes_after_the_invoice_was_deleted_gets_a_new_invoice() -> None:
    postings = book(
        PostingFacts("invoice", "HF-1", "reversed", 3834, "DRAFT"), posted("invoice_close", "HF-1")
    )
    steps = plan(order(captured(), closed=True), postings)
    assert [(step.kind, step.key) for step in steps if isinstance(step, Create)] == [
        ("invoice", "HF-1-2"),
        ("payment", "HF-1-1"),
    ]


def test_an_order_that_does_not_add_up_is_not_posted() -> None:
    assert plan(replace(order(captured()), is_postable=False), {}) == []


payment_states = st.sampled_from(["registered", "waiting", "captured", "failed", "reversed"])
amounts = st.integers(min_value=1, max_value=8000)
moves = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(0, 3), amounts),
        st.tuples(st.just("move"), st.integers(0, 3), payment_states),
        st.tuples(st.just("close"), st.just(0), st.booleans()),
        st.tuples(st.just("send"), st.integers(0, 8), st.sampled_from(["posted", "sending", "dead", "held"])),
    ),
    max_size=25,
)


@given(moves)
def test_however_events_and_deliveries_interleave_the_books_carry_what_was_captured(history: list) -> None:  # type: ignore[type-arg]
    facts, postings = order(), dict[tuple[str, str], PostingFacts]()
    for what, index, value in history:
        facts, postings = _happen(facts, postings, what, index, value)
        postings = carried_out(postings, plan(facts, postings))
        assert plan(facts, postings) == [], "a plan carried out leaves nothing to plan"
    live = {"waiting", "ready", "sending", "posted", "held", "dead", "retrying"}
    for payment in facts.payments:
        booked = sum(
            postings[key].amount_minor
            for key in (("payment", payment.code), ("overpayment", payment.code))
            if key in postings and postings[key].state in live
        )
        undone = ("payment_delete", payment.code) in postings or (
            "overpayment_delete",
            payment.code,
        ) in postings
        if payment.state == "captured" and not undone:
            assert booked == payment.amount_minor
        elif not undone:
            assert booked == 0
    on_invoice = sum(
        posting.amount_minor
        for (kind, _), posting in postings.items()
        if kind == "payment" and posting.state in live
    )
    undone_amount = sum(p.amount_minor for (kind, _), p in postings.items() if kind == "payment_delete")
    assert on_invoice - undone_amount <= facts.total_minor


def _happen(  # type: ignore[no-untyped-def]
    facts: OrderFacts, postings: Book, what: str, index: int, value
) -> tuple[OrderFacts, Book]:
    payments = list(facts.payments)
    if what == "pay" and index >= len(payments):
        payments.append(PaymentFacts(f"HF-1-{len(payments) + 1}", "registered", value))
    elif what == "move" and index < len(payments):
        payments[index] = _moved(payments[index], value)
    elif what == "close":
        facts = replace(facts, is_closed=value)
    elif what == "send" and postings:
        key = sorted(postings)[index % len(postings)]
        if postings[key].state in {"waiting", "ready", "held", "dead", "sending"}:
            postings = {**postings, key: replace(postings[key], state=value)}
    return replace(facts, payments=tuple(payments)), postings


def _moved(payment: PaymentFacts, state: str) -> PaymentFacts:
    """As payments really move: nothing comes back from an end, and a capture is first."""
    allowed = {
        "registered": {"waiting", "captured", "failed"},
        "waiting": {"captured", "failed"},
        "captured": {"reversed"},
    }
    return replace(payment, state=state) if state in allowed.get(payment.state, set()) else payment
