"""One side as arrays: days, minor units, and which keys stand in which line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reconciliation.core.matching.lines import Line, Pairing
from reconciliation.core.matching.texts import Said, digits_in, keys_of, said_by

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_COMMON: Final = 30
_COMMON_SHARE: Final = 50
_DISTINCT_DIGITS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The lines of one side. `minor`: minor units; `day`: days since the year 1.

    `key_row`, `key`: one entry for each key of each line, ordered by key, then row.
    """

    lines: tuple[Line, ...]
    said: tuple[Said, ...]
    day: Ints
    minor: Ints
    key_row: Ints
    key: Ints

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Both sides of a currency over one vocabulary of keys.

    `is_number`: the keys that hold digits, by key. `noise`: words too common in this file to tell payers apart.
    """

    expected: Side
    observed: Side
    is_number: Flags
    words: tuple[str, ...]
    noise: frozenset[str]
    rarity: Counter[str]


def sides_of(pairing: Pairing) -> Sides:
    """Read all texts once, and keep the keys that stand on both sides."""
    expected = tuple(map(said_by, pairing.expected))
    observed = tuple(map(said_by, pairing.observed))
    vocabulary: dict[str, int] = {}
    left = _keys(expected, pairing.expected, vocabulary, grow=True)
    right = _keys(observed, pairing.observed, vocabulary, grow=False)
    left = _present(left, np.unique(right[1]))
    noise = _noise(expected) | _noise(observed)
    words = tuple(vocabulary)
    return Sides(
        _side(pairing.expected, expected, left),
        _side(pairing.observed, observed, right),
        np.array([digits_in(word) >= _DISTINCT_DIGITS for word in words], dtype=bool),
        words,
        noise,
        Counter(word for said in expected for word in said.name),
    )


def _keys(
    said: Sequence[Said], lines: Sequence[Line], vocabulary: dict[str, int], *, grow: bool
) -> tuple[Ints, Ints]:
    rows: list[int] = []
    keys: list[int] = []
    for row, (each, line) in enumerate(zip(said, lines, strict=True)):
        for word in sorted(keys_of(each, line)):
            number = vocabulary.setdefault(word, len(vocabulary)) if grow else vocabulary.get(word)
            if number is not None:
                rows.append(row)
                keys.append(number)
    return np.array(rows, dtype=np.int64), np.array(keys, dtype=np.int64)


def _present(entries: tuple[Ints, Ints], known: Ints) -> tuple[Ints, Ints]:
    rows, keys = entries
    kept = np.isin(keys, known)
    return rows[kept], keys[kept]


def _side(lines: tuple[Line, ...], said: tuple[Said, ...], entries: tuple[Ints, Ints]) -> Side:
    rows, keys = entries
    order = np.lexsort((rows, keys))
    return Side(
        lines,
        said,
        np.array([line.on.toordinal() for line in lines], dtype=np.int64),
        np.array([line.minor for line in lines], dtype=np.int64),
        rows[order],
        keys[order],
    )


def _noise(said: Sequence[Said]) -> frozenset[str]:
    counts = Counter(word for each in said for word in each.words)
    least = max(_COMMON, len(said) // _COMMON_SHARE)
    return frozenset(word for word, count in counts.items() if count > least)
