"""Lines that add up to one of the other side, from both directions alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciliation.core.matching.side import Flags, Side
from reconciliation.core.matching.work import Verdict, Work


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One side as the many and the other as the one."""

    work: Work
    turned: bool = False

    @property
    def many(self) -> Side:
        """The side whose lines are added up."""
        return self.work.sides.observed if self.turned else self.work.sides.expected

    @property
    def one(self) -> Side:
        """The side of the sum."""
        return self.work.sides.expected if self.turned else self.work.sides.observed

    @property
    def free_many(self) -> Flags:
        """Which of the many are free."""
        return self.work.free_o if self.turned else self.work.free_e

    @property
    def free_one(self) -> Flags:
        """Which sums are free."""
        return self.work.free_e if self.turned else self.work.free_o

    def days(self, many: Sequence[int], one: int) -> list[int]:
        """Days from the expected to the observed line, for each of the many."""
        sign = -1 if self.turned else 1
        return [sign * int(self.one.day[one] - self.many.day[row]) for row in many]

    def gap(self, many: Sequence[int], one: int) -> int:
        """The one minus the sum of the many, minor units."""
        return self.one.lines[one].minor - sum(self.many.lines[row].minor for row in many)

    def is_refused(self, many: Sequence[int], one: int) -> bool:
        """Whether people refused any of the pairs in it."""
        refused = self.work.memory.refused
        if not refused:
            return False
        name = self.one.lines[one].id
        pairs = ((name, each) if self.turned else (each, name) for each in self.ids(many))
        return any(pair in refused for pair in pairs)

    def take(self, many: Sequence[int], one: int, verdict: Verdict) -> None:
        """Decide that these belong together."""
        e, o = ([one], many) if self.turned else (many, [one])
        self.work.take(e, o, verdict)

    def ids(self, many: Sequence[int]) -> list[str]:
        """Ids of some of the many."""
        return [self.many.lines[row].id for row in many]


def both_ways(work: Work) -> tuple[View, View]:
    """Many expected in one observed line, then one expected in many observed lines."""
    return View(work), View(work, turned=True)
