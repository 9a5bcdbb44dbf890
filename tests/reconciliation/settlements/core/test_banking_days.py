from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.settlements.core.banking_days import (
    add_banking_days,
    banking_days_between,
    is_banking_day,
)

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 1))


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # over Good Friday and Easter Monday
        (date(2026, 3, 6), 2, date(2026, 3, 10)),
        (date(2026, 3, 7), 0, date(2026, 3, 9)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day on a Saturday is kept on Monday
    ],
)
def test_money_does_not_move_on_weekends_and_bank_holidays(day: date, count: int, expected: date) -> None:
    assert add_banking_days(day, count) == expected


@given(DAYS, st.integers(1, 12))
def test_counting_back_gives_the_banking_days_that_were_added(day: date, count: int) -> None:
    later = add_banking_days(day, count)
    assert is_banking_day(later)
    assert banking_days_between(day, later) == count
    assert banking_days_between(later, day) == -count
