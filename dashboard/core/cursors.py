"""Cursors of keyset pages: the sort value and key of the row a page begins after."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date, datetime
from typing import Any, Final, NamedTuple

SortValue = int | str | date
# The longest text a list is sorted by has 255 letters; each takes at most 6 bytes in JSON, so 8 here.
_LONGEST: Final = 255 * 8 + 100
_BIGGEST: Final = 2**63


class BadCursorError(ValueError):
    """Not a cursor of ours; the list starts from its beginning."""


class Cursor(NamedTuple):
    """A place in a sorted list: just after (or before) the row with this value and key."""

    value: SortValue
    key: int


def encode_cursor(cursor: Cursor) -> str:
    """As it stands in an address."""
    value = cursor.value
    packed = json.dumps([*_tagged(value), cursor.key], separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _tagged(value: SortValue) -> list[str | int]:
    if isinstance(value, date):
        return ["t" if isinstance(value, datetime) else "d", value.isoformat()]
    return ["v", value]


def decode_cursor(text: str) -> Cursor:
    """Raises BadCursorError for anything `encode_cursor` did not write."""
    if len(text) > _LONGEST:
        raise BadCursorError(text)
    try:
        tag, value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return Cursor(_value(tag, value), _key(key))
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise BadCursorError(text) from error


def _value(tag: Any, value: Any) -> SortValue:
    if tag == "t":
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise BadCursorError(value)
        return at
    if tag == "d":
        return date.fromisoformat(value)
    if tag == "v" and isinstance(value, str) and _is_storable(value):
        return value
    if tag == "v":
        return _key(value)
    raise BadCursorError(str(value))


def _is_storable(text: str) -> bool:
    """Whether PostgreSQL takes it: no NUL, and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _key(key: Any) -> int:
    if type(key) is not int or not -_BIGGEST <= key < _BIGGEST:
        raise BadCursorError(str(key))
    return key
