"""The first rung: lines that name each other and nobody else, with equal pence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from reconciliation.core.matching import words
from reconciliation.core.matching.blocking import RARE, join
from reconciliation.core.matching.names import Name
from reconciliation.core.matching.references import Tie, tie
from reconciliation.core.matching.side import Flags, Ints
from reconciliation.core.matching.work import Verdict, Work

_ENOUGH: Final = 20
_LONGEST_LAG: Final = 30
_CUT_BY: Final = 3
_LONG: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Tied:
    """Pairs whose whole reference stands on both sides, whatever their amounts; ordered by e, then o."""

    e: Ints
    o: Ints

    def among(self, work: Work) -> Tied:
        """Those with both lines free."""
        kept = work.free_e[self.e] & work.free_o[self.o]
        return Tied(self.e[kept], self.o[kept])


def tied_pairs(work: Work) -> Tied:
    """All pairs that name each other within the days allowed for references, by keys that few lines have."""
    left, right = work.sides.expected, work.sides.observed
    mine, other = work.sides.is_key[left.key], work.sides.is_key[right.key]
    e, o = join(left.key[mine], left.key_row[mine], right.key[other], right.key_row[other], RARE)
    lag = right.day[o] - left.day[e]
    soon = (lag >= -work.settings.days_after) & (lag <= work.settings.key_days)
    codes = np.unique(e[soon] * np.int64(max(1, len(right))) + o[soon])
    e, o = codes // max(1, len(right)), codes % max(1, len(right))
    same = _name_each_other(work, e, o)
    return Tied(e[same], o[same])


def _name_each_other(work: Work, e: Ints, o: Ints) -> Flags:
    left, right = work.sides.expected.said, work.sides.observed.said
    naming = work.naming()
    same = np.zeros(len(e), dtype=bool)
    for at, (a, b) in enumerate(zip(e.tolist(), o.tolist(), strict=True)):
        found = tie(left[a], right[b], work.known)
        same[at] = found is Tie.SAME or (
            found is Tie.NUMBER and naming.compare(left[a], right[b]) is not Name.MISMATCH
        )
    return same


def take_certain(work: Work, tied: Tied) -> None:
    """Match what names each other alone, and learn the usual number of days from it."""
    left, right = work.sides.expected, work.sides.observed
    exact = left.minor[tied.e] == right.minor[tied.o]
    e, o = tied.e[exact], tied.o[exact]
    alone = (np.bincount(e, minlength=len(left))[e] == 1) & (np.bincount(o, minlength=len(right))[o] == 1)
    e, o = e[alone], o[alone]
    kept = _names_one_document(work, tied)[o] & ~_may_be_cut(work, e) & ~refused(work, e, o)
    e, o = e[kept], o[kept]
    lags = right.day[o] - left.day[e]
    if len(lags) >= _ENOUGH:
        work.lag = int(np.clip(np.median(lags), 0, _LONGEST_LAG))
    rate = work.model.rates["key"]
    for a, b, days in zip(e.tolist(), o.tolist(), lags.tolist(), strict=True):
        line = left.lines[a]
        reasons = words.certain(line, right.lines[b], days)
        work.take([a], [b], Verdict("key", rate, rate >= work.settings.auto_from, reasons))


def _names_one_document(work: Work, tied: Tied) -> Flags:
    """For each observed row, whether all expected lines it names have the same reference."""
    first: dict[int, str] = {}
    single = np.ones(len(work.sides.observed), dtype=bool)
    said = work.sides.expected.said
    for a, b in zip(tied.e.tolist(), tied.o.tolist(), strict=True):
        if first.setdefault(b, said[a].ref) != said[a].ref:
            single[b] = False
    return single


def _may_be_cut(work: Work, e: Ints) -> Flags:
    """Whether the reference could as well be a longer one of equal amount that the bank cut off."""
    cut: Counter[tuple[int, str]] = Counter()
    minor = work.sides.expected.minor.tolist()
    cores = [work.known.core(said) for said in work.sides.expected.said]
    for amount, core in zip(minor, cores, strict=True):
        if len(core) >= _LONG:
            for by in range(1, _CUT_BY + 1):
                cut[amount, core[:-by]] += 1
                cut[amount, core[by:]] += 1
    return np.array([cut[minor[row], cores[row]] > 0 for row in e.tolist()], dtype=bool)


def refused(work: Work, e: Ints, o: Ints) -> Flags:
    """Which of the pairs people refused."""
    if not work.memory.refused:
        return np.zeros(len(e), dtype=bool)
    left, right = work.sides.expected.lines, work.sides.observed.lines
    pairs = zip(e.tolist(), o.tolist(), strict=True)
    return np.array([(left[a].id, right[b].id) in work.memory.refused for a, b in pairs], dtype=bool)
