"""What the sample values of a field look like, and how well they fit each kind of target."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from integrations.core.currencies import EXPONENTS
from mapping.core.countries import CODES, country_code

MOST: Final = 60
"""Values of a field that are looked at."""

_MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_PATTERNS: Final[dict[str, re.Pattern[str]]] = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "guid": re.compile(r"\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?"),
    "url": re.compile(r"https?://\S+"),
    "iso_date": re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d:?\d\d)?)?"),
    "other_date": re.compile(
        rf"\d{{1,2}}[./-]\d{{1,2}}[./-](\d{{4}}|\d\d)([ T]\d\d:\d\d(:\d\d)?)?|(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])(\d{{6}})?"
        rf"|\w{{3}}, \d\d? \w{{3}} \d{{4}} [\d:]+.*|\d{{1,2}}[ -]({_MONTHS})\w*[ -]\d{{2,4}}.*|\d{{4}}/\d\d/\d\d.*",
        re.IGNORECASE,
    ),
    "epoch_s": re.compile(r"1[0-9]{9}(\.\d+)?|[89]\d{8}"),
    "epoch_ms": re.compile(r"1[0-9]{12}"),
    "phone": re.compile(r"(?=(?:\D*\d){7})[+(]?[\d(][\d\s()./-]{5,20}\d"),
    "uk_postcode": re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE),
    "postcode": re.compile(r"(?=.*\d)[A-Z\d][A-Z\d -]{2,9}", re.IGNORECASE),
    "integer": re.compile(r"-?\d{1,18}"),
    "decimal": re.compile(r"-?\d{1,15}\.\d+"),
    "comma_decimal": re.compile(r"-?\d{1,3}(\.\d{3})*,\d{1,4}|-?\d+,\d{1,4}"),
    "money_sign": re.compile(r"-?[£€$] ?\d[\d,]*(\.\d+)?|-?\d[\d.,]* ?[£€$]|\d{1,3}(,\d{3})+(\.\d+)?"),
    "percent_sign": re.compile(r"\d+([.,]\d+)? ?%.*"),
    "person": re.compile(r"[^\W\d_]+([ '’.-]+[^\W\d_]+){0,3}\.?"),
    "words": re.compile(r".*[^\W\d_]{2}.*", re.DOTALL),
    "digits_and_words": re.compile(r".*\d.*[^\W\d_]{3}.*|.*[^\W\d_]{3}.* \d.*", re.DOTALL),
    "spaced": re.compile(r"\S+\s.*\S", re.DOTALL),
    "tax_number": re.compile(r"(?=(?:.*\d){6})[A-Z]{2}[A-Z\d .-]{7,14}|\d{9,12}", re.IGNORECASE),
    "iban": re.compile(r"[A-Z]{2}\d\d[A-Z\d]{11,30}"),
    "dialling": re.compile(r"(\+|00)?\d{1,4}"),
    "masked": re.compile(r".*[*xX#]{4,}.*"),
}  # fmt: skip
_CURRENCY_NUMBERS: Final = frozenset(
    ["826", "978", "840", "756", "752", "578", "208", "985", "124", "036", "392", "554", "203", "348"]
)
"""Numeric codes (ISO 4217) of the currencies that gateways of Europe settle in."""
_FLAGS: Final = frozenset(
    [
        "true",
        "false",
        "yes",
        "no",
        "y",
        "n",
        "ja",
        "nein",
        "oui",
        "non",
        "0",
        "1",
        "inclusive",
        "exclusive",
        "gross",
        "net",
        "tax_included",
    ]
)
_STATUSES: Final = frozenset(
    [
        "active",
        "enabled",
        "disabled",
        "open",
        "closed",
        "complete",
        "completed",
        "paid",
        "unpaid",
        "pending",
        "processing",
        "cancelled",
        "canceled",
        "shipped",
        "delivered",
        "fulfilled",
        "unfulfilled",
        "approved",
        "declined",
        "refunded",
        "partially_refunded",
        "authorized",
        "captured",
        "settled",
        "failed",
        "succeeded",
        "success",
        "sale",
        "draft",
        "done",
        "new",
        "on-hold",
        "on_hold",
        "proposed",
        "expired",
        "voided",
        "invited",
        "created",
    ]
)
_YES: Final = frozenset(["true", "yes", "y", "ja", "oui", "1", "inclusive", "gross"])


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares (0 to 1) of the values that match each detector; `count` values were looked at, of `rows` records."""

    count: int
    rows: int
    shares: Mapping[str, float]
    distinct: float
    length: float
    longest: int
    magnitude: float
    examples: tuple[Any, ...]

    def share(self, *names: str) -> float:
        """The largest of the shares of these detectors."""
        return max(self.shares.get(name, 0.0) for name in names)

    @property
    def fill(self) -> float:
        """The share of records that have a value."""
        return min(1.0, self.count / self.rows) if self.rows else 0.0


