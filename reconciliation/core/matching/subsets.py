"""Some of a payer's open lines that add up to one line: only if there are few of them, and one choice only."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reconciliation.core.matching import words
from reconciliation.core.matching.blocking import join
from reconciliation.core.matching.side import Ints
from reconciliation.core.matching.sums import View, both_ways
from reconciliation.core.matching.work import Verdict, Work

MOST: Final = 15
"""Beyond this many lines almost every amount is the sum of some of them."""


def take_subsets(work: Work) -> None:
    """Offer the one choice of linked lines that makes the amount; where several do, ask."""
    for view in both_ways(work):
        for one, linked in sorted(_linked(view).items()):
            rows = [
                row
                for row in linked
                if view.free_many[row] and _in_time(view, row, one) and not view.is_refused([row], one)
            ]
            if view.free_one[one] and 2 <= len(rows) <= MOST:
                _offer(view, one, sorted(rows))


def _offer(view: View, one: int, rows: list[int]) -> None:
    choices = subsets(view.many.minor[rows], int(view.one.minor[one]))
    work = view.work
    several = [[rows[at] for at in choice] for choice in choices]
    if len(several) > 1:
        asked = work.asked_e if view.turned else work.asked_o
        said = words.several(len(several), view.ids(several[0]), view.ids(several[1]))
        asked[one] = (said, words.NEEDS_REFERENCE)
    elif several and len(several[0]) > 1:
        total = int(view.one.minor[one])
        reasons = (
            words.group("subset", len(several[0]), total, work.currency, ""),
            words.NEEDS_REFERENCE,
        )
        view.take(several[0], one, Verdict("subset", work.model.rates["subset"], auto=False, reasons=reasons))


def subsets(minor: NDArray[np.int64], total: int) -> list[list[int]]:
    """Every choice of positions whose amounts add up to `total`, minor units; at most MOST amounts."""
    sums = np.zeros(1, dtype=np.int64)
    for amount in minor:
        sums = np.concatenate([sums, sums + amount])
    codes: Ints = np.flatnonzero(sums == total)
    choices = [[at for at in range(len(minor)) if code >> at & 1] for code in codes.tolist() if code]
    return sorted(choices, key=lambda choice: (len(choice), choice))


def _linked(view: View) -> dict[int, set[int]]:
    """For each free line the free lines of the other side that share a key few have."""
    many, one = view.many, view.one
    mine, other = view.free_many[many.key_row], view.free_one[one.key_row]
    rows, owners = join(many.key[mine], many.key_row[mine], one.key[other], one.key_row[other], MOST)
    linked: dict[int, set[int]] = defaultdict(set)
    for row, owner in zip(rows.tolist(), owners.tolist(), strict=True):
        linked[owner].add(row)
    return linked


def _in_time(view: View, row: int, one: int) -> bool:
    (days,) = view.days([row], one)
    return -view.work.settings.days_before <= days <= view.work.settings.days_after
