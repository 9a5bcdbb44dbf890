"""Xero's JSON: `/Date(…)/` and ISO dates in, exact decimals both ways (Accounting API, requests and responses)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import orjson

ZERO_GUID: Final = "00000000-0000-0000-0000-000000000000"
"""What Xero puts where there is no id."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MS_DATE: Final = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
# Connections carry seven decimals of a second, Python reads six.
_FRACTION: Final = re.compile(r"(\.\d{6})\d+")


def loads(body: bytes | str) -> Any:
    """JSON with every fraction as Decimal. Raises ValueError when it is not whole, valid JSON."""
    return json.loads(body, parse_float=Decimal)


def dumps(value: Any) -> str:
    """JSON with each Decimal as the exact JSON number it stands for. Raises TypeError for a float."""
    _refuse_floats(value)
    return orjson.dumps(value, default=_exact).decode()


def parse_timestamp(value: str) -> datetime:
    """A moment in UTC, from `/Date(1553126400000+0000)/` or ISO 8601. Raises ValueError.

    The milliseconds are UTC whatever offset follows them; ISO times without zone are UTC too.
    """
    match = _MS_DATE.fullmatch(value)
    if match:
        return _EPOCH + timedelta(milliseconds=int(match[1]))
    moment = datetime.fromisoformat(_FRACTION.sub(r"\1", value))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def parse_date(value: str) -> date:
    """A calendar date of a document, which Xero writes as its midnight in UTC. Raises ValueError."""
    return parse_timestamp(value).date()


def optional_date(value: Any) -> date | None:
    """A date that may be absent."""
    return parse_date(value) if isinstance(value, str) and value else None


def optional_timestamp(value: Any) -> datetime | None:
    """A moment that may be absent."""
    return parse_timestamp(value) if isinstance(value, str) and value else None


def optional_decimal(value: Any) -> Decimal | None:
    """An amount that may be absent; Xero writes JSON numbers, and strings in some replies."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    return Decimal(value) if isinstance(value, int | str | Decimal) else None


def id_or_blank(value: Any) -> str:
    """An id, or "" where Xero has none."""
    return value if isinstance(value, str) and value != ZERO_GUID else ""


def _exact(value: Any) -> Any:
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(f"{value:f}")
    raise TypeError(f"{value!r} has no place in a Xero document.")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
    elif isinstance(value, float):
        raise TypeError(f"{value!r} is a binary fraction: amounts are Decimal.")