EMPTY: Final = Profile(0, 0, {}, 0.0, 0.0, 0, 0.0, ())


def profile(values: Sequence[Any], *, rows: int) -> Profile:
    """Look at the values of one field in `rows` records; missing and blank ones are left out."""
    filled = [value for value in values if value is not None and value != "" and value != []][:MOST]
    if not filled:
        return Profile(0, rows, {}, 0.0, 0.0, 0, 0.0, ())
    texts = [_text(value) for value in filled]
    totals: dict[str, int] = {}
    for value, text in zip(filled, texts, strict=True):
        for name in detectors(text, is_flag=isinstance(value, bool)):
            totals[name] = totals.get(name, 0) + 1
    numbers = [number for text in texts if (number := as_number(text)) is not None]
    count = len(filled)
    return Profile(
        len(filled),
        rows,
        {name: total / count for name, total in totals.items()},
        len(set(texts)) / count,
        sum(map(len, texts)) / count,
        max(map(len, texts)),
        float(sum(map(abs, numbers)) / len(numbers)) if numbers else 0.0,
        tuple(dict.fromkeys(texts))[:3],
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


@lru_cache(maxsize=20000)
def detectors(text: str, *, is_flag: bool = False) -> frozenset[str]:
    """The names of everything one value looks like."""
    if is_flag:
        return frozenset({"flag", "yes"} if text == "true" else {"flag"})
    found = {name for name, pattern in _PATTERNS.items() if pattern.fullmatch(text)}
    found |= {name for name, holds in _LISTS.items() if holds(text)}
    number = as_number(text)
    if number is not None:
        found |= _of_number(number)
    return frozenset(found)


_LISTS: Final[dict[str, Callable[[str], bool]]] = {
    "country_2": lambda text: text.upper() in CODES and (text.isupper() or text.islower()),
    "country_3": lambda text: len(text) == 3 and text.isalpha() and country_code(text) is not None,
    "country_name": lambda text: len(text) > 3 and country_code(text) is not None,
    "currency": lambda text: text.upper() in EXPONENTS and (text.isupper() or text.islower()),
    "currency_number": lambda text: text in _CURRENCY_NUMBERS,
    "flag": lambda text: text.lower() in _FLAGS,
    "yes": lambda text: text.lower() in _YES,
    "status": lambda text: text.lower() in _STATUSES,
    "lower": lambda text: text.islower(),
}


def as_number(text: str) -> Decimal | None:
    """A number as shops write them (with a comma, a thousands mark, a currency sign), or None."""
    if _PATTERNS["integer"].fullmatch(text) or _PATTERNS["decimal"].fullmatch(text):
        return Decimal(text)
    if _PATTERNS["comma_decimal"].fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _PATTERNS["money_sign"].fullmatch(text):
        digits = re.sub(r"[^\d.-]", "", text.replace(",", ""))
        return Decimal(digits) if re.fullmatch(r"-?\d+(\.\d+)?", digits) else None
    return None


def _of_number(number: Decimal) -> set[str]:
    found = {"number"}
    if number == number.to_integral_value():
        found.add("whole")
    if not number:
        found.add("zero")
    if number < 0:
        found.add("negative")
    if 0 <= number <= 100:
        found.add("up_to_100")
    if 0 <= number < 1:
        found.add("below_1")
    if 0 < number <= 1000:
        found.add("countable")
    return found
