"""The learned rung: every pair worth a look gets its evidence, a score that knows its rivals, and a place or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reconciliation.core.matching.assignment import assign
from reconciliation.core.matching.blocking import Candidates, candidates
from reconciliation.core.matching.certain import refused
from reconciliation.core.matching.evidence import Evidence, evidence, feature_table
from reconciliation.core.matching.names import Name
from reconciliation.core.matching.references import Tie
from reconciliation.core.matching.rivals import Standing, standing, strongest_other, texts_lead
from reconciliation.core.matching.side import Flags, Ints, Sides
from reconciliation.core.matching.work import Work

Reals = NDArray[np.float64]

OPEN: Final = -3.0
"""Log-odds below which both lines are better left open."""
_ENOUGH: Final = 6
_LEAD: Final = 7
_LITTLE: Final = 3
_SOON: Final = 10
_TWO: Final = 2
_NEAR: Final = 5
_ACCIDENT: Final = 1000
"""At most one amount in so many minor units, within a fifth around."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Everything known about the candidate pairs. `chosen`: by the global assignment."""

    pairs: Candidates
    found: Evidence
    alone: Reals
    standing: Standing
    scores: Reals
    probability: Reals
    chosen: Flags

    @property
    def table(self) -> Ints:
        """What the second forest sees."""
        return np.concatenate([feature_table(self.found), self.standing.table], axis=1)


def look(work: Work) -> tuple[Candidates, Evidence]:
    """The candidate pairs among free lines and what speaks for them."""
    sides = work.sides
    pairs = candidates(sides, work.rows_e(), work.rows_o(), work.settings, work.lag)
    kept = ~refused(work, pairs.e, pairs.o)
    pairs = Candidates(
        pairs.e[kept], pairs.o[kept], pairs.equal_e, pairs.equal_o, pairs.crowded_e, pairs.crowded_o
    )
    return pairs, evidence(sides, pairs, work.naming(), work.known, work.lag)


def score(work: Work) -> Scored:
    """Score and assign all candidate pairs of free lines."""
    pairs, found = look(work)
    first = feature_table(found)
    alone = work.model.alone(first)
    rivals = standing(pairs, found, alone)
    scores = work.model.together(np.concatenate([first, rivals.table], axis=1))
    chosen = assign(pairs.e, pairs.o, scores - OPEN)
    return Scored(pairs, found, alone, rivals, scores, work.model.curve(scores), chosen)


def runner_up(scored: Scored) -> Reals:
    """The probability of the best other pair of either line; 0 where there is none."""
    best = np.zeros(len(scored.scores))
    for rival in (scored.standing.rival_e, scored.standing.rival_o):
        best = np.maximum(best, np.where(rival < 0, 0.0, scored.probability[rival]))
    return best


def unmistakable(scored: Scored, sides: Sides) -> Flags:
    """The guard against twins, which no probability overrules: the texts tell this pair from every other of equal pence.

    With the whole reference, no other line of equal pence may have even a part of it. Without, the texts must speak for
    the pair, and clearly more than for any other; lines too many to have been looked at count as others. Less has to be
    said for an amount that only these two lines have, where amounts lie far apart.
    """
    pairs, found = scored.pairs, scored.found
    other = np.full(len(found.tie), -1, dtype=np.int64)
    for group, size in ((pairs.e, len(pairs.equal_e)), (pairs.o, len(pairs.equal_o))):
        other = np.maximum(other, strongest_other(group, found.tie, found.exact, size))
    named = (found.tie == Tie.SAME) | ((found.tie == Tie.NUMBER) & (found.name != Name.MISMATCH))
    crowded = pairs.crowded_e[pairs.e] | pairs.crowded_o[pairs.o]
    only = (found.rarity == _TWO) & (np.abs(found.late) <= _SOON) & far_apart(sides)[pairs.e]
    enough = (found.strength >= _ENOUGH) | (only & (found.strength >= _LITTLE))
    spoken = enough & (texts_lead(pairs, found) >= _LEAD) & ~crowded
    below = (found.tie != Tie.OTHER) & (found.tie < Tie.NUMBER)
    result: Flags = found.exact & ((named & (other < Tie.PART)) | (spoken & below))
    return result


def far_apart(sides: Sides) -> Flags:
    """For each expected row, whether lines of either side are so rare around its amount that none meets it by accident."""
    wanted = sides.expected.minor
    reach = np.maximum(np.abs(wanted) // _NEAR, 1)
    rare = np.ones(len(wanted), dtype=bool)
    for side in (sides.expected, sides.observed):
        amounts = np.sort(side.minor)
        near = np.searchsorted(amounts, wanted + reach, side="right") - np.searchsorted(
            amounts, wanted - reach
        )
        rare &= near * _ACCIDENT <= 2 * reach
    return rare
