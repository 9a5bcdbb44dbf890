"""Raw bodies made readable, without changing what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from html import escape
from typing import Any, Final
from urllib.parse import parse_qsl

_MOST = 200_000
_TOKEN: Final = re.compile(
    r'(?P<key>"(?:\\.|[^"\\])*")(?=\s*:)|(?P<string>"(?:\\.|[^"\\])*")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
    r"|(?P<constant>\btrue\b|\bfalse\b|\bnull\b)"
)
_CLASSES: Final = {"key": "k", "string": "s", "number": "n", "constant": "c"}


def readable(body: bytes, content_type: str = "") -> str:
    """A body as text: JSON indented, form fields one a line, anything else as it came."""
    text = body[:_MOST].decode("utf-8", "replace")
    if len(body) > _MOST:
        return f"{text}\n… {len(body) - _MOST:,} more bytes"
    if text.lstrip()[:1] in ("{", "["):
        return pretty_json(text)
    if "=" in text and "\n" not in text.strip() and "xml" not in content_type:
        return (
            "\n".join(f"{name} = {value}" for name, value in parse_qsl(text, keep_blank_values=True)) or text
        )
    return text


def pretty_json(text: str) -> str:
    """Indented, numbers as they were written; text that is no JSON comes back unchanged."""
    try:
        value = json.loads(text, parse_float=_Number, parse_int=_Number)
    except ValueError:
        return text
    return _unquoted(json.dumps(value, indent=2, ensure_ascii=False))


def pretty_value(value: object) -> str:
    """A value of a JSON column, indented; a Decimal by its own digits."""
    return _unquoted(json.dumps(value, indent=2, ensure_ascii=False, default=_number))


def _number(value: Any) -> _Number:
    if isinstance(value, Decimal):
        return _Number(f"{value:f}")
    raise TypeError(f"{value!r} has no place in JSON.")


class _Number(str):
    """A number kept by its own digits; marked so that it can be told from a text."""

    __slots__ = ()
    MARK = "\N{SYMBOL FOR UNIT SEPARATOR}"

    def __new__(cls, digits: str) -> _Number:
        return super().__new__(cls, f"{cls.MARK}{digits}{cls.MARK}")


def _unquoted(text: str) -> str:
    return text.replace(f'"{_Number.MARK}', "").replace(f'{_Number.MARK}"', "")


def highlighted(text: str) -> str:
    """HTML of JSON with keys, strings, numbers and constants marked; escaped."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    end = 0
    for match in _TOKEN.finditer(text):
        yield escape(text[end : match.start()], quote=False)
        kind = match.lastgroup or "string"
        yield f'<span class="{_CLASSES[kind]}">{escape(match.group(), quote=False)}</span>'
        end = match.end()
    yield escape(text[end:], quote=False)


def member_of(body: str, place: int) -> str | None:
    """One document of a batch, by its place; None when the body is not a list of documents."""
    try:
        value = json.loads(body, parse_float=Decimal)
    except ValueError:
        return None
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        value = lists[0] if len(lists) == 1 else [value]
    if isinstance(value, list) and 0 <= place < len(value):
        return pretty_value(value[place])
    return None
