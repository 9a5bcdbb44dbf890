"""Charts as plain numbers: the page draws them, and shows the same numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart: a count for each bar."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Chart:
    """Stacked bars over time, with a line at `limit` where there is one."""

    key: str
    title: str
    names: tuple[str, ...]
    series: tuple[Series, ...]
    limit: int | None = None
    limit_label: str = ""

    @property
    def total(self) -> int:
        return sum(one.total for one in self.series)

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The chart as a table, newest bar first; bars with nothing are left out."""
        rows = [(name, [one.counts[place] for one in self.series]) for place, name in enumerate(self.names)]
        return [row for row in reversed(rows) if any(row[1])]

    def as_data(self) -> dict[str, Any]:
        """For the drawing module."""
        return {
            "names": list(self.names),
            "series": [{"name": one.name, "counts": list(one.counts)} for one in self.series],
            "limit": self.limit,
            "limitLabel": self.limit_label,
        }


def chart_of(
    key: str,
    title: str,
    moments: Sequence[tuple[datetime, str]],
    counts: Iterable[tuple[datetime, str, int]],
    *,
    limit: int | None = None,
    limit_label: str = "",
) -> Chart:
    """A chart over `moments` (beginning of each bar and its name) of (moment, series, count); largest series first."""
    places = {at: place for place, (at, _) in enumerate(moments)}
    heaps: dict[str, list[int]] = {}
    for at, name, count in counts:
        if (place := places.get(at)) is not None:
            heaps.setdefault(name, [0] * len(moments))[place] += count
    series = sorted((Series(name, tuple(heap)) for name, heap in heaps.items()), key=lambda one: -one.total)
    return Chart(key, title, tuple(name for _, name in moments), tuple(series), limit, limit_label)
