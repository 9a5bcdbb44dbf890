"""Sums without a key on the other side: what was paid out together, and whole days between two cut-offs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from reconciliation.core.matching import words
from reconciliation.core.matching.outcome import Method
from reconciliation.core.matching.sums import View, both_ways
from reconciliation.core.matching.texts import digits_in, name_core
from reconciliation.core.matching.work import Verdict, Work

_DAYS: Final = 7
_LEAST: Final = 2
_MOST_KEYS: Final = 200
_WAIT: Final = 10
_EARLY: Final = 1
_NEAR: Final = 5
_NUMBERED: Final = 3


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that belong together by what they say or when they fell due."""

    rows: tuple[int, ...]
    total: int
    last: int
    method: Method
    key: str


def take_runs(work: Work) -> None:
    """Match sums of whole groups and whole days, where only one fits."""
    for view in both_ways(work):
        sums: dict[int, list[_Group]] = defaultdict(list)
        for group in _groups(view):
            sums[group.total].append(group)
        totals = np.array(sorted(sums), dtype=np.int64)
        for one in np.flatnonzero(view.free_one).tolist():
            _take(view, one, sums.get(int(view.one.minor[one]), []), totals)


def _take(
    view: View, one: int, groups: list[_Group], totals: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> None:
    fitting = {
        group.rows: group
        for group in reversed(groups)
        if view.free_many[list(group.rows)].all()
        and _in_time(view, group, one)
        and not view.is_refused(group.rows, one)
    }
    if not fitting:
        return
    work = view.work
    found = sorted(fitting.values(), key=lambda group: (group.method, group.rows))
    if len(found) > 1:
        first, second = view.ids(found[0].rows), view.ids(found[1].rows)
        asked = work.asked_e if view.turned else work.asked_o
        asked[one] = (words.several(len(found), first, second), words.NEEDS_BATCH)
        return
    group = found[0]
    rate = work.model.rates[group.method]
    auto = rate >= work.settings.auto_from and accidents(totals, group.total) <= work.settings.chance
    reasons = (
        words.group(group.method, len(group.rows), group.total, work.currency, group.key),
        words.lag(max(view.days(group.rows, one), key=abs)),
    )
    needs = () if auto else (words.NEEDS_BATCH,)
    view.take(group.rows, one, Verdict(group.method, rate, auto, (*reasons, *needs)))


def accidents(totals: np.ndarray[tuple[int], np.dtype[np.int64]], total: int) -> float:
    """How many of all sums would be expected to hit this total by accident: as dense as the sums around it are."""
    reach = max(1, abs(total) // _NEAR)
    near = np.searchsorted(totals, total + reach, side="right") - np.searchsorted(totals, total - reach)
    return float(near) / (2 * reach)


def _in_time(view: View, group: _Group, one: int) -> bool:
    sign = -1 if view.turned else 1
    days = sign * (int(view.one.day[one]) - group.last)
    return -_EARLY <= days <= _WAIT


def _groups(view: View) -> Iterator[_Group]:
    rows = np.flatnonzero(view.free_many)
    together: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_day: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row in rows.tolist():
        line = view.many.lines[row]
        day = int(view.many.day[row])
        for key in _together(line.batch, line.description, day):
            together[key].append(row)
        for name in {"", line.group, name_core(line.counterparty)}:
            by_day[name, day].append(row)
    for (_, text), members in sorted(together.items()):
        if len(members) >= _LEAST:
            yield _group(view, members, "group", text)
    yield from _runs(view, by_day)


def _together(batch: str, description: str, day: int) -> Iterator[tuple[str, str]]:
    if batch:
        yield "batch", batch
    if digits_in(description) >= _NUMBERED:
        yield "text", description
        yield f"text {day}", description


def _runs(view: View, by_day: dict[tuple[str, int], list[int]]) -> Iterator[_Group]:
    """Up to _DAYS days on end, of all lines and of those of one name; names only if they come again and again."""
    days_of: dict[str, list[int]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    for name, day in sorted(by_day):
        days_of[name].append(day)
        sizes[name] += len(by_day[name, day])
    names = sorted((name for name in days_of if sizes[name] > _LEAST), key=lambda name: (-sizes[name], name))
    for name in names[:_MOST_KEYS]:
        days = days_of[name]
        for start in range(len(days)):
            members: list[int] = []
            for end in range(start, len(days)):
                if days[end] - days[start] >= _DAYS:
                    break
                members = members + by_day[name, days[end]]
                if len(members) > _LEAST:
                    yield _group(view, members, "run", _named(name, end - start + 1))


def _named(name: str, days: int) -> str:
    when = "of the day" if days == 1 else f"of {days} days on end"
    return f"{when} ({name})" if name else when


def _group(view: View, members: list[int], method: Method, key: str) -> _Group:
    return _Group(
        tuple(sorted(members)),
        int(view.many.minor[members].sum()),
        int(view.many.day[members].max()),
        method,
        key,
    )
