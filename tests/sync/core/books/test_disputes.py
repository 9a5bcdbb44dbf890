"""Chargebacks in the books: rows 10 to 13, undone and made again as the case goes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.disputes.core.states import choices_after
from integrations.disputes.core.stories import Story, ToldState, story_of
from sync.core.books import (
    Ask,
    Create,
    DisputeFacts,
    OrderFacts,
    PaidTwice,
    PaymentFacts,
    PostingFacts,
    RefundFacts,
    Step,
    carried_out,
    plan,
)
from sync.core.books.facts import counted_refunds
from sync.core.chargebacks import Loss, case_of_key, dispute_facts, key_of_case, move_of_key
from tests.sync.core.books.builders import TOTAL, Book, captured, order, paid_book, refund

DAY = date(2026, 9, 1)
FEE = 1500


def told(*states: str, amount: int = TOTAL, fee: int = FEE) -> Story:
    return story_of(
        ToldState(state, DAY + timedelta(days=place), amount, place, fee)
        for place, state in enumerate(states)
    )


def disputed(*states: str, amount: int = TOTAL, fee: int = FEE, loss: Loss = "bad_debt", case: str = "CB1",
             of: str = "HF-1-1") -> DisputeFacts:  # fmt: skip
    return dispute_facts(case, of, told(*states, amount=amount, fee=fee), loss)


def with_disputes(
    *disputes: DisputeFacts, refunds: tuple[RefundFacts, ...] = (), amount: int = TOTAL
) -> OrderFacts:
    return replace(order(captured(amount=amount)), disputes=disputes, refunds=refunds)


def created(steps: list[Step]) -> list[tuple[str, str, int]]:
    return [(step.kind, step.key, step.amount_minor) for step in steps if isinstance(step, Create)]


def sent(postings: Book, *kinds: str) -> Book:
    """All of these kinds, or all there are, are in Xero by now, and what undoes others has reversed them."""
    after = {
        key: replace(row, state="posted")
        if row.state != "cancelled" and (not kinds or key[0] in kinds)
        else row
        for key, row in postings.items()
    }
    for undo, targets in UNDOES.items():
        for target in targets:
            for (kind, key), row in list(after.items()):
                if kind == undo and row.state == "posted" and (target, key) in after:
                    after[target, key] = replace(after[target, key], state="reversed")
    return after


UNDOES = {
    "payment_delete": ("payment",),
    "overpayment_delete": ("overpayment",),
    "refund_delete": ("refund",),
    "credit_note_void": ("credit_note",),
    "bank_transaction_delete": ("spend", "receive"),
    "journal_void": ("journal",),
}


def test_a_dispute_takes_its_amount_and_its_fee_out_of_clearing() -> None:
    steps = plan(with_disputes(disputed("received")), paid_book())
    assert created(steps) == [("spend", "CB1:received", TOTAL), ("spend", "CB1:fee", FEE)]


def test_a_won_dispute_brings_the_amount_back_but_not_the_fee() -> None:
    steps = plan(with_disputes(disputed("received", "won")), paid_book())
    receive = steps[-1]
    assert isinstance(receive, Create) and receive.after == ("spend", "CB1:received")
    assert created(steps)[-1] == ("receive", "CB1:won", TOTAL)


def test_a_lost_dispute_undoes_the_sale_out_of_disputed_receivables() -> None:
    lost = disputed("received", "lost", loss="sale_undone", amount=1000)
    steps = plan(with_disputes(lost), paid_book())
    assert created(steps)[2:] == [("credit_note", "CB1:lost", 1000), ("refund", "CB1:lost", 1000)]
    note, money = [step for step in steps if isinstance(step, Create)][2:]
    assert note.after == ("invoice", "HF-1")
    assert money.after == ("credit_note", "CB1:lost")


def test_a_lost_dispute_over_fraud_is_a_loss() -> None:
    steps = plan(with_disputes(disputed("received", "lost")), paid_book())
    assert created(steps)[2:] == [("journal", "CB1:lost", TOTAL)]


def test_a_loss_is_undone_when_pre_arbitration_wins_and_made_again_when_that_is_lost() -> None:
    lost = with_disputes(disputed("received", "lost"))
    book = sent(carried_out(paid_book(), plan(lost, paid_book())))
    won = with_disputes(disputed("received", "lost", "pre_arbitration", "won"))
    steps = plan(won, book)
    assert created(steps) == [("receive", "CB1:won", TOTAL), ("journal_void", "CB1:lost", TOTAL)]
    book = sent(carried_out(book, steps))
    again = with_disputes(disputed("received", "lost", "pre_arbitration", "won", "pre_arbitration", "lost"))
    assert created(plan(again, book)) == [("spend", "CB1:lost", TOTAL), ("journal", "CB1:lost@2", TOTAL)]


def test_a_person_may_change_how_a_loss_is_booked() -> None:
    as_loss, undone = disputed("received", "lost"), disputed("received", "lost", loss="sale_undone")
    book = sent(carried_out(paid_book(), plan(with_disputes(as_loss), paid_book())))
    steps = plan(with_disputes(undone), book)
    assert [kind for kind, _, _ in created(steps)] == ["journal_void", "credit_note", "refund"]
    book = sent(carried_out(book, steps))
    assert [kind for kind, _, _ in created(plan(with_disputes(as_loss), book))] == [
        "refund_delete", "credit_note_void", "journal",
    ]  # fmt: skip


def test_what_was_paid_too_much_is_given_up_first_and_undoes_no_sale() -> None:
    lost = disputed("received", "lost", loss="sale_undone", amount=TOTAL + 166)
    steps = plan(with_disputes(lost, amount=TOTAL + 166), paid_book(TOTAL + 166))
    assert created(steps)[2:] == [
        ("refund", "CB1:lost:HF-1-1", 166), ("credit_note", "CB1:lost", TOTAL), ("refund", "CB1:lost", TOTAL),
    ]  # fmt: skip


def test_a_chargeback_after_a_refund_is_booked_shown_and_undoes_no_sale_twice() -> None:
    lost = disputed("received", "lost", loss="sale_undone")
    facts = with_disputes(lost, refunds=(refund(),))
    steps = plan(facts, paid_book())
    assert ("journal", "CB1:beyond", TOTAL) in created(steps)
    assert [kind for kind, _, _ in created(steps)].count("credit_note") == 1
    assert steps[-1] == PaidTwice("CB1", "HF-1-1", TOTAL, TOTAL, TOTAL)


def test_a_dispute_of_another_sale_leaves_nothing_behind() -> None:
    book = sent(carried_out(paid_book(), plan(with_disputes(disputed("received", "lost")), paid_book())))
    steps = plan(with_disputes(), book)
    assert sorted(created(steps)) == [
        ("bank_transaction_delete", "CB1:fee", FEE),
        ("bank_transaction_delete", "CB1:received", TOTAL),
        ("journal_void", "CB1:lost", TOTAL),
    ]
    assert created(plan(with_disputes(), sent(carried_out(book, steps)))) == []


def test_a_dispute_whose_payment_is_not_booked_here_is_left_alone() -> None:
    alone = replace(disputed("received", "lost"), is_left_alone=True)
    assert created(plan(with_disputes(alone), paid_book())) == []


def test_a_correction_of_the_amount_replaces_what_was_booked() -> None:
    book = sent(carried_out(paid_book(), plan(with_disputes(disputed("received", amount=2000)), paid_book())))
    assert created(plan(with_disputes(disputed("received", amount=1500)), book)) == [
        ("bank_transaction_delete", "CB1:received", 2000), ("spend", "CB1:received@2", 1500),
    ]  # fmt: skip


def test_keys_of_a_case_are_its_number_unless_that_cannot_stand_in_a_key() -> None:
    assert key_of_case("CB70001", 1) == "CB70001"
    assert key_of_case("CB70001", 3) == "CB70001~3"
    assert key_of_case("a:b", 1) != key_of_case("a-b", 1)
    assert len(key_of_case("9" * 80, 1)) < 60
    assert (case_of_key("CB1~2:lost~2@3"), move_of_key("CB1~2:lost~2@3")) == ("CB1~2", "lost~2")


# Whatever happens, in whatever order


@dataclass
class Scene:
    """An order, what happened to it, and its books."""

    facts: OrderFacts = field(default_factory=order)
    postings: Book = field(default_factory=dict)
    cases: list[tuple[str, list[ToldState], Loss]] = field(default_factory=list)

    def pay(self, amount: int) -> None:
        if len(self.facts.payments) < 3:
            code = f"HF-1-{len(self.facts.payments) + 1}"
            paid = PaymentFacts(code, "captured", amount)
            self.facts = replace(self.facts, payments=(*self.facts.payments, paid))

    def void(self, index: int) -> None:
        self._payment(index, lambda payment: replace(payment, state="reversed"))

    def _payment(self, index: int, change: Any) -> None:
        payments = list(self.facts.payments)
        if index < len(payments):
            payments[index] = change(payments[index])
            self.facts = replace(self.facts, payments=tuple(payments))

    def refund(self, index: int, wished: int) -> None:
        """As Opayo allows it: it does not know of chargebacks."""
        if index >= len(self.facts.payments):
            return
        payment = self.facts.payments[index]
        gone = sum(each.amount_minor for each in self.facts.refunds if each.payment_code == payment.code)
        amount = min(wished, payment.amount_minor - gone)
        if payment.state == "captured" and amount > 0:
            made = RefundFacts(f"R{len(self.facts.refunds) + 1}", payment.code, amount)
            self.facts = replace(self.facts, refunds=(*self.facts.refunds, made))

    def chargeback(self, index: int, wished: int) -> None:
        if index < len(self.facts.payments) and len(self.cases) < 3:
            payment = self.facts.payments[index]
            loss: Loss = "sale_undone" if wished % 2 else "bad_debt"
            first = ToldState("received", DAY, min(wished, payment.amount_minor), 0, FEE)
            self.cases.append((payment.code, [first], loss))

    def move_on(self, index: int, choice: int) -> None:
        if index < len(self.cases):
            _, lines, _ = self.cases[index]
            choices = choices_after(story_of(lines).state)
            if choices:
                state = choices[choice % len(choices)]
                lines.append(ToldState(state, DAY + timedelta(days=len(lines)), 0, len(lines), FEE))

    def send(self, index: int) -> None:
        if self.postings:
            self.postings = sent(self.postings, sorted(self.postings)[index % len(self.postings)][0])

    def do(self, what: str, index: int, value: int) -> None:
        if what == "pay":
            self.pay(max(value, 2))
        elif what == "send":
            self.send(value)
        else:
            getattr(self, what)(index, value) if what != "void" else self.void(index)
        self.facts = replace(self.facts, disputes=tuple(self._disputes()))
        self.postings = carried_out(self.postings, plan(self.facts, self.postings))

    def _disputes(self) -> list[DisputeFacts]:
        return [
            dispute_facts(f"CB{place}", code, story_of(lines), loss)
            for place, (code, lines, loss) in enumerate(self.cases)
        ]

    @property
    def stories(self) -> list[Story]:
        return [story_of(lines) for _, lines, _ in self.cases]


deeds = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "void", "refund", "chargeback", "move_on", "move_on", "send"]),
        st.integers(0, 2),
        st.one_of(st.sampled_from([TOTAL, TOTAL + 166, TOTAL // 2]), st.integers(1, TOTAL)),
    ),
    max_size=25,
)
SIGNS = {
    "payment": 1, "overpayment": 1, "refund": -1, "payment_delete": -1, "overpayment_delete": -1, "refund_delete": 1,
    "spend": -1, "receive": 1,
}  # fmt: skip


def standing(postings: Book, *kinds: str) -> list[PostingFacts]:
    """Those that are in Xero, or meant to be, and that nothing takes back."""
    gone = {
        (target, key)
        for (kind, key), row in postings.items()
        for target in UNDOES.get(kind, ())
        if row.state != "cancelled"
    }
    rows = (row for key, row in postings.items() if key not in gone and row.kind in kinds)
    return [row for row in rows if row.state not in {"cancelled", "reversed"}]


def total(rows: list[PostingFacts]) -> int:
    return sum(row.amount_minor for row in rows)


def clearing(postings: Book) -> int:
    came = total(standing(postings, "payment", "overpayment", "receive"))
    back = [row for row in standing(postings, "refund") if not row.case]
    return came - total(back) - total(standing(postings, "spend"))


def disputed_receivables(postings: Book) -> int:
    taken = [row for row in standing(postings, "spend") if not row.key.startswith(f"{row.case}:fee")]
    given_up = [row for row in standing(postings, "refund", "journal") if row.case]
    return total(taken) - total(standing(postings, "receive")) - total(given_up)


@given(deeds)
@settings(max_examples=250, deadline=None)
def test_the_books_carry_the_money_that_moved_and_disputes_leave_nothing_open(history) -> None:  # type: ignore[no-untyped-def]
    scene = Scene()
    for what, index, value in history:
        scene.do(what, index, value)
        facts, postings = scene.facts, scene.postings
        left = plan(facts, postings)
        assert all(isinstance(step, Ask | PaidTwice) for step in left), (
            "a plan carried out leaves nothing to plan"
        )
        shown = sum(step.amount_minor for step in left if isinstance(step, Ask))
        came = sum(each.amount_minor for each in facts.payments if each.state == "captured")
        refunded = sum(each.amount_minor for each in counted_refunds(facts))
        taken = sum(story.taken_minor + story.fee_minor for story in scene.stories)
        assert clearing(postings) == came - refunded - taken + shown
        assert disputed_receivables(postings) == sum(
            story.taken_minor - story.lost_minor for story in scene.stories
        )
        assert total(standing(postings, "credit_note")) <= TOTAL, "no more is credited than was sold"
        _overlaps_are_shown(facts, left)


def _overlaps_are_shown(facts: OrderFacts, left: list[Step]) -> None:
    out: Counter[str] = Counter()
    for each in counted_refunds(facts):
        out[each.payment_code] += each.amount_minor
    for dispute in facts.disputes:
        out[dispute.payment_code] += dispute.taken_minor
    came = {each.code: each.amount_minor if each.state == "captured" else 0 for each in facts.payments}
    taken = {each.payment_code for each in facts.disputes if each.taken_minor}
    twice = {code for code, minor in out.items() if minor > came[code] and code in taken}
    assert {step.payment_code for step in left if isinstance(step, PaidTwice)} == twice


@given(deeds)
@settings(max_examples=100, deadline=None)
def test_nothing_of_ours_pays_out_more_than_came_in(history) -> None:  # type: ignore[no-untyped-def]
    """What a person has to let go first is not counted: it is stopped."""
    scene = Scene()
    for what, index, value in history:
        scene.do(what, index, value)
        free = [row for row in standing(scene.postings, "refund") if not row.case and row.state != "held"]
        came = total(standing(scene.postings, "payment", "overpayment"))
        assert total(free) <= came
