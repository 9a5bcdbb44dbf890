"""Banking days in England."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel.calendar import (
    banking_day_from,
    banking_days_after,
    is_banking_day,
    is_last_banking_day_of_month,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 23), True),
        (date(2026, 11, 21), False),
        (date(2026, 12, 25), False),
        (date(2026, 12, 28), False),  # Boxing Day is a Saturday
        (date(2027, 3, 26), False),
        (date(2027, 5, 31), False),
    ],
)
def test_banks_rest_at_weekends_and_on_bank_holidays(day: date, *, works: bool) -> None:
    assert is_banking_day(day) is works


def test_days_are_counted_over_weekends_and_holidays() -> None:
    assert banking_days_after(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert banking_days_after(date(2026, 11, 21), 1) == date(2026, 11, 23)
    assert banking_days_after(date(2026, 12, 23), 3) == date(2026, 12, 30)
    assert banking_day_from(date(2027, 8, 15)) == date(2027, 8, 16)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 12))
def test_a_payment_is_never_before_its_day_nor_on_a_day_of_rest(day: date, count: int) -> None:
    paid = banking_days_after(day, count)
    assert paid >= day
    assert is_banking_day(paid)


def test_the_last_banking_day_of_a_month_may_be_before_its_last_day() -> None:
    assert is_last_banking_day_of_month(date(2026, 5, 29))
    assert not is_last_banking_day_of_month(date(2026, 5, 31))
    assert not is_last_banking_day_of_month(date(2026, 5, 28))
