"""Clearing = not yet banked, by the pure books: it holds whatever happens in whatever order, and any fault breaks it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.core.books import (
    BankLineFacts,
    DifferenceFacts,
    LineFacts,
    SettlementFacts,
    Wanted,
    adjustment_of,
    charges_of,
    transfer_of,
)
from reconciliation.proof.core.lights import Proved, from_json, to_json
from reconciliation.proof.core.unbanked import Expected, Moved, clearing_equals_unbanked

DAY = date(2026, 3, 9)


@dataclass
class World:
    """Sales and refunds, what was settled of them, and what the bank received; postings as the pure books make them."""

    open: dict[str, int] = field(default_factory=dict)
    awaited: dict[str, int] = field(default_factory=dict)
    short: dict[str, int] = field(default_factory=dict)
    posted: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def happen(self, minor: int) -> None:
        self.count += 1
        group = f"{'payment' if minor > 0 else 'refund'}:{self.count}"
        self.open[group] = minor
        self.posted[group].append(minor)

    def settle(self, fee: int, reserve: int) -> None:
        """All that is open, net of a fee and of a reserve."""
        if not self.open:
            return
        self.count += 1
        group = f"settlement:{self.count}"
        items = tuple(LineFacts("sale", minor) for minor in self.open.values())
        taken = tuple(
            line
            for line in (LineFacts("fee", -fee, "service_charge"), LineFacts("reserve_held", -reserve))
            if line.amount_minor
        )
        for each in self.open:
            self.posted[group] += self.posted.pop(each)
        facts = SettlementFacts(group, group, DAY, items + taken)
        self.posted[group] += [signed(wanted) for wanted in charges_of(facts)]
        self.awaited[group] = sum(line.amount_minor for line in facts.lines)
        self.open = {}

    def bank(self, difference: int, kind: str) -> None:
        """The oldest settlement's money, more or less of it, explained or not."""
        if not self.awaited:
            return
        self.count += 1
        settled = next(iter(self.awaited))
        group, net = f"match:{self.count}", self.awaited.pop(settled)
        self.posted[group] = self.posted.pop(settled)
        banked = net + difference
        if banked:
            moved = transfer_of(BankLineFacts(f"B{self.count}", DAY, banked, "", group))
            self.posted[group].append(-moved.minor if moved.is_inward else moved.minor)
        adjusted = adjustment_of(DifferenceFacts(group, difference, kind, DAY, ""))
        if adjusted is not None:
            self.posted[group].append(signed(adjusted))
        self.short[group] = 0 if adjusted is not None else -difference

    def prove(self) -> Proved:
        expected = [
            *(Expected(group, "unsettled", minor, group) for group, minor in self.open.items()),
            *(Expected(group, "settled", minor, group) for group, minor in self.awaited.items()),
            *(Expected(group, "short", minor, group) for group, minor in self.short.items()),
        ]
        moved = {group: Moved(sum(rows)) for group, rows in self.posted.items() if sum(rows)}
        return clearing_equals_unbanked("095", "GBP", moved, expected)


def signed(wanted: Wanted) -> int:
    return wanted.minor if wanted.kind == "receive" else -wanted.minor


AMOUNTS = st.integers(1, 50_000)
STEPS = st.one_of(
    st.tuples(st.just("happen"), AMOUNTS.map(lambda minor: (minor,))),
    st.tuples(st.just("happen"), AMOUNTS.map(lambda minor: (-minor,))),
    st.tuples(st.just("settle"), st.tuples(st.integers(0, 900), st.integers(0, 900))),
    st.tuples(
        st.just("bank"), st.tuples(st.integers(-200, 200), st.sampled_from(["", "fee", "rounding", "later"]))
    ),
)


def played(steps: list[tuple[str, tuple[int, ...]]]) -> World:
    world = World()
    for name, values in steps:
        getattr(world, name)(*values)
    return world


@given(st.lists(STEPS, max_size=30))
def test_the_account_holds_exactly_what_has_not_reached_the_bank(
    steps: list[tuple[str, tuple[int, ...]]],
) -> None:
    world = played(steps)
    found = world.prove()
    assert found.difference == 0 and found.light == "green"
    unbanked = sum(world.open.values()) + sum(world.awaited.values()) + sum(world.short.values())
    assert found.left.minor == unbanked
    assert from_json(to_json(found)) == found


@given(
    st.lists(STEPS, min_size=1, max_size=20),
    st.integers(0, 10_000),
    st.sampled_from(["lose", "double", "change"]),
)
def test_any_posting_lost_doubled_or_changed_is_named_by_its_group(
    steps: list[tuple[str, tuple[int, ...]]], which: int, fault: str
) -> None:
    world = played([("happen", (500,)), *steps])
    groups = [group for group, rows in world.posted.items() if any(rows)]
    group = groups[which % len(groups)]
    rows = world.posted[group]
    place = next(place for place, minor in enumerate(rows) if minor)
    by = {"lose": -rows[place], "double": rows[place], "change": 1}[fault]
    rows.append(by)
    found = world.prove()
    assert found.light == "red" and found.difference == by
    assert [(each.kind, each.key, each.minor) for each in found.breaks] == [(*group.split(":"), by)]


def test_what_is_on_its_way_explains_itself() -> None:
    expected = [
        Expected("payment:1", "unsettled", 2400, "Payment 1"),
        Expected("payment:2", "unsettled", 500, "Payment 2", unbooked=500),
        Expected("settlement:3", "settled", 900, "Settlement 3"),
    ]
    moved = {"payment:1": Moved(posted=0, flight=2400), "settlement:3": Moved(posted=1000, later=-100)}
    found = clearing_equals_unbanked("095", "GBP", moved, expected)
    assert (found.left.minor, found.difference, found.light) == (1000, 0, "amber")
    assert {term.code: term.minor for term in found.right} == {
        "unsettled": 2900, "settled": 900, "short": 0, "other": 0, "flight": -2900, "later": 100,
    }  # fmt: skip
