"""What a refund does to the books, and what it never does."""

from __future__ import annotations

from dataclasses import replace

from sync.core.books import Ask, Cancel, Create, DisputeFacts, OrderFacts, PostingFacts, RefundFacts, plan
from tests.sync.core.books.builders import book, captured, order, paid_book, posted, refund


def refunded(*refunds: RefundFacts, paid: int = 3834, **changes: object) -> OrderFacts:
    return replace(order(captured(amount=paid)), refunds=refunds, **changes)  # type: ignore[arg-type]


def created(facts: OrderFacts, postings: dict[tuple[str, str], PostingFacts]) -> list[tuple[str, str, int]]:
    return [
        (step.kind, step.key, step.amount_minor) for step in plan(facts, postings) if isinstance(step, Create)
    ]


def test_a_full_refund_is_a_credit_note_and_the_money_on_it() -> None:
    assert plan(refunded(refund()), paid_book()) == [
        Create("credit_note", "R1", 3834, "AUTHORISED", "HF-1-1", ("invoice", "HF-1"), refund_code="R1"),
        Create("refund", "R1", 3834, "", "HF-1-1", ("credit_note", "R1"), refund_code="R1"),
    ]


def test_a_refund_known_before_anything_was_sent_waits_for_its_invoice() -> None:
    kinds = [(step.kind, step.after) for step in plan(refunded(refund()), {}) if isinstance(step, Create)]
    assert kinds == [
        ("invoice", None),
        ("payment", ("invoice", "HF-1")),
        ("credit_note", ("invoice", "HF-1")),
        ("refund", ("credit_note", "R1")),
    ]


def test_several_refunds_are_booked_each_by_itself() -> None:
    facts = refunded(refund(1000), refund(2834, "R2"))
    assert created(facts, paid_book()) == [
        ("credit_note", "R1", 1000), ("refund", "R1", 1000), ("credit_note", "R2", 2834), ("refund", "R2", 2834),
    ]  # fmt: skip


def test_what_was_paid_too_much_is_given_back_before_the_sale_is_undone() -> None:
    assert created(refunded(refund(166), paid=4000), paid_book(4000)) == [("refund", "R1:HF-1-1", 166)]
    assert created(refunded(refund(200), paid=4000), paid_book(4000)) == [
        ("credit_note", "R1", 34), ("refund", "R1", 34), ("refund", "R1:HF-1-1", 166),
    ]  # fmt: skip


def test_goods_that_came_back_undo_the_sale_although_too_much_was_paid() -> None:
    facts = refunded(refund(166, lines=True), paid=4000)
    assert created(facts, paid_book(4000)) == [("credit_note", "R1", 166), ("refund", "R1", 166)]


def test_a_refund_of_the_first_of_two_full_payments_leaves_the_sale_alone() -> None:
    facts = replace(order(captured(), captured("HF-1-2")), refunds=(refund(),))
    postings = paid_book() | book(posted("overpayment", "HF-1-2"))
    assert created(facts, postings) == [("refund", "R1:HF-1-2", 3834)]


def test_when_the_payment_behind_an_overpayment_is_reversed_its_refund_undoes_the_sale_instead() -> None:
    facts = replace(order(captured(), replace(captured("HF-1-2"), state="reversed")), refunds=(refund(),))
    postings = paid_book() | book(posted("overpayment", "HF-1-2"), posted("refund", "R1:HF-1-2"))
    assert created(facts, postings) == [
        ("overpayment_delete", "HF-1-2", 3834),
        ("refund_delete", "R1:HF-1-2", 3834),
        ("credit_note", "R1", 3834),
        ("refund", "R1", 3834),
    ]


def test_more_than_is_left_is_never_booked_but_asked_about() -> None:
    postings = paid_book() | book(posted("credit_note", "R1", 3000), posted("refund", "R1", 3000))
    steps = plan(refunded(refund(3000), refund(900, "R2")), postings)
    assert steps == [Ask("refund_exceeds", "R2", 900, 834)]


def test_a_refund_of_a_payment_that_is_not_captured_yet_waits() -> None:
    waiting = replace(captured(), state="waiting")
    facts = replace(order(waiting), refunds=(refund(),))
    assert created(facts, {}) == [("invoice", "HF-1", 3834)]


def test_a_refund_of_a_disputed_payment_is_stopped_for_a_person() -> None:
    dispute = DisputeFacts("CB-1", "HF-1-1", 3000)
    steps = plan(refunded(refund(1000), disputes=(dispute,)), paid_book())
    assert [(step.kind, step.asks) for step in steps if isinstance(step, Create)] == [
        ("credit_note", "double_refund"),
        ("refund", "double_refund"),
    ]
    part = replace(dispute, taken_minor=2834)
    assert not any(getattr(step, "asks", None) for step in plan(refunded(refund(1000), disputes=(part,)), {}))
    won = replace(dispute, taken_minor=0)
    assert not any(getattr(step, "asks", None) for step in plan(refunded(refund(1000), disputes=(won,)), {}))


def test_a_voided_refund_that_was_not_sent_is_cancelled() -> None:
    postings = paid_book() | book(
        PostingFacts("credit_note", "R1", "ready", 3834), PostingFacts("refund", "R1", "waiting", 3834)
    )
    steps = plan(refunded(replace(refund(), is_voided=True)), postings)
    assert [step.kind for step in steps if isinstance(step, Cancel)] == ["refund", "credit_note"]
    assert len(steps) == 2


def test_a_voided_refund_in_xero_is_undone_money_first() -> None:
    postings = paid_book() | book(posted("credit_note", "R1"), posted("refund", "R1"))
    steps = plan(refunded(replace(refund(), is_voided=True)), postings)
    assert [(step.kind, step.after, step.about) for step in steps if isinstance(step, Create)] == [
        ("refund_delete", ("refund", "R1"), ("refund", "R1")),
        ("credit_note_void", ("refund_delete", "R1"), ("credit_note", "R1")),
    ]


def test_what_a_voided_refund_gave_back_can_be_refunded_again() -> None:
    postings = paid_book() | book(
        replace(posted("credit_note", "R1"), state="reversed"),
        replace(posted("refund", "R1"), state="reversed"),
        posted("refund_delete", "R1"),
        posted("credit_note_void", "R1"),
    )
    facts = refunded(replace(refund(), is_voided=True), refund(3834, "R2"))
    assert created(facts, postings) == [("credit_note", "R2", 3834), ("refund", "R2", 3834)]


def test_an_ended_order_that_was_part_paid_and_given_back_leaves_nothing_due() -> None:
    postings = paid_book(2000) | book(posted("credit_note", "R1", 2000), posted("refund", "R1", 2000))
    facts = refunded(refund(2000), paid=2000, is_closed=True)
    assert plan(facts, postings) == [
        Create("credit_note", "HF-1:unpaid", 1834, "AUTHORISED", after=("invoice", "HF-1")),
        Create("credit_note_allocation", "HF-1:unpaid", 1834, after=("credit_note", "HF-1:unpaid")),
    ]


def test_an_order_paid_and_given_back_in_full_needs_nothing_more_when_it_ends() -> None:
    postings = paid_book() | book(posted("credit_note", "R1"), posted("refund", "R1"))
    assert plan(refunded(refund(), is_closed=True), postings) == []
