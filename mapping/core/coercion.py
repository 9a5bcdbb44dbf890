"""The last step before a value enters a Xero document: does it have the type, length and form Xero takes there?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from mapping.core.problems import TransformError
from mapping.core.schemas.schema import Field, FieldType
from mapping.core.values import as_decimal, as_text

Coercion = Callable[[Any], Any]

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LARGEST: Final = Decimal("9999999999.99")
"""The largest amount Xero takes (Xero Accounting API, LineAmount)."""


def coercion(field: Field | None) -> Coercion:
    """The function that checks and converts values for a target field; it raises TransformError for unfit ones.

    Blank text becomes None (left out). Objects and lists, and fields unknown to the schema, pass as they are.
    """
    if field is None:
        return _anything
    make = _BY_TYPE.get(field.type)
    return _anything if make is None else make(field)


def _anything(value: Any) -> Any:
    return None if value == "" else value


def _text(field: Field) -> Coercion:
    most, forbidden = field.max_length, field.forbidden

    def check(value: Any) -> str | None:
        text = value if type(value) is str else as_text(value)
        if most is not None and len(text) > most:
            raise TransformError(f"{_name(field)} has {len(text)} characters, Xero takes {most}: shorten it.")
        for character in forbidden:
            if character in text:
                raise TransformError(f"{_name(field)} contains {character}, which Xero refuses.")
        return text or None

    return check


def _number(field: Field) -> Coercion:
    finest = Decimal(1).scaleb(-field.decimals) if field.decimals is not None else None

    def check(value: Any) -> Decimal | None:
        # Comparing a Decimal with a text is slow: ask for the type first.
        if type(value) is str and not value:
            return None
        number = as_decimal(value)
        if abs(number) > LARGEST:
            raise TransformError(f"{_name(field)} is {number}, more than Xero can hold.")
        if finest is not None and number.quantize(finest) != number:
            raise TransformError(
                f"{_name(field)} is {number}; Xero keeps {field.decimals} decimals: round it."
            )
        return number

    return check


def _choice(field: Field) -> Coercion:
    allowed = frozenset(field.choices)

    def check(value: Any) -> str | None:
        text = as_text(value)
        if text and text not in allowed:
            raise TransformError(f"{_name(field)} cannot be “{text}”: Xero knows {', '.join(field.choices)}.")
        return text or None

    return check


def _date(field: Field) -> Coercion:
    def check(value: Any) -> str | None:
        text = as_text(value)
        if not text:
            return None
        if not _DAY.fullmatch(text) or not _is_day(text):
            raise TransformError(
                f"{_name(field)} is “{text}”, not a day such as 2026-11-22: use the date transform."
            )
        return text

    return check


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _flag(field: Field) -> Coercion:
    def check(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise TransformError(
            f"{_name(field)} is “{value}”; Xero wants yes or no: use the yes-or-no transform."
        )

    return check


def _guid(field: Field) -> Coercion:
    def check(value: Any) -> str | None:
        text = as_text(value)
        if text and not _GUID.fullmatch(text):
            raise TransformError(f"{_name(field)} is “{text}”, not an id of Xero's.")
        return text.lower() or None

    return check


def _url(field: Field) -> Coercion:
    def check(value: Any) -> str | None:
        text = as_text(value)
        if text and not text.startswith(("https://", "http://")):
            raise TransformError(f"{_name(field)} is “{text}”, not a web address.")
        return text or None

    return check


def _name(field: Field) -> str:
    return field.label or field.path


_BY_TYPE: Final[dict[FieldType, Callable[[Field], Coercion]]] = {
    "text": _text,
    "email": _text,
    "decimal": _number,
    "integer": _number,
    "choice": _choice,
    "date": _date,
    "flag": _flag,
    "guid": _guid,
    "url": _url,
}
