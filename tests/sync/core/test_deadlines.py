"""On which of the days before a deadline people are told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sync.core.deadlines import threshold

TODAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("left", "told"),
    [(9, None), (8, None), (7, 7), (5, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, 1), (-1, None)],
)
def test_each_day_belongs_to_the_next_number_of_days_before(left: int, told: int | None) -> None:
    assert threshold(TODAY + timedelta(days=left), TODAY, [7, 3, 1]) == told


def test_without_days_nobody_is_told() -> None:
    assert threshold(TODAY, TODAY, []) is None
