"""Dates and instants in Xero's two spellings: `/Date(…)/` in JSON, ISO 8601 in XML and `…String` twins."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DAY_MS = 86_400_000
MS_DATE = re.compile(r"^\\?/Date\((-?\d+)([+-]\d{4})?\)\\?/$")
MIDNIGHT = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$")


@lru_cache(maxsize=4096)
def ms_date(on: date) -> str:
    """Midnight UTC of a calendar day, as JSON replies give it."""
    return f"/Date({(on.toordinal() - EPOCH_ORDINAL) * DAY_MS}+0000)/"


@lru_cache(maxsize=4096)
def date_string(on: date) -> str:
    """The `DateString` twin: no zone."""
    return f"{on.isoformat()}T00:00:00"


def epoch_ms(at: datetime) -> int:
    """Whole milliseconds since 1970."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def ms_instant(at: datetime) -> str:
    """An instant such as `UpdatedDateUTC`."""
    return f"/Date({epoch_ms(at)}+0000)/"


def ms_bare(at: datetime) -> str:
    """An instant as the envelope's `DateTimeUTC` gives it: no offset."""
    return f"/Date({epoch_ms(at)})/"


def instant_string(at: datetime) -> str:
    """The `UpdatedDateUTCString` twin."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def connection_stamp(at: datetime) -> str:
    """Seven decimals and no zone, as `/connections` gives instants."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date:
    """A calendar date in any of the forms clients send; raise ValueError otherwise."""
    match = MS_DATE.match(text)
    if match:
        return (EPOCH + timedelta(milliseconds=int(match[1]))).date()
    plain = MIDNIGHT.match(text)
    if plain is None:
        raise ValueError(f"not a date: {text}")
    return date.fromisoformat(plain[1])


def parse_since(text: str) -> datetime:
    """`If-Modified-Since` as ISO 8601 with or without zone and milliseconds, or as RFC 1123."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = parsedate_to_datetime(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def iso_of_ms(text: str) -> str | None:
    """The XML spelling of a `/Date(…)/`, or None if it is not one."""
    match = MS_DATE.match(text)
    if match is None:
        return None
    at = EPOCH + timedelta(milliseconds=int(match[1]))
    stamp = at.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{at.microsecond // 1000:03d}" if at.microsecond else stamp
