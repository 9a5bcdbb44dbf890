"""What kind of value a text or number is: by itself (a type), and together with its field's name (a format)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from integrations.core.currencies import EXPONENTS
from mapping.core.countries import CODES
from mapping.core.schemas.schema import FieldType

Format = Literal[
    "",
    "currency",
    "country",
    "epoch_seconds",
    "epoch_milliseconds",
    "minor_units",
    "decimal_comma",
    "day_first",
    "month_first",
]
SeenType = FieldType | Literal["digits"]
"""`digits`: text of digits only, which is a number beside numbers and else an id that happens to have no letters."""

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_GUID: Final = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DECIMAL: Final = re.compile(r"-?(0|[1-9]\d*)\.\d+")
_DIGITS: Final = re.compile(r"-?(0|[1-9]\d{0,15})")
_COMMA: Final = re.compile(r"-?\d{1,3}(\.\d{3})*,\d{1,4}|-?\d+,\d{1,4}")
_SLASHED: Final = re.compile(r"(\d\d?)[/.](\d\d?)[/.]\d{4}(\s+\d\d?:\d\d(:\d\d)?)?")
_MONEY: Final = re.compile(
    r"(amount|total|price|fee|tax|vat|gross|net|paid|due|charge|refund|balance|discount|shipping|cost|value)s?$"
)
_MINOR: Final = re.compile(r"minor|pence|pennies|cents?$|cents?_")
_TIME: Final = re.compile(
    r"(_|^)(at|on|ts|date|time|datetime|timestamp|epoch|created|updated|modified|completed|started|expires)$"
    r"|timestamp|date|time"
)
# 2001-01-01 to 2100-01-01.
_EPOCH: Final = range(978_307_200, 4_102_444_800)

PERSONAL: Final = re.compile(
    r"e?_?mail|phone|mobile|telephone|first_?names?$|last_?names?$|surname|full_?name|customer_?name|address|street|post_?code"
    r"|postal|zip|city|town|birth|dob$|(^|_)ip(_|$)"
)
"""Names of fields that hold personal data."""


def type_of_text(text: str) -> SeenType:
    """The type a single text has by its form."""
    if not text:
        return "text"
    first = text[0]
    if first.isdigit() or first == "-":
        found = _numeric(text)
        if found != "text":
            return found
    if "@" in text and _EMAIL.fullmatch(text):
        return "email"
    if first == "h" and text.startswith(("http://", "https://")) and " " not in text:
        return "url"
    return "guid" if len(text) in (36, 38) and _GUID.fullmatch(text) else "text"


def _numeric(text: str) -> SeenType:
    if len(text) >= 10 and text[4:5] == "-":
        if _DAY.fullmatch(text):
            return "date"
        if _MOMENT.fullmatch(text):
            return "moment"
    if _DECIMAL.fullmatch(text):
        return "decimal"
    return "digits" if _DIGITS.fullmatch(text) else "text"


def format_of(name: str, kind: FieldType, examples: Sequence[Any]) -> Format:
    """The format that a field's name and examples point to, "" for none."""
    plain = snake(name)
    if not examples or kind == "flag":
        return ""
    if all(isinstance(value, int) for value in examples) or all(_is_digits(value) for value in examples):
        return _number_format(plain, [int(value) for value in examples])
    if kind == "text" and all(isinstance(value, str) for value in examples):
        return next((form for form, fits in _TEXTS if all(fits(text) for text in examples)), "")
    return ""


def snake(name: str) -> str:
    """`unitPrice`, `Unit price` and `unit-price` as unit_price."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16


def _number_format(name: str, values: list[int]) -> Format:
    if _TIME.search(name):
        if all(value in _EPOCH for value in values):
            return "epoch_seconds"
        if all(value // 1000 in _EPOCH for value in values):
            return "epoch_milliseconds"
    if _MINOR.search(name) or (_MONEY.search(name) and any(abs(value) >= 100 for value in values)):
        return "minor_units"
    return ""


def _day_first(text: str) -> bool:
    match = _SLASHED.fullmatch(text)
    return match is not None and int(match[1]) <= 31 and int(match[2]) <= 12


def _month_first(text: str) -> bool:
    match = _SLASHED.fullmatch(text)
    return match is not None and int(match[1]) <= 12 and int(match[2]) <= 31


_TEXTS: Final[tuple[tuple[Format, Callable[[str], bool]], ...]] = (
    ("currency", EXPONENTS.__contains__),
    ("country", CODES.__contains__),
    ("decimal_comma", lambda text: _COMMA.fullmatch(text) is not None),
    ("day_first", _day_first),
    ("month_first", _month_first),
)


def type_of(value: Any) -> SeenType:
    """The type a single value has."""
    if isinstance(value, str):
        return type_of_text(value.strip())
    if isinstance(value, bool):
        return "flag"
    return (
        "integer" if isinstance(value, int) else "decimal" if isinstance(value, Decimal | float) else "text"
    )
