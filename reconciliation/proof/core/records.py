"""Records = Xero + in flight: each captured payment, and each refund of one, is posted or in exactly one visible place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reconciliation.proof.core.lights import Break, Proved, Term

POSTED: Final = "posted"
MOVING: Final = "on_its_way"


@dataclass(frozen=True, slots=True)
class Heap:
    """What stands in one place: payments count for more, refunds for less."""

    place: str
    label: str
    minor: int
    count: int


def records_equal_xero(
    currency: str, heaps: Iterable[Heap], breaks: Sequence[Break], to_take_back: int = 0
) -> Proved:
    """The equality of one currency. What is posted is counted by the postings, so one of another amount breaks it.

    `to_take_back` is what Opayo reversed and is still being taken back in Xero.
    """
    rows = list(heaps)
    posted_more = sum(each.minor for each in breaks)
    total, count = sum(heap.minor for heap in rows), sum(heap.count for heap in rows)
    right = [
        Term(heap.place, heap.label, heap.minor + (posted_more if heap.place == POSTED else 0), heap.count)
        for heap in rows
    ]
    if breaks and not any(heap.place == POSTED for heap in rows):
        right.append(Term(POSTED, "In Xero", posted_more))
    return Proved(
        "records", "", currency,
        left=Term("records", "Captured, less refunds", total, count),
        right=tuple(right),
        breaks=tuple(breaks),
        is_moving=bool(to_take_back) or any(heap.count for heap in rows if heap.place != POSTED),
        unknown="" if rows or breaks else "Nothing has been captured up to this day.",
    )  # fmt: skip
