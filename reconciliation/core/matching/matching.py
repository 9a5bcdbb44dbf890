"""From lines to decisions: the ladder, rung after rung, for each currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reconciliation.core.matching import words
from reconciliation.core.matching.certain import Tied, take_certain, tied_pairs
from reconciliation.core.matching.collector import without_collector
from reconciliation.core.matching.keyed import offer_keyed, take_keyed
from reconciliation.core.matching.lines import (
    CAREFUL,
    NOTHING_REMEMBERED,
    Line,
    Memory,
    Pairing,
    Settings,
    pairings,
)
from reconciliation.core.matching.model import Model, shipped
from reconciliation.core.matching.outcome import Open, Outcome, Reason
from reconciliation.core.matching.runs import take_runs
from reconciliation.core.matching.scoring import Scored, score
from reconciliation.core.matching.side import Ints
from reconciliation.core.matching.signs import are_reversed
from reconciliation.core.matching.singles import take_exact, take_unequal
from reconciliation.core.matching.subsets import take_subsets
from reconciliation.core.matching.work import Work, begin


def match(
    expected: Sequence[Line],
    observed: Sequence[Line],
    settings: Settings = CAREFUL,
    memory: Memory = NOTHING_REMEMBERED,
    model: Model | None = None,
) -> Outcome:
    """Decide which observed lines are the money of which expected lines. The order of the lines does not matter.

    `model` None: the shipped one. Raises MatchingInputError if an id comes twice on a side, ModelError if the model
    cannot be read.
    """
    model = model or shipped()
    with without_collector():
        return _together(
            [_decide(each, settings, memory, model) for each in pairings(expected, observed)], model
        )


def _together(found: Sequence[Outcome], model: Model) -> Outcome:
    """The outcomes of all currencies as one."""
    return Outcome(
        tuple(
            sorted(
                (each for part in found for each in part.matches),
                key=lambda each: (each.expected, each.observed),
            )
        ),
        tuple(sorted((each for part in found for each in part.open_expected), key=lambda each: each.id)),
        tuple(sorted((each for part in found for each in part.open_observed), key=lambda each: each.id)),
        model.name,
        tuple(dict.fromkeys(note for part in found for note in part.notes)),
    )


def _decide(pairing: Pairing, settings: Settings, memory: Memory, model: Model) -> Outcome:
    reversed_signs = are_reversed(pairing)
    if reversed_signs:
        pairing = replace(
            pairing, observed=tuple(replace(line, minor=-line.minor) for line in pairing.observed)
        )
    work = begin(pairing, settings, memory, model)
    scored = climb(work)
    notes = (words.SIGNS,) if reversed_signs else ()
    matches = tuple(replace(each, reasons=(*each.reasons, *notes)) for each in work.matches)
    return Outcome(matches, _open(work, scored, "e"), _open(work, scored, "o"), model.name, notes)


def climb(work: Work) -> Scored:
    """All rungs, the surest first; gives what the learned rung saw."""
    tied = certain_rungs(work)
    scored = score(work)
    take_exact(work, scored)
    take_runs(work)
    offer_keyed(work, tied)
    take_subsets(work)
    take_unequal(work, scored)
    return scored


def certain_rungs(work: Work) -> Tied:
    """What names each other alone, then exact sums under a key."""
    tied = tied_pairs(work)
    take_certain(work, tied)
    take_keyed(work, tied)
    return tied


def _open(work: Work, scored: Scored, side: str) -> tuple[Open, ...]:
    """What is left on a side, each with the question asked or the nearest line of the other."""
    mine, other = (
        (work.sides.expected, work.sides.observed)
        if side == "e"
        else (work.sides.observed, work.sides.expected)
    )
    asked = work.asked_e if side == "e" else work.asked_o
    rows = work.rows_e() if side == "e" else work.rows_o()
    best = _best(scored, side, len(mine))
    left = []
    for row in rows.tolist():
        at = int(best[row])
        reasons: tuple[Reason, ...] = asked.get(row, ())
        nearest = ""
        if at >= 0:
            line = other.lines[int((scored.pairs.o if side == "e" else scored.pairs.e)[at])]
            nearest = line.id
            reasons = reasons or (words.nearest(line, _why(work, scored, at)),)
        left.append(Open(mine.lines[row].id, reasons or (words.nothing_near(),), nearest))
    return tuple(left)


def _best(scored: Scored, side: str, size: int) -> Ints:
    """For each row its best pair, -1 without any."""
    group = scored.pairs.e if side == "e" else scored.pairs.o
    order = np.lexsort((-np.arange(len(group)), scored.scores, group))
    best = np.full(size, -1, dtype=np.int64)
    best[group[order]] = order
    return best


def _why(work: Work, scored: Scored, at: int) -> Reason:
    e, o = int(scored.pairs.e[at]), int(scored.pairs.o[at])
    if not work.free_e[e] or not work.free_o[o]:
        return Reason("taken", "it fits another line better.")
    return words.amounts(int(work.sides.expected.minor[e]), int(work.sides.observed.minor[o]), work.currency)
