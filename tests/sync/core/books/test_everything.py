"""Everything that can happen to an order's money at once, rolled back and posted again in between."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.core.books import Ask, PaidTwice, PostingFacts, carried_out, plan
from sync.core.books.facts import Key, counted_refunds
from sync.core.rollback import UNDO_OF, Document, Rules, Seen
from sync.core.rollback import plan as plan_rollback
from sync.core.rollback.undoing import FOLLOWS
from tests.sync.core.books.builders import TOTAL, Book
from tests.sync.core.books.test_disputes import (
    Scene,
    clearing,
    disputed_receivables,
    sent,
    standing,
    total,
)

_KEEPS_ITS_NUMBER = ("invoice", "credit_note", "invoice_close")
_UNDOING = frozenset(UNDO_OF.values())


@dataclass
class Rolled(Scene):
    """Such an order; while it is rolled back its books stand still."""

    stands_still: bool = False

    def void_refund(self, index: int, value: int) -> None:
        refunds = list(self.facts.refunds)
        if index < len(refunds):
            refunds[index] = replace(refunds[index], is_voided=True)
            self.facts = replace(self.facts, refunds=tuple(refunds))

    def send(self, index: int) -> None:
        """What was rolled back does not come back by it."""
        before = self.postings
        super().send(index)
        self._keep_reversed(before)

    def send_all(self, index: int, value: int) -> None:
        before = self.postings
        self.postings = sent(self.postings)
        self._keep_reversed(before)

    def _keep_reversed(self, before: Book) -> None:
        self.postings = {
            **self.postings,
            **{key: row for key, row in before.items() if row.state == "reversed"},
        }

    def roll_back(self, index: int, value: int) -> None:
        """As the plan says, with Xero's every answer; what is being undone already stands in its way."""
        if self.stands_still:
            return
        ids = {key: number for number, key in enumerate(self.postings)}
        documents = [_document(row, ids, self.postings) for row in self.postings.values()]
        seen = {number: Seen("AUTHORISED") for number in ids.values()}
        made = plan_rollback(documents, ids.values(), seen, Rules())
        if made.blocked or not made.steps:
            return
        keys = list(ids)
        for step in made.steps:
            self._undo(keys[step.document.id], step.action, step.by)
        self.stands_still = True

    def _undo(self, key: Key, action: str, by: str) -> None:
        row = self.postings[key]
        state = "cancelled" if action == "drop" else "reversed"
        self.postings = {**self.postings, key: replace(row, state=state)}
        if action == "undo":
            undoing = PostingFacts(by, row.key, "posted", row.amount_minor, case=row.case)
            self.postings[by, row.key] = undoing

    def post_again(self, index: int, value: int) -> None:
        """What carries no money gives its key to what is posted now."""
        self.stands_still = False
        self.postings = {key: row for key, row in self.postings.items() if not self._is_retired(row)}

    def _is_retired(self, row: PostingFacts) -> bool:
        if row.state in {"cancelled", "reversed"}:
            return row.kind not in _KEEPS_ITS_NUMBER
        if row.state != "posted" or row.kind not in FOLLOWS | _UNDOING:
            return False
        targets = [kind for kind, undo in UNDO_OF.items() if undo == row.kind] or ["invoice"]
        return any(
            self.postings.get((kind, row.key), row).state in {"reversed", "cancelled"} for kind in targets
        )

    def happen(self, what: str, index: int, value: int) -> None:
        if what in {"roll_back", "post_again"}:
            getattr(self, what)(index, value)
        elif self.stands_still and what.startswith("send"):
            return
        before = self.postings
        if what not in {"roll_back", "post_again"}:
            self.do(what, index, value)
        if self.stands_still:
            self.postings = before
        else:
            self.postings = carried_out(self.postings, plan(self.facts, self.postings))


def _document(row: PostingFacts, ids: dict[Key, int], postings: Book) -> Document:
    on = {
        "payment": ("invoice", "HF-1"),
        "credit_note": ("invoice", "HF-1"),
        "refund": ("credit_note", row.key),
        "credit_note_allocation": ("credit_note", row.key),
    }.get(row.kind)
    undone_by = next(
        (
            postings[undo, row.key].state
            for kind, undo in UNDO_OF.items()
            if kind == row.kind and (undo, row.key) in postings
        ),
        "",
    )
    return Document(
        id=ids[row.kind, row.key], kind=row.kind, key=row.key, state=row.state, group="order",
        amount_minor=row.amount_minor, on=ids.get(on) if on else None, remote_id="x", part_id="x",
        undone_by=undone_by if undone_by not in {"posted", "cancelled"} else "",
    )  # fmt: skip


Deed = tuple[str, int, int]
some_deeds = st.lists(
    st.tuples(
        st.sampled_from([
            "pay", "void", "refund", "refund", "void_refund", "chargeback", "move_on", "move_on", "send", "send_all",
            "roll_back", "post_again",
        ]),
        st.integers(0, 2),
        st.one_of(st.sampled_from([TOTAL, TOTAL + 166, TOTAL // 2]), st.integers(1, TOTAL)),
    ),
    max_size=8,
)  # fmt: skip


def _in_rounds(rounds: list[list[Deed]]) -> list[Deed]:
    """Each round: a payment, some deeds, all of it in Xero, rolled back; more deeds; posted again."""
    history: list[Deed] = []
    for before, meanwhile in zip(rounds[::2], rounds[1::2], strict=True):
        history += [("pay", 0, TOTAL), *before, ("send_all", 0, 0), ("roll_back", 0, 0)]
        history += [*meanwhile, ("post_again", 0, 0)]
    return history


everything = st.lists(some_deeds, min_size=4, max_size=4).map(_in_rounds)


@given(everything)
@settings(max_examples=150, deadline=None)
@example([("pay", 0, TOTAL + 166), ("refund", 0, TOTAL), ("roll_back", 0, 0), ("post_again", 0, 0)])
@example(
    [
        ("pay", 0, TOTAL),
        ("chargeback", 0, TOTAL),
        ("move_on", 0, 1),
        ("roll_back", 0, 0),
        ("post_again", 0, 0),
    ]
)
def test_whatever_happens_the_books_carry_the_money_that_moved_or_nothing_while_rolled_back(history) -> None:  # type: ignore[no-untyped-def]
    scene = Rolled()
    for deed in history:
        scene.happen(*deed)
        postings = scene.postings
        if scene.stands_still:
            assert (clearing(postings), disputed_receivables(postings)) == (0, 0)
            assert standing(postings, "invoice", "credit_note") == []
            continue
        left = plan(scene.facts, postings)
        assert all(isinstance(step, Ask | PaidTwice) for step in left)
        shown = sum(step.amount_minor for step in left if isinstance(step, Ask))
        assert clearing(postings) == _money(scene) + shown
        assert disputed_receivables(postings) == sum(
            story.taken_minor - story.lost_minor for story in scene.stories
        )
        assert total(standing(postings, "credit_note")) <= TOTAL
        free = [row for row in standing(postings, "refund") if not row.case and row.state != "held"]
        assert total(free) <= total(standing(postings, "payment", "overpayment"))


def _money(scene: Rolled) -> int:
    came = sum(each.amount_minor for each in scene.facts.payments if each.state == "captured")
    refunded = sum(each.amount_minor for each in counted_refunds(scene.facts))
    return came - refunded - sum(story.taken_minor + story.fee_minor for story in scene.stories)
