"""How a pair stands against the other pairs of its two lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reconciliation.core.matching.blocking import Candidates
from reconciliation.core.matching.evidence import Evidence
from reconciliation.core.matching.side import Flags, Ints

Reals = NDArray[np.float64]

RIVALS: Final = ("lead_e", "lead_o", "close_e", "close_o", "texts_lead", "crowded")
LEVELS: Final = (9, 9, 6, 6, 7, 2)
_LEADS: Final = np.array([-3.0, -1.0, -0.2, 0.2, 1.0, 3.0, 6.0])
_CLOSE: Final = np.array([1, 2, 3, 5, 9])
_TEXTS: Final = np.array([-5, 0, 1, 4, 7, 10])
_NEARLY: Final = 0.5
_NOBODY: Final = 8
_NO_RIVAL: Final = 99


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """For each pair: the best other pair of its expected (`_e`) and its observed (`_o`) line, -1 where there is none."""

    rival_e: Ints
    rival_o: Ints
    table: Ints


def standing(pairs: Candidates, found: Evidence, scores: Reals) -> Standing:
    """Compare each pair with its rivals."""
    rival_e, close_e = _best_other(pairs.e, scores)
    rival_o, close_o = _best_other(pairs.o, scores)
    table = np.stack(
        (
            _lead(scores, rival_e),
            _lead(scores, rival_o),
            np.searchsorted(_CLOSE, close_e, side="right"),
            np.searchsorted(_CLOSE, close_o, side="right"),
            np.searchsorted(_TEXTS, texts_lead(pairs, found), side="right"),
            (pairs.crowded_e[pairs.e] | pairs.crowded_o[pairs.o]).astype(np.int64),
        ),
        axis=1,
    )
    return Standing(rival_e, rival_o, table.astype(np.int64))


def _lead(scores: Reals, rival: Ints) -> Ints:
    lead = np.searchsorted(_LEADS, scores - scores[rival], side="right")
    result: Ints = np.where(rival < 0, _NOBODY, lead)
    return result


def _best_other(group: Ints, scores: Reals) -> tuple[Ints, Ints]:
    """The best other pair of the same line, and how many others are nearly as good as this one or better."""
    count = len(group)
    order = np.lexsort((np.arange(count), -scores, group))
    grouped = group[order]
    starts = (
        np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]]) if count else np.zeros(0, dtype=np.int64)
    )
    sizes = np.diff(np.r_[starts, count])
    best = np.repeat(order[starts], sizes) if count else order
    second = (
        np.repeat(np.where(sizes > 1, order[np.minimum(starts + 1, count - 1)], -1), sizes)
        if count
        else order
    )
    rival = np.empty(count, dtype=np.int64)
    rival[order] = np.where(best == order, second, best)
    return rival, _nearly_as_good(group, scores)


def _nearly_as_good(group: Ints, scores: Reals) -> Ints:
    """Others of the same line that are at most _NEARLY worse: one sort by line, then score."""
    count = len(group)
    if not count:
        return np.zeros(0, dtype=np.int64)
    span = float(scores.max() - scores.min()) + 1.0
    keys = group * (2 * span) - scores
    order = np.argsort(keys, kind="stable")
    ends = np.searchsorted(keys[order], keys + _NEARLY, side="right")
    firsts = np.searchsorted(group[order], group, side="left")
    result: Ints = np.maximum(ends - firsts - 1, 0)
    return result


def texts_lead(pairs: Candidates, found: Evidence) -> Ints:
    """By how much the texts speak more for this pair than for any other with equal pence; _NO_RIVAL without one."""
    strength = found.strength
    least = np.full(len(strength), _NO_RIVAL, dtype=np.int64)
    for group, size in ((pairs.e, len(pairs.equal_e)), (pairs.o, len(pairs.equal_o))):
        least = np.minimum(least, strength - strongest_other(group, strength, found.exact, size))
    return np.minimum(least, _NO_RIVAL)


def strongest_other(group: Ints, strength: Ints, exact: Flags, size: int) -> Ints:
    """The greatest strength among the other exact pairs of the line; far below all if there is none."""
    nothing = -10 * _NO_RIVAL
    first = np.full(size, nothing, dtype=np.int64)
    np.maximum.at(first, group[exact], strength[exact])
    is_first = exact & (strength == first[group])
    holders = np.bincount(group[is_first], minlength=size)
    second = np.full(size, nothing, dtype=np.int64)
    rest = exact & ~is_first
    np.maximum.at(second, group[rest], strength[rest])
    result: Ints = np.where(is_first & (holders[group] == 1), second[group], first[group])
    return result
