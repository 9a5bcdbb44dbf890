"""JSON that people paste or send: read strictly, and refused in words that say where the fault is."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final, NoReturn

# What PostgreSQL cannot keep in JSON: U+0000, and halves of a surrogate pair standing alone.
_SUSPECT: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})|\x00|[\ud800-\udfff]")


class JsonTextError(ValueError):
    """Text that is no JSON we can keep. `line` and `column` count from 1; 0 where the fault has no place."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read_json(text: str | bytes) -> Any:
    """JSON values with every number as int or Decimal, never float. Raises JsonTextError."""
    words = _decoded(text) if isinstance(text, bytes) else text
    if not words.strip():
        raise JsonTextError("This is empty; a JSON object, { … }, was expected.")
    try:
        value = json.loads(words.removeprefix("\ufeff"), parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise JsonTextError(f"This is not JSON: {error.msg} at {place}.", error.lineno, error.colno) from None
    except RecursionError:
        raise JsonTextError("This JSON is nested too deeply.") from None
    except JsonTextError:
        raise
    except ValueError:
        raise JsonTextError("This JSON holds a number that is too long.") from None
    if _SUSPECT.search(words):
        _refuse_unkept(value)
    return value


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise JsonTextError("This is not text in UTF-8.") from None


def _refuse(word: str) -> NoReturn:
    raise JsonTextError(f"This is not JSON: {word} is no number that JSON knows.")


def _refuse_unkept(value: Any) -> None:
    """Raises JsonTextError where a text of the value holds a character that cannot be kept."""
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_unkept(key)
            _refuse_unkept(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unkept(item)
    elif isinstance(value, str) and ("\x00" in value or re.search("[\ud800-\udfff]", value)):
        raise JsonTextError("This JSON holds a character that cannot be kept (U+0000 or half a character).")
