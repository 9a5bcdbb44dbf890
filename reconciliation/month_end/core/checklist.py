"""The points that are gone through before a month is closed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Amount:
    """Money of a point, in minor units."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Point:
    """One point: `is_clear` where there is nothing to say about it; else `words` say what there is, `amounts` how much.

    `is_note` points are figures to look at; they never keep a month open. A point that is not clear takes a note.
    """

    code: str
    label: str
    words: str
    is_clear: bool
    amounts: tuple[Amount, ...] = ()
    is_note: bool = False
    note: str = ""

    @property
    def takes_note(self) -> bool:
        return not self.is_clear and not self.is_note

    def as_json(self) -> dict[str, Any]:
        """As periods keep it."""
        return {
            "code": self.code, "label": self.label, "words": self.words, "is_clear": self.is_clear,
            "is_note": self.is_note, "note": self.note,
            "amounts": [{"minor": each.minor, "currency": each.currency} for each in self.amounts],
        }  # fmt: skip


def point_from_json(row: Mapping[str, Any]) -> Point:
    """What `as_json` wrote."""
    amounts = tuple(Amount(each["minor"], each["currency"]) for each in row["amounts"])
    return Point(**{**row, "amounts": amounts})


@dataclass(frozen=True, slots=True)
class Noted:
    """The points with their notes, and the labels of those that lack one."""

    points: tuple[Point, ...]
    lacking: tuple[str, ...] = field(default=())


def with_notes(points: Sequence[Point], notes: Mapping[str, str]) -> Noted:
    """Put the preparer's notes to the points."""
    noted = tuple(_noted(point, notes.get(point.code, "").strip()) for point in points)
    return Noted(noted, tuple(point.label for point in noted if point.takes_note and not point.note))


def _noted(point: Point, note: str) -> Point:
    return Point(
        point.code,
        point.label,
        point.words,
        point.is_clear,
        point.amounts,
        point.is_note,
        note if point.takes_note else "",
    )


def same_points(before: Iterable[Mapping[str, Any]], now: Iterable[Point]) -> bool:
    """Whether nothing has changed but notes."""

    def bare(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name != "note"}

    return [bare(row) for row in before] == [bare(point.as_json()) for point in now]
