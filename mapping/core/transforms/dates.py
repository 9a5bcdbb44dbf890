"""Transforms of dates and times. The zone is always stated: the day of a payment depends on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from mapping.core.problems import TransformError
from mapping.core.transforms.registry import Example, Parameter, transform, within
from mapping.core.values import as_datetime, as_decimal, as_text


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name. Raises TransformError for a name that does not exist."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise TransformError(f"“{name}” is not a time zone such as Europe/London.", "settings") from None


@transform(
    "date",
    title="Date",
    sentence="The day in {zone}[, {plus_days} days later]",
    example=Example("2026-07-01T23:30:00Z", "2026-07-02", {"zone": "Europe/London"}),
    takes="date",
    gives="date",
    parameters=(
        Parameter("zone", "text", "Time zone", "Europe/London", check=zone),
        Parameter("plus_days", "integer", "Days later", 0, check=within(-3660, 3660)),
    ),
)
def date(value: Any, *, zone: str = "Europe/London", plus_days: int = 0) -> str:
    """The calendar day of a moment in `zone`, as YYYY-MM-DD. A plain date keeps its day in every zone.

    Moments without an offset are UTC. British summer time moves sales of the last hour before midnight UTC to the
    next day, which is the day the shop, the bank and HMRC count them on.
    """
    if isinstance(value, str) and len(value) == 10:
        day = as_datetime(value).date()
    else:
        day = as_datetime(value).astimezone(_zone(zone)).date()
    return (day + timedelta(days=plus_days)).isoformat() if plus_days else day.isoformat()


_zone = zone


@transform(
    "parse_date",
    title="Read a date",
    sentence="Read a date written as {pattern} in {zone}",
    example=Example("22/11/2026 11:45:32", "2026-11-22T11:45:32+00:00", {"pattern": "%d/%m/%Y %H:%M:%S"}),
    takes="text",
    gives="date",
    parameters=(
        Parameter("pattern", "text", "Pattern, such as %d/%m/%Y %H:%M:%S"),
        Parameter("zone", "text", "Time zone it is written in", "Europe/London", check=zone),
    ),
)
def parse_date(value: Any, *, pattern: str, zone: str = "Europe/London") -> str:
    """A moment in ISO 8601 out of text in another form, read as local time of `zone` unless it has an offset."""
    text = as_text(value).strip()
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is set on the next line
    except ValueError:
        raise TransformError(f"“{text}” is not a date written as {pattern}.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=_zone(zone))).isoformat()


_EPOCH_UNITS: Final = {"seconds": 1, "milliseconds": 1000, "microseconds": 1_000_000}


@transform(
    "from_epoch",
    title="Time from seconds since 1970",
    sentence="Read as {unit} since 1970",
    example=Example("1795342500", "2026-11-22T10:15:00+00:00", {"unit": "seconds"}),
    takes="any",
    gives="date",
    parameters=(Parameter("unit", "choice", "Counted in", "seconds", choices=tuple(_EPOCH_UNITS)),),
)
def from_epoch(value: Any, *, unit: str = "seconds") -> str:
    """A moment in ISO 8601, UTC, out of a count of seconds (or finer) since the beginning of 1970, number or text."""
    seconds = as_decimal(value) / _EPOCH_UNITS[unit]
    try:
        return datetime.fromtimestamp(int(seconds), UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        raise TransformError(f"“{value}” is not a time in {unit} since 1970.") from None


@transform(
    "format_date",
    title="Write a date",
    sentence="Write the date as {pattern} in {zone}",
    example=Example("2026-11-22T10:15:00Z", "22 Nov 2026", {"pattern": "%d %b %Y"}),
    takes="date",
    gives="text",
    parameters=(
        Parameter("pattern", "text", "Pattern, such as %d %b %Y"),
        Parameter("zone", "text", "Time zone", "Europe/London", check=zone),
    ),
)
def format_date(value: Any, *, pattern: str, zone: str = "Europe/London") -> str:
    """A moment written by a strftime pattern, in local time of `zone`."""
    return as_datetime(value).astimezone(_zone(zone)).strftime(pattern)
