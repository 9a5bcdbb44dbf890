"""Banking days of England and Wales: when money can move between an acquirer and a bank in the United Kingdom."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import holidays

_SATURDAY: Final = 5
_ONE: Final = timedelta(days=1)


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_banking_day(day: date) -> bool:
    """Whether banks move money on it: no Saturday, no Sunday, no bank holiday of England."""
    return day.weekday() < _SATURDAY and day not in _bank_holidays(day.year)


def add_banking_days(day: date, count: int) -> date:
    """The banking day so many after `day`; with 0 the day itself or else the first banking day after it."""
    while count > 0:
        day += _ONE
        count -= is_banking_day(day)
    while not is_banking_day(day):
        day += _ONE
    return day


def banking_days_between(start: date, end: date) -> int:
    """How many banking days `end` is after `start`; negative when it is before."""
    if end < start:
        return -banking_days_between(end, start)
    count = 0
    while start < end:
        start += _ONE
        count += is_banking_day(start)
    return count
