"""The state of matching one currency: what is still free, and what all rungs of the ladder need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from reconciliation.core.matching.lines import Memory, Pairing, Settings
from reconciliation.core.matching.model import Model
from reconciliation.core.matching.names import Naming
from reconciliation.core.matching.outcome import Match, Method, Reason
from reconciliation.core.matching.references import Known, known_references
from reconciliation.core.matching.side import Flags, Ints, Sides, sides_of

USUAL_LAG: Final = 2
"""Days from the expected to the observed day where the lines themselves do not tell."""


@dataclass(slots=True, eq=False)
class Work:
    """One currency in work. `free_e`, `free_o`: rows nobody has taken; `lag`: the usual days from expected to observed.

    `asked`: for rows left open, the question that would settle them, by side and row.
    """

    currency: str
    sides: Sides
    known: Known
    settings: Settings
    memory: Memory
    model: Model
    free_e: Flags
    free_o: Flags
    lag: int = USUAL_LAG
    matches: list[Match] = field(default_factory=list)
    asked_e: dict[int, tuple[Reason, ...]] = field(default_factory=dict)
    asked_o: dict[int, tuple[Reason, ...]] = field(default_factory=dict)

    def rows_e(self) -> Ints:
        """Free expected rows."""
        return np.flatnonzero(self.free_e)

    def rows_o(self) -> Ints:
        """Free observed rows."""
        return np.flatnonzero(self.free_o)

    def naming(self) -> Naming:
        """What is needed to compare names."""
        return Naming(self.sides.noise, self.sides.rarity, self.memory)

    def are_free(self, e: Sequence[int], o: Sequence[int]) -> bool:
        """Whether nobody has taken any of them."""
        return bool(self.free_e[list(e)].all() and self.free_o[list(o)].all())

    def difference(self, e: Sequence[int], o: Sequence[int]) -> int:
        """Observed minus expected, minor units."""
        expected, observed = self.sides.expected.lines, self.sides.observed.lines
        return sum(observed[row].minor for row in o) - sum(expected[row].minor for row in e)

    def take(self, e: Sequence[int], o: Sequence[int], verdict: Verdict) -> None:
        """Decide that these belong together."""
        for row in e:
            self.free_e[row] = False
        for row in o:
            self.free_o[row] = False
        self.matches.append(
            Match(
                tuple(sorted(self.sides.expected.lines[row].id for row in e)),
                tuple(sorted(self.sides.observed.lines[row].id for row in o)),
                verdict.probability,
                "auto" if verdict.auto else "review",
                verdict.method,
                self.difference(e, o),
                verdict.reasons,
                verdict.score,
            )
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about lines that belong together."""

    method: Method
    probability: float
    auto: bool
    reasons: tuple[Reason, ...]
    score: float = 0.0


def begin(pairing: Pairing, settings: Settings, memory: Memory, model: Model) -> Work:
    """Everything free."""
    sides = sides_of(pairing)
    return Work(
        pairing.currency, sides, known_references(sides.expected.said), settings, memory, model,
        np.ones(len(pairing.expected), dtype=bool), np.ones(len(pairing.observed), dtype=bool),
    )  # fmt: skip
