"""Which pairs are worth a look: never all against all, always the ones that could be true.

The union of three blocks: equal pence within the window of days (the nearest ones where there are many), a shared key with
equal pence, and a shared rare key with amounts near each other or with digits in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from reconciliation.core.matching.lines import Settings
from reconciliation.core.matching.side import Flags, Ints, Side, Sides

_MOST_PER_KEY: Final = 24
"""A key that more lines of one side have, with the same amount, tells nothing."""
RARE: Final = 12
"""A key that more lines of one side have ties no unequal amounts together."""
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of rows (expected `e`, observed `o`), ordered by e, then o.

    `equal_e`, `equal_o`: for each row, how many lines of the other side have its amount within the window;
    `crowded_e`, `crowded_o`: rows with more of those than were taken.
    """

    e: Ints
    o: Ints
    equal_e: Ints
    equal_o: Ints
    crowded_e: Flags
    crowded_o: Flags


def candidates(sides: Sides, free_e: Ints, free_o: Ints, settings: Settings, lag: int) -> Candidates:
    """Pairs among the free rows; `lag`: the usual number of days from expected to observed."""
    left, right = sides.expected, sides.observed
    window = (settings.days_before, settings.days_after)
    forward = _equal_pence((left, free_e), (right, free_o), window, lag, settings.block)
    backward = _equal_pence((right, free_o), (left, free_e), (window[1], window[0]), -lag, settings.block)
    pairs = [
        (forward.rows, forward.others),
        (backward.others, backward.rows),
        _shared_keys(sides, free_e, free_o, settings),
    ]
    e, o = _union(pairs, len(left), len(right))
    same_way = (left.minor[e] < 0) == (right.minor[o] < 0)  # money in is never money out
    e, o = e[same_way], o[same_way]
    most = settings.block
    return Candidates(e, o, forward.count, backward.count, forward.count > most, backward.count > most)


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    rows: Ints
    others: Ints
    count: Ints


def _equal_pence(
    mine: tuple[Side, Ints], others: tuple[Side, Ints], window: tuple[int, int], lag: int, most: int
) -> _Near:
    """For each of my rows the `most` rows of the other side with equal amount that are nearest to the usual day."""
    (my_side, my_rows), (other, other_rows), (before, after) = mine, others, window
    order = other_rows[np.lexsort((other_rows, other.day[other_rows], other.minor[other_rows]))]
    amounts, rank = np.unique(other.minor[order], return_inverse=True)
    step = np.int64(1 << 23)
    keys = rank.astype(np.int64) * step + other.day[order]
    at = np.searchsorted(amounts, my_side.minor[my_rows])
    known = at < len(amounts)
    known[known] &= amounts[at[known]] == my_side.minor[my_rows][known]
    rows = my_rows[known]
    base = at[known].astype(np.int64) * step + my_side.day[rows]
    low, high = np.searchsorted(keys, base - before), np.searchsorted(keys, base + after, side="right")
    count = np.zeros(len(my_side), dtype=np.int64)
    count[rows] = high - low
    centre = np.searchsorted(keys, base + lag)
    first = np.clip(centre - most // 2, low, np.maximum(low, high - most))
    taken = np.minimum(high, first + most) - first
    return _Near(np.repeat(rows, taken), order[_ranges(first, taken)], count)


def _ranges(first: Ints, length: Ints) -> Ints:
    """first[0], first[0]+1, … for length[0], then the next."""
    if not len(length) or not length.sum():
        return np.zeros(0, dtype=np.int64)
    ends = np.cumsum(length)
    result: Ints = np.arange(ends[-1]) - np.repeat(ends - length, length) + np.repeat(first, length)
    return result


def _shared_keys(sides: Sides, free_e: Ints, free_o: Ints, settings: Settings) -> tuple[Ints, Ints]:
    left, right = sides.expected, sides.observed
    e_at = np.flatnonzero(np.isin(left.key_row, free_e))
    o_at = np.flatnonzero(np.isin(right.key_row, free_o))
    e_row, e_key, o_row, o_key = left.key_row[e_at], left.key[e_at], right.key_row[o_at], right.key[o_at]
    with_amount = join(
        _with(e_key, left.minor[e_row]), e_row, _with(o_key, right.minor[o_row]), o_row, _MOST_PER_KEY
    )
    rare = join(e_key, e_row, o_key, o_row, RARE, keys_too=True)
    e, o = rare[0], rare[1]
    kept = sides.is_key[rare[2]] | _near(left.minor[e], right.minor[o], settings.near_share)
    e, o = np.concatenate([with_amount[0], e[kept]]), np.concatenate([with_amount[1], o[kept]])
    lag = right.day[o] - left.day[e]
    soon = (lag >= -settings.days_after) & (lag <= settings.key_days)
    return e[soon], o[soon]


def _near(expected: Ints, observed: Ints, share: int) -> Flags:
    result: Flags = np.abs(observed - expected) * 100 <= share * np.abs(expected)
    return result


def _with(keys: Ints, minor: Ints) -> Ints:
    """One number for key and amount; that two meet by accident only costs a look at a pair."""
    mixed = (keys.astype(np.uint64) + np.uint64(1)) * _MIX ^ (
        minor.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    return mixed.view(np.int64)


def join(
    e_key: Ints, e_row: Ints, o_key: Ints, o_row: Ints, most: int, *, keys_too: bool = False
) -> tuple[Ints, ...]:
    """Rows of both sides that share a key which at most `most` rows of each side have; with the keys if asked."""
    e_order, o_order = np.argsort(e_key, kind="stable"), np.argsort(o_key, kind="stable")
    e_keys, e_first, e_count = np.unique(e_key[e_order], return_index=True, return_counts=True)
    o_keys, o_first, o_count = np.unique(o_key[o_order], return_index=True, return_counts=True)
    keys, e_at, o_at = np.intersect1d(e_keys, o_keys, assume_unique=True, return_indices=True)
    kept = (e_count[e_at] <= most) & (o_count[o_at] <= most)
    keys, e_at, o_at = keys[kept], e_at[kept], o_at[kept]
    e_of = _ranges(e_first[e_at], e_count[e_at])
    repeats = np.repeat(o_count[o_at], e_count[e_at])
    e_rows = np.repeat(e_row[e_order][e_of], repeats)
    o_rows = o_row[o_order][_ranges(np.repeat(o_first[o_at], e_count[e_at]), repeats)]
    if not keys_too:
        return e_rows, o_rows
    return e_rows, o_rows, np.repeat(keys, e_count[e_at] * o_count[o_at])


def _union(pairs: Sequence[tuple[Ints, ...]], height: int, width: int) -> tuple[Ints, Ints]:
    wide = np.int64(max(1, width))
    codes = np.unique(np.concatenate([each[0] * wide + each[1] for each in pairs]))
    return codes // wide, codes % wide
