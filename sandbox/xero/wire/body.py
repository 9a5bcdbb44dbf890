"""Request bodies: JSON or XML in, a list of elements out."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from sandbox.xero.wire import xml
from sandbox.xero.wire.names import spelled

Element = dict[str, Any]


class BadBody(ValueError):
    """A body that cannot be read as the content type it claims."""


def _no_constant(text: str) -> NoReturn:
    raise BadBody(f"{text} is not JSON")


def loads(body: bytes, content_type: str) -> Any:
    """The body's value; decimals stay exact. Raise BadBody if it cannot be read."""
    if "xml" in content_type or body[:1] == b"<":
        try:
            return spelled(xml.loads(body))
        except xml.BadXml as error:
            raise BadBody(str(error)) from error
    try:
        value = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise BadBody(str(error)) from error
    return spelled(value)


def elements(value: Any, plural: str) -> list[Element]:
    """The elements of a body: the plural wrapper, a bare list or one bare object."""
    if isinstance(value, dict) and plural in value:
        value = value[plural]
    if isinstance(value, dict):
        inner = value.get(xml.singular(plural))
        value = [inner] if len(value) == 1 and isinstance(inner, dict) else [value]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise BadBody(f"{plural} must be a list of objects")
    return value
