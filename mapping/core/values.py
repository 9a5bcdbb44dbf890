"""Reading amounts, texts and times out of source values, strictly: no float, no guess."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from mapping.core.problems import TransformError


def as_decimal(value: Any) -> Decimal:
    """A Decimal out of Decimal, int or decimal text ("12.90"). Raises TransformError for anything else.

    Binary fractions (float) are refused: by the time they arrive, pennies may be lost.
    """
    kind = type(value)
    if kind is Decimal:
        return _finite(value)
    if kind is int:
        return Decimal(value)
    if kind is str:
        return _from_text(value)
    raise TransformError(f"“{value}” is not an amount.")


def _finite(value: Decimal) -> Decimal:
    if value.is_finite():
        return value
    raise TransformError(f"“{value}” is not an amount.")


def _from_text(text: str) -> Decimal:
    try:
        return _finite(Decimal(text.strip()))
    except ArithmeticError:
        raise TransformError(f"“{text}” is not an amount: write it like 12.90.") from None


def as_text(value: Any) -> str:
    """Text of a value as a person would write it: numbers plain, true/false in words. Raises TransformError."""
    kind = type(value)
    if kind is str:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is Decimal:
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if value is None:
        return ""
    raise TransformError("A list or an object cannot stand where text is expected: choose one of its fields.")


def as_datetime(value: Any) -> datetime:
    """A moment with a zone out of ISO 8601 text, epoch seconds or milliseconds, or a datetime; naive means UTC."""
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif type(value) in (int, Decimal):
        moment = _from_epoch(Decimal(value))
    else:
        moment = _from_iso(as_text(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _from_iso(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise TransformError(f"“{text}” is not a date and time such as 2026-11-22T10:15:00Z.") from None


def _from_epoch(value: Decimal) -> datetime:
    seconds = value / 1000 if abs(value) >= 10**11 else value
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, ValueError, OSError):
        raise TransformError(f"“{value}” is not a time in seconds or milliseconds since 1970.") from None
