"""Days on which banks move money in England, and the London day of a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

LONDON: Final = ZoneInfo("Europe/London")
_DAY: Final = timedelta(days=1)


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of England and Wales (Banking and Financial Dealings Act 1971)."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_banking_day(day: date) -> bool:
    """Whether BACS and CHAPS run: Monday to Friday, bank holidays apart."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def banking_day_from(day: date) -> date:
    """The day itself, or the first banking day after it."""
    while not is_banking_day(day):
        day += _DAY
    return day


def banking_days_after(day: date, count: int) -> date:
    """T+n: so many banking days after a day, which need not be one; never a day without banking."""
    for _ in range(count):
        day = banking_day_from(day + _DAY)
    return banking_day_from(day)


def is_last_banking_day_of_month(day: date) -> bool:
    """Whether no other banking day of its month follows."""
    return is_banking_day(day) and banking_days_after(day, 1).month != day.month


def london_day(moment: datetime) -> date:
    """The calendar day in London."""
    return moment.astimezone(LONDON).date()


def at_london(day: date, clock: time) -> datetime:
    """That time of day in London, in UTC."""
    return datetime.combine(day, clock, LONDON).astimezone(UTC)
