"""Which lines of a statement are known already, from the same format or from another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from rapidfuzz import fuzz

from reconciliation.statements.core.identity import identified, named_by_bank, words_of
from reconciliation.statements.core.statement import StatementLine

_ALIKE: Final = 60
"""Of 100, by the share of letters that two texts have in common; half a truncated name and reference are above it."""
_SHORTEST_NUMBER: Final = 3
_MOST_COMPARED: Final = 40_000
"""Pairs of one day and amount; beyond it only equal texts are tied."""


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line of the account that is there already."""

    identity: str
    booked_on: date
    minor: int
    text: str
    format: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A statement's lines with their identities: new ones, known ones, and those that are known in other words."""

    new: tuple[tuple[str, StatementLine], ...]
    known: tuple[StatementLine, ...]
    reworded: tuple[tuple[StatementLine, KnownLine], ...]


def compare(lines: Sequence[StatementLine], known: Iterable[KnownLine], file_format: str) -> Compared:
    """Tell new lines from known ones; `lines` from the oldest to the newest, each day from its beginning.

    A line is known by its identity. One that is not is known still when exactly its day and amount stand on the account
    with alike words under an identity that this file does not have: another format, or the same with other columns, told it.
    Two ids of the bank in one format are two lines, whatever their words.
    """
    by_identity = {each.identity: each for each in known}
    fresh, same = [], []
    for identity, line in identified(lines):
        if by_identity.pop(identity, None) is None:
            fresh.append((identity, line))
        else:
            same.append(line)
    reworded = _reworded(fresh, by_identity.values(), file_format)
    new = tuple(each for each in fresh if each[0] not in reworded)
    return Compared(new, tuple(same), tuple(reworded.values()))


_Fresh = tuple[str, StatementLine]


def _reworded(
    fresh: Sequence[_Fresh], left: Iterable[KnownLine], file_format: str
) -> dict[str, tuple[StatementLine, KnownLine]]:
    """By the identities of fresh lines, those that a known line tells in other words."""
    stored: dict[tuple[date, int], list[KnownLine]] = defaultdict(list)
    for each in left:
        stored[each.booked_on, each.minor].append(each)
    came: dict[tuple[date, int], list[_Fresh]] = defaultdict(list)
    for identity, line in fresh:
        if (line.booked_on, line.minor) in stored:
            came[line.booked_on, line.minor].append((identity, line))
    found = {}
    for key, group in came.items():
        for (identity, line), known in _pairs(group, stored[key], file_format):
            found[identity] = (line, known)
    return found


def _pairs(
    group: Sequence[_Fresh], stored: Sequence[KnownLine], file_format: str
) -> Iterable[tuple[_Fresh, KnownLine]]:
    """Each line with at most one of the other side, the most alike first."""
    scores = sorted(
        (
            (-_likeness(line.text, known.text), i, j)
            for i, (identity, line) in enumerate(group)
            for j, known in enumerate(stored)
            if _may_be_one(identity, known, file_format)
            and (len(group) * len(stored) <= _MOST_COMPARED or words_of(line.text) == words_of(known.text))
        )
    )
    taken_here: set[int] = set()
    taken_there: set[int] = set()
    for score, i, j in scores:
        if -score >= _ALIKE and i not in taken_here and j not in taken_there:
            taken_here.add(i)
            taken_there.add(j)
            yield group[i], stored[j]


def _may_be_one(identity: str, known: KnownLine, file_format: str) -> bool:
    return not (named_by_bank(identity) and named_by_bank(known.identity) and known.format == file_format)


def _likeness(one: str, other: str) -> int:
    """From 0 to 100. Nothing said contradicts nothing; numbers that have nothing in common are of different things."""
    left, right = words_of(one), words_of(other)
    if left == right:
        return 100
    if not left or not right:
        return _ALIKE
    if _numbers_differ(left, right):
        return 0
    joined, joined_other = left.replace(" ", ""), right.replace(" ", "")
    if joined in joined_other or joined_other in joined:
        return 99
    return round(fuzz.token_set_ratio(left, right))


def _numbers_differ(left: str, right: str) -> bool:
    mine, theirs = _numbers(left), _numbers(right)
    if not mine or not theirs:
        return False
    return not any(one in other or other in one for one in mine for other in theirs)


def _numbers(words: str) -> list[str]:
    return [
        word
        for word in words.split()
        if len(word) >= _SHORTEST_NUMBER and any(sign.isdigit() for sign in word)
    ]
