"""Do an account's statements and lines hang together from one balance to the next?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement's days and balances in minor units; its first day is whole, its last may still go on."""

    key: int
    starts_on: date
    ends_on: date
    opening_minor: int
    closing_minor: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two statements money moved that no line tells of; `minor` is what is missing, negative money out."""

    before: Stated
    after: Stated
    minor: int


def gaps(statements: Iterable[Stated], moved: Mapping[date, int]) -> list[Gap]:
    """Where balances jump, the oldest first; `moved` is what all lines of the account came to, day by day.

    What stood on the account before its first known line follows from each opening balance and the lines before it, and
    is the same from all of them: so statements may overlap, and come in any order.
    """
    ordered = sorted(statements, key=lambda each: (each.starts_on, each.ends_on, each.key))
    bases = _bases(ordered, sorted(moved.items()))
    return [
        Gap(before, after, base_after - base_before)
        for (before, base_before), (after, base_after) in pairwise(zip(ordered, bases, strict=True))
        if base_after != base_before
    ]


def _bases(ordered: Iterable[Stated], days: list[tuple[date, int]]) -> list[int]:
    bases, total, place = [], 0, 0
    for each in ordered:
        while place < len(days) and days[place][0] < each.starts_on:
            total += days[place][1]
            place += 1
        bases.append(each.opening_minor - total)
    return bases


def had_wholly(statements: Iterable[Stated], day: date) -> bool:
    """Whether a statement had all lines of a day: its last day may have gone on after it was written."""
    return any(each.starts_on <= day < each.ends_on for each in statements)
