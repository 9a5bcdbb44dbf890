"""JSON as Xero writes it: fixed decimals, escaped slashes, two spaces, CRLF."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson

CONTENT_TYPE = "application/json; charset=utf-8"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} cannot be sent")


def dumps(value: object) -> bytes:
    """Decimals keep the places they have; a slash occurs only inside strings and is escaped there."""
    body = orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2)
    return body.replace(b"/", b"\\/").replace(b"\n", b"\r\n")


def compact(value: object) -> bytes:
    """Plain JSON for the identity host and for webhooks."""
    return orjson.dumps(value, default=_plain)
