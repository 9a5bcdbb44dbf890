"""The literals of a condition: what people type, and how it is written in the text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Final

from mapping.core.conditions.tree import Value
from mapping.core.problems import TransformError
from mapping.core.values import as_datetime

FIELD: Final = re.compile(r"(?:context:|work:)?[A-Za-z_]\w*(?:\[\d*\])?(?:\.\w+(?:\[\d*\])?)*")
"""The paths that conditions can read: names without spaces or quotes."""
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def tidy(value: Value) -> Value:
    """The value as its text gives it back: `1,500` as 1500, a moment in UTC. Unreadable ones stay as they are."""
    if value.kind == "number" and (number := _number(value.text)) is not None:
        return Value("number", format(number, "f"))
    if value.kind == "date" and (moment := _moment(value.text)) is not None:
        return Value("date", date_text(moment))
    return value


def unfinished(value: Value) -> str:
    """What is wrong with a value, or ""."""
    text = value.text
    match value.kind:
        case "field":
            return "" if FIELD.fullmatch(text) else "Choose a field."
        case "number" if _number(text) is None:
            return f"“{text}” is not a number: write it like 1500.00." if text else "Give a number."
        case "date" if _moment(text) is None:
            return f"“{text}” is not a date: write it like 2026-11-22." if text else "Give a date."
        case "flag" if text not in ("true", "false"):
            return "Choose yes or no."
    return ""


def value_text(value: Value) -> str:
    """The value in the language of conditions."""
    match value.kind:
        case "text":
            return _quoted(value.text)
        case "date":
            return f'd"{value.text}"'
    return value.text


def date_text(moment: datetime) -> str:
    """`2026-11-22` for the start of that day in UTC, else the whole moment."""
    in_utc = moment.astimezone(UTC)
    if in_utc.timetz() == time(tzinfo=UTC):
        return in_utc.date().isoformat()
    return in_utc.isoformat()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[^\x20-\x7e\xa0-\ud7ff]", _escape, escaped) + '"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def _number(text: str) -> Decimal | None:
    plain = text.strip()
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None


def _moment(text: str) -> datetime | None:
    try:
        return as_datetime(text).astimezone(UTC)
    except (TransformError, OverflowError):
        return None
