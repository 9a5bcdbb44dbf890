"""JSON in and out: decimals never become binary fractions."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from sandbox.kernel.wire import Reply


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def encode(value: Any) -> bytes:
    """JSON text; Decimal as a string, dates in ISO 8601."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def decode(body: bytes) -> Any:
    """Parse JSON with fractions as Decimal. Raises ValueError when it is not JSON."""
    return json.loads(body, parse_float=Decimal)


def json_reply(value: Any, status: int = 200) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, encode(value), {"content-type": "application/json"})


def error_reply(message: str, status: int = 400) -> Reply:
    """A reply that says what was wrong with the request."""
    return json_reply({"error": {"message": message}}, status)
