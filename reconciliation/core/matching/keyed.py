"""Sums under a key: lines that name each other, and everything under the number of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from reconciliation.core.matching import words
from reconciliation.core.matching.certain import Tied
from reconciliation.core.matching.outcome import Method, Reason
from reconciliation.core.matching.sums import View, both_ways
from reconciliation.core.matching.work import Verdict, Work

_MOST_WITH_EXCEPTIONS: Final = 50
_EXCEPTIONS: Final = 2
_NEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Sum:
    """Lines of one side under a key that also stands in one line of the other. `key` as it is written.

    `by_member`: the key is not the batch's own, but that of some of its lines.
    """

    many: tuple[int, ...]
    one: int
    method: Method
    key: str
    by_member: bool = False


def take_keyed(work: Work, tied: Tied) -> None:
    """Match sums that are exact and of which every line stands in one sum only."""
    for view in both_ways(work):
        for each in _undisputed(view, list(_sums(view, tied))):
            if view.gap(each.many, each.one) == 0 and _allowed(view, each):
                _take(view, each)


def offer_keyed(work: Work, tied: Tied) -> None:
    """Offer sums that are not exact: without the items that explain it if that is unique, or as they are if near."""
    for view in both_ways(work):
        for each in _undisputed(view, list(_sums(view, tied))):
            gap = view.gap(each.many, each.one)
            if gap != 0 and _allowed(view, each):
                _offer(view, each, gap)


def _sums(view: View, tied: Tied) -> Iterator[Sum]:
    free = tied.among(view.work)
    many, one = (free.o, free.e) if view.turned else (free.e, free.o)
    order = np.lexsort((many, one))
    for row, members in _grouped(one[order].tolist(), many[order].tolist()):
        if len(members) > 1:
            yield Sum(members, row, "list", "")
    yield from _batches(view)
    if not view.turned:
        yield from _named_by_member(view, free)


def _grouped(groups: list[int], members: list[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    start = 0
    for at in range(1, len(groups) + 1):
        if at == len(groups) or groups[at] != groups[start]:
            yield groups[start], tuple(members[start:at])
            start = at


def _batches(view: View) -> Iterator[Sum]:
    """Keys with digits that one free line of one side has, and several of the other."""
    is_key = view.work.sides.is_key
    many, one = view.many, view.one
    lone = view.free_one[one.key_row] & is_key[one.key]
    keys, first, count = np.unique(one.key[lone], return_index=True, return_counts=True)
    owner = dict(zip(keys[count == 1].tolist(), one.key_row[lone][first[count == 1]].tolist(), strict=True))
    kept = view.free_many[many.key_row] & np.isin(many.key, keys[count == 1])
    for key, members in _grouped(many.key[kept].tolist(), many.key_row[kept].tolist()):
        if len(members) > 1:
            yield Sum(members, owner[key], "batch", view.work.sides.words[key])


def _named_by_member(view: View, free: Tied) -> Iterator[Sum]:
    """Whole batches of which an observed line names some: payers quote the last document of what they pay together.

    Nothing else may name any line of the batch, nor the line anything of another batch.
    """
    batches: dict[int, set[str]] = defaultdict(set)
    namers: dict[str, set[int]] = defaultdict(set)
    shown: dict[int, str] = {}
    for e, o in zip(free.e.tolist(), free.o.tolist(), strict=True):
        line = view.many.lines[e]
        batches[o].add(line.batch)
        namers[line.batch].add(o)
        shown[o] = line.reference
    members: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(view.free_many).tolist():
        if view.many.lines[row].batch in namers:
            members[view.many.lines[row].batch].append(row)
    for one, named in sorted(batches.items()):
        batch = next(iter(named))
        if batch and len(named) == 1 and len(namers[batch]) == 1 and len(members[batch]) > 1:
            yield Sum(tuple(members[batch]), one, "batch", shown[one], by_member=True)


def _undisputed(view: View, sums: list[Sum]) -> list[Sum]:
    """Sums that share no line with another sum; of sums of the same lines the first. Exact ones go before others."""
    pools: tuple[list[Sum], list[Sum]] = ([], [])
    for each in sums:
        pools[view.gap(each.many, each.one) != 0].append(each)
    kept: list[Sum] = []
    for pool in pools:
        distinct = list({(each.many, each.one): each for each in reversed(pool)}.values())[::-1]
        uses: dict[tuple[str, int], int] = {}
        for each in (*kept, *distinct):
            for line in _lines(each):
                uses[line] = uses.get(line, 0) + 1
        kept += [each for each in distinct if all(uses[line] == 1 for line in _lines(each))]
    return kept


def _lines(each: Sum) -> list[tuple[str, int]]:
    return [("one", each.one), *(("many", row) for row in each.many)]


def _allowed(view: View, each: Sum) -> bool:
    if view.is_refused(each.many, each.one):
        return False
    days = view.days(each.many, each.one)
    settings = view.work.settings
    return -settings.days_after <= min(days) and max(days) <= settings.key_days


def _take(view: View, each: Sum) -> None:
    work = view.work
    rate = work.model.rates[each.method]
    total = int(view.one.minor[each.one])
    reasons = (
        words.group(
            "member" if each.by_member else each.method, len(each.many), total, work.currency, each.key
        ),
        words.lag(max(view.days(each.many, each.one), key=abs)),
    )
    view.take(each.many, each.one, Verdict(each.method, rate, rate >= work.settings.auto_from, reasons))


def _offer(view: View, each: Sum, gap: int) -> None:
    work = view.work
    without = explaining(view, each.many, gap)
    if without:
        members = tuple(row for row in each.many if row not in without)
        reasons = (words.short(gap, work.currency, view.ids(without)), words.NEEDS_BATCH)
        if members:
            view.take(
                members,
                each.one,
                Verdict("exceptions", work.model.rates["exceptions"], auto=False, reasons=reasons),
            )
        return
    total = int(view.many.minor[list(each.many)].sum())
    if abs(gap) * 100 <= _NEAR * abs(total):
        said: tuple[Reason, ...] = (words.short(gap, work.currency, ()), words.NEEDS_PERSON)
        view.take(each.many, each.one, Verdict("near", work.model.rates["near"], auto=False, reasons=said))


def explaining(view: View, many: tuple[int, ...], gap: int) -> tuple[int, ...]:
    """The one or two lines without which the sum is exact; empty if there are none, or more than one such choice."""
    if len(many) > _MOST_WITH_EXCEPTIONS:
        return ()
    minor = {row: int(view.many.minor[row]) for row in many}
    found = [
        rows
        for size in range(1, min(_EXCEPTIONS, len(many) - 1) + 1)
        for rows in combinations(many, size)
        if sum(minor[row] for row in rows) == -gap
    ]
    return found[0] if len(found) == 1 else ()
