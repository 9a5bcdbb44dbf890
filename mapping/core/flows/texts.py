"""Texts of notify steps: plain words with fields of the record in braces, `Order {number} over {total} {currency}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mapping.core.paths import Path, PathError, parse_path
from mapping.core.problems import TransformError
from mapping.core.readers import Scope, reader
from mapping.core.values import as_text

_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_MISSING: Final = "–"


def fields_of(text: str) -> tuple[Path, ...]:
    """The fields a text names. Raises PathError for braces that hold no field path."""
    return tuple(parse_path(name.strip()) for name in _FIELD.findall(text))


def fill_in(text: str, record: Mapping[str, Any], context: Mapping[str, Any]) -> str:
    """The text for one record; what the record does not have shows as a dash."""
    scope = Scope(record, context)
    return _FIELD.sub(lambda match: _words(match[1].strip(), scope), text)


def _words(name: str, scope: Scope) -> str:
    try:
        value = reader(parse_path(name))(scope)
    except PathError:
        return _MISSING
    values = value if isinstance(value, list) else [value]
    try:
        return ", ".join(as_text(item) for item in values if item is not None) or _MISSING
    except TransformError:
        return _MISSING
