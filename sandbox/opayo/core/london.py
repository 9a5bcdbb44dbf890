"""Opayo's own time zone: every date it shows and its midnight are those of Europe/London."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london(moment: datetime) -> datetime:
    """The moment on a London clock."""
    return moment.astimezone(LONDON)


def london_day(moment: datetime) -> date:
    """The calendar day in London."""
    return moment.astimezone(LONDON).date()


def at_london(day: date, clock: time) -> datetime:
    """That time of day in London, in UTC."""
    return datetime.combine(day, clock, LONDON).astimezone(UTC)


def report_seconds(moment: datetime) -> str:
    """`dd/MM/yyyy HH:mm:ss`, as in the requests and time stamps of the Reporting API."""
    return london(moment).strftime("%d/%m/%Y %H:%M:%S")


def report_millis(moment: datetime) -> str:
    """`dd/MM/yyyy HH:mm:ss.SSS`, as in the data of the Reporting API."""
    local = london(moment)
    return f"{local:%d/%m/%Y %H:%M:%S}.{local.microsecond // 1000:03d}"


def parse_report_time(text: str) -> datetime:
    """Read `dd/MM/yyyy HH:mm:ss` (fractions tolerated) as London time; `ValueError` otherwise."""
    layout = "%d/%m/%Y %H:%M:%S.%f" if "." in text else "%d/%m/%Y %H:%M:%S"
    return datetime.strptime(text, layout).replace(tzinfo=LONDON).astimezone(UTC)


def iso_millis(moment: datetime) -> str:
    """ISO 8601 with milliseconds and London's offset, as in Pi."""
    return london(moment).isoformat(timespec="milliseconds")


def month_later(moment: datetime) -> datetime:
    """31 days on: no calendar month is longer, so a range of one month always fits."""
    return moment + timedelta(days=31)
