"""When people are told that the time to answer a dispute runs out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date


def threshold(respond_by: date, today: date, days_before: Iterable[int]) -> int | None:
    """The number of days before the deadline that counts today: the smallest that is not below the days left.

    A dispute that is told of two days before its deadline is so told once, for 3 days before, and not for 7 as well. None
    while the deadline is further off, and once it has passed: then it stands on the home page until it is answered.
    """
    left = (respond_by - today).days
    reached = [days for days in days_before if days >= left]
    return min(reached) if left >= 0 and reached else None
