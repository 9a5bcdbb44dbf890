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

_COMMON: Final = 10
_COMMON_SHARE: Final = 10
"""In lines of a thousand."""
_TIMES_HERE: Final = 4
_TIMES_THERE: Final = 12
_DISTINCT_DIGITS: Final = 3
_MERGED: Final = 6
_LENGTHS: Final = 3


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

    `is_key`: the keys that can name a document, by key; the others are words. `noise`: words too common in this file to tell payers apart.
    """

    expected: Side
    observed: Side
    is_key: Flags
    words: tuple[str, ...]
    noise: frozenset[str]
    rarity: Counter[str]


def sides_of(pairing: Pairing) -> Sides:
    """Read all texts once, and keep the keys that stand on both sides."""
    expected = tuple(map(said_by, pairing.expected))
    observed = tuple(map(said_by, pairing.observed))
    vocabulary: dict[str, int] = {}
    left = _keys(expected, pairing.expected, vocabulary, None)
    right = _keys(observed, pairing.observed, vocabulary, _usual_lengths(expected))
    left = _present(left, np.unique(right[1]))
    words = tuple(vocabulary)
    whole = {each.ref for each in (*expected, *observed)} | {key for each in expected for key in each.known}
    return Sides(
        _side(pairing.expected, expected, left),
        _side(pairing.observed, observed, right),
        np.array([digits_in(word) >= _DISTINCT_DIGITS or word in whole for word in words], dtype=bool),
        words,
        _noise(expected, observed),
        Counter(word for said in expected for word in said.name),
    )


def _usual_lengths(said: Sequence[Said]) -> tuple[int, ...]:
    """How long references of mixed letters and digits usually are; they may be merged into longer words."""
    counts = Counter(len(each.ref) for each in said if len(each.ref) >= _MERGED and not each.ref.isdigit())
    return tuple(sorted(length for length, _ in counts.most_common(_LENGTHS)))


def _keys(
    said: Sequence[Said], lines: Sequence[Line], vocabulary: dict[str, int], inside: tuple[int, ...] | None
) -> tuple[Ints, Ints]:
    """Row and number of each key. The first side (`inside` None) makes the vocabulary, the second only knows it."""
    rows: list[int] = []
    keys: list[int] = []
    grow = inside is None
    for row, (each, line) in enumerate(zip(said, lines, strict=True)):
        found = keys_of(each, line)
        if inside:
            found.update(_merged(each, inside))
        numbers = (vocabulary.setdefault(word, len(vocabulary)) for word in sorted(found)) if grow else (
            vocabulary[word] for word in found & vocabulary.keys()
        )  # fmt: skip
        for number in sorted(numbers):
            rows.append(row)
            keys.append(number)
    return np.array(rows, dtype=np.int64), np.array(keys, dtype=np.int64)


def _merged(said: Said, lengths: tuple[int, ...]) -> set[str]:
    """Every part of the long words that is as long as a reference."""
    return {
        token[at : at + length]
        for token in said.tokens
        if len(token) > _MERGED and not token.isdigit()
        for length in lengths
        if len(token) > length
        for at in range(len(token) - length + 1)
    }


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


def _noise(expected: Sequence[Said], observed: Sequence[Said]) -> frozenset[str]:
    """Words that one side has very often and the other hardly ever. Names are as frequent on both sides."""
    left, right = _frequent(expected), _frequent(observed)
    here = {
        word
        for word, share in right.items()
        if share > _COMMON_SHARE and share > _TIMES_HERE * left.get(word, 0)
    }
    there = {
        word
        for word, share in left.items()
        if share > _COMMON_SHARE and share > _TIMES_THERE * right.get(word, 0)
    }
    return frozenset(here | there)


def _frequent(said: Sequence[Said]) -> dict[str, int]:
    """The words of more than a few lines, with how many lines in a thousand have them."""
    counts = Counter(word for each in said for word in each.words)
    return {word: count * 1000 // len(said) for word, count in counts.items() if count > _COMMON}
