"""What is undone, in which order, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.core.rollback import (
    UNDO_OF,
    Document,
    Movement,
    Plan,
    Rules,
    Seen,
    Step,
    Stranger,
    figures_of,
    plan,
)

DAY = date(2026, 11, 22)
RULES = Rules(batch_sizes={"invoice_void": 50, "credit_note_void": 50})
CLEARING = {"payment": 1, "overpayment": 1, "refund": -1, "spend": -1, "receive": 1}


def document(id_: int, kind: str, minor: int = 1000, **facts: object) -> Document:
    sign = CLEARING.get(kind)
    moves = (Movement("095", sign * minor, "GBP"),) if sign else ()
    made = Document(
        id=id_, kind=kind, key=f"K{id_}", state="posted", group="order-1", amount_minor=minor, currency="GBP",
        dated=DAY, remote_id=f"x{id_}", part_id=f"p{id_}", moves=moves,
    )  # fmt: skip
    return replace(made, **facts)  # type: ignore[arg-type]  # by name


def a_sale() -> list[Document]:
    """An invoice, approved, paid, given back in part; and what was paid too much."""
    return [
        document(1, "invoice"),
        document(2, "invoice_authorise", on=1),
        document(3, "payment", on=1, payment=7),
        document(4, "overpayment", 100, payment=7),
        document(5, "credit_note", 400, on=1, payment=7, refund=9),
        document(6, "refund", 400, on=5, payment=7, refund=9),
    ]


def seen(documents: list[Document]) -> dict[int, Seen]:
    return {each.id: Seen("AUTHORISED") for each in documents}


def planned(documents: list[Document], *roots: int, rules: Rules = RULES) -> Plan:
    return plan(documents, roots, seen(documents), rules)


def kinds(made: Plan) -> list[str]:
    return [step.document.kind for step in made.steps]


def why(made: Plan) -> set[str]:
    return {blocker.code for step in made.steps for blocker in step.blockers}


def test_an_invoice_takes_its_whole_sale_along_from_the_money_down() -> None:
    made = planned(a_sale(), 1)
    assert kinds(made) == ["refund", "payment", "overpayment", "credit_note", "invoice", "invoice_authorise"]
    assert {step.document.id: step.pulled_in_by for step in made.steps}[3] == 1


def test_a_payment_takes_along_what_went_back_of_it_and_leaves_its_invoice() -> None:
    assert kinds(planned(a_sale(), 3)) == ["refund", "payment", "overpayment", "credit_note"]


def test_a_refund_is_its_credit_note_and_its_money() -> None:
    assert kinds(planned(a_sale(), 5)) == kinds(planned(a_sale(), 6)) == ["refund", "credit_note"]


def test_an_approval_goes_only_with_its_invoice() -> None:
    made = planned(a_sale(), 2)
    assert [step.action for step in made.steps if step.document.kind == "invoice_authorise"] == ["follows"]
    assert "invoice" in kinds(made)


def test_what_came_later_of_a_dispute_goes_with_what_came_before() -> None:
    rows = [document(1, "spend", dispute=3), document(2, "receive", dispute=3)]
    assert kinds(planned(rows, 1)) == ["spend", "receive"]
    assert kinds(planned(rows, 2)) == ["receive"]


def test_what_is_unsent_of_the_order_is_dropped_first() -> None:
    rows = [*a_sale(), document(8, "payment", state="ready", on=1, payment=8)]
    made = planned(rows, 1)
    assert (made.steps[0].document.id, made.steps[0].action) == (8, "drop")


@pytest.mark.parametrize(
    ("change", "told", "code"),
    [
        ({"state": "sending"}, Seen("AUTHORISED"), "under_way"),
        ({"undone_by": "waiting"}, Seen("AUTHORISED"), "being_undone"),
        ({"remote_id": ""}, Seen("AUTHORISED"), "no_id"),
        ({}, None, "not_found"),
        ({}, Seen("AUTHORISED", is_reconciled=True), "reconciled"),
        ({}, Seen("AUTHORISED", strangers=(Stranger("a payment of 5.00"),)), "not_ours"),
    ],
)
def test_what_stands_in_the_way_is_named_and_blocks_its_order_only(
    change: dict[str, object], told: Seen | None, code: str
) -> None:
    rows = [*a_sale(), document(20, "journal", group="posting-20")]
    rows[2] = replace(rows[2], **change)  # type: ignore[arg-type]  # by name
    facts: dict[int, Seen] = seen(rows)
    facts.pop(3)
    made = plan(rows, [1, 20], {**facts, **({3: told} if told else {})}, RULES)
    assert code in why(made)
    assert made.blocked == {"order-1"}
    assert [step.document.id for step in made.free] == [20]


def test_what_is_gone_in_xero_needs_no_call() -> None:
    rows = a_sale()
    made = plan(rows, [1], {**seen(rows), 3: Seen("DELETED", is_reconciled=True)}, RULES)
    assert {step.document.id: step.action for step in made.steps}[3] == "gone"
    assert why(made) == set()


LOCKED = replace(RULES, locked_until=DAY, reverses_locked=True, reversals="899")


def test_a_locked_sale_is_taken_back_by_entries_that_leave_nothing_on_reversals() -> None:
    made = planned(a_sale(), 1, rules=LOCKED)
    assert {step.document.kind: (step.action, step.by) for step in made.steps} == {
        "invoice": ("reverse", "journal"), "payment": ("reverse", "spend"), "refund": ("reverse", "receive"),
        "credit_note": ("reverse", "journal"), "overpayment": ("undo", "overpayment_delete"),
        "invoice_authorise": ("follows", ""),
    }  # fmt: skip
    assert why(made) == set()


def test_money_of_an_open_day_stays_on_the_locked_sale_it_pays() -> None:
    rows = a_sale()
    rows[2] = replace(rows[2], dated=date(2026, 12, 1))
    assert {s.document.kind: s.action for s in planned(rows, 1, rules=LOCKED).steps}["payment"] == "reverse"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reverses_locked": False}, "locked"), ({"reversals": ""}, "no_reversals_account"),
        ({"base_currency": "EUR"}, "locked_currency"),
    ],
)  # fmt: skip
def test_a_locked_period_blocks_unless_the_pair_says_how_it_is_reversed(
    changes: dict[str, object], code: str
) -> None:
    rules = replace(LOCKED, **changes)  # type: ignore[arg-type]  # by name
    assert why(planned(a_sale(), 1, rules=rules)) == {code}


def test_a_draft_is_in_no_period() -> None:
    rows = [document(1, "invoice")]
    assert plan(rows, [1], {1: Seen("DRAFT")}, LOCKED).steps[0].action == "undo"


def test_the_figures_count_calls_in_batches_and_money_by_account() -> None:
    made = planned(a_sale(), 1)
    figures = figures_of(made.steps, RULES)
    # Five undone one by one or in batches of one kind, five kinds read back, the trial balance twice.
    assert figures.calls == 5 + 5 + 2
    assert dict(figures.money) == {"GBP": 1000 + 100 + 400}
    assert dict(figures.effects) == {("095", "GBP"): -(1000 + 100 - 400)}
    assert (figures.documents, figures.groups) == (5, 1)


# Whatever was posted, and whatever is asked for


@st.composite
def books(draw: st.DrawFn) -> list[Document]:
    """Some orders with all that can hang on them, in every state."""
    rows: list[Document] = []

    def add(kind: str, minor: int, **facts: object) -> Document:
        state = draw(st.sampled_from(["posted"] * 6 + ["reversed", "ready", "sending", "cancelled"]))
        dated = draw(st.sampled_from([DAY, date(2026, 11, 30)]))
        rows.append(document(len(rows) + 1, kind, minor, group=group, state=state, dated=dated, **facts))
        return rows[-1]

    for number in range(draw(st.integers(1, 4))):
        group = f"order-{number}"
        invoice = add("invoice", 1000)
        for attempt in range(draw(st.integers(0, 2))):
            record = number * 10 + attempt
            add("payment", 500, on=invoice.id, payment=record)
            if draw(st.booleans()):
                over = add("overpayment", 100, payment=record)
                add("refund", 100, on=over.id, payment=record, refund=record)
            if draw(st.booleans()):
                note = add("credit_note", 300, on=invoice.id, payment=record, refund=100 + record)
                add("refund", 300, on=note.id, payment=record, refund=100 + record)
            if draw(st.booleans()):
                add("spend", 100, payment=record, dispute=record)
                add("receive", 100, payment=record, dispute=record)
        if draw(st.booleans()):
            note = add("credit_note", 200, on=invoice.id)
            add("credit_note_allocation", 200, on=note.id)
        group = f"posting-{number}"
        add("bank_transfer", 900)
    return rows


rules = st.sampled_from([RULES, LOCKED, replace(LOCKED, reverses_locked=False)])


@given(books(), st.data(), rules)
@settings(max_examples=150, deadline=None)
def test_dependants_go_first_and_each_document_once(
    rows: list[Document], data: st.DataObject, rule: Rules
) -> None:
    roots = data.draw(st.lists(st.sampled_from([row.id for row in rows])))
    made = plan(rows, roots, seen(rows), rule)
    ids = [step.document.id for step in made.steps]
    assert len(ids) == len(set(ids))
    assert {row.id for row in rows if row.id in roots and row.is_posted} <= set(ids)
    acted = {step.document.id: step for step in made.steps if step.action in {"undo", "reverse"}}
    for step in acted.values():
        under = acted.get(step.document.on or 0)
        if under is not None and step.document.kind != "credit_note":
            assert step.action == under.action == "reverse" or step.phase < under.phase
        for row in rows:
            if row.on == step.document.id and row.is_posted and row.kind in UNDO_OF:
                assert row.id in acted, "nothing is left standing on what is undone"


@given(books(), st.data(), rules)
@settings(max_examples=150, deadline=None)
def test_carried_out_and_planned_again_nothing_is_left(
    rows: list[Document], data: st.DataObject, rule: Rules
) -> None:
    roots = data.draw(st.lists(st.sampled_from([row.id for row in rows])))
    made = plan(rows, roots, seen(rows), rule)
    assert plan(rows, roots, seen(rows), rule) == made
    after = _carried_out(rows, made.free)
    again = plan(after, roots, seen(after), rule)
    assert again.free == ()
    assert {step.document.group for step in again.steps} <= made.blocked


@given(books(), st.data())
@settings(max_examples=150, deadline=None)
def test_no_payment_gives_out_more_than_came_in(rows: list[Document], data: st.DataObject) -> None:
    whole = [replace(row, state="posted") for row in rows]
    roots = data.draw(st.lists(st.sampled_from([row.id for row in whole])))
    made = plan(whole, roots, seen(whole), RULES)
    after = _carried_out(whole, made.free)
    for record in {row.payment for row in whole if row.payment is not None}:
        own = [row for row in after if row.payment == record and row.is_posted]
        assert sum(move.minor for row in own for move in row.moves) >= 0
    change = sum(_clearing(after)) - sum(_clearing(whole))
    assert change == sum(
        minor for (account, _), minor in figures_of(made.free, RULES).effects.items() if account == "095"
    )


def _clearing(rows: list[Document]) -> list[int]:
    return [move.minor for row in rows if row.is_posted for move in row.moves]


def _carried_out(rows: list[Document], steps: tuple[Step, ...]) -> list[Document]:
    ended = {step.document.id: "cancelled" if step.action == "drop" else "reversed" for step in steps}
    return [replace(row, state=ended[row.id]) if row.id in ended else row for row in rows]
