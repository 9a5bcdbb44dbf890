"""How well the values of a field fit each kind of target, from 0 (never) to 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mapping.suggestions.core.values import Profile

STRICT_KINDS: Final = frozenset(
    {"email", "date", "money", "quantity", "currency", "url", "rate", "phone", "iban"}
)
"""Kinds whose targets take nothing else."""
LOWEST_FIT: Final = 0.2
"""Below it the values of a strict kind could not be converted."""
UNKNOWN_FIT: Final = 0.6
"""Taken for a field without sample values."""


def fit(kind: str, seen: Profile) -> float:
    """How much of what was seen could be a value of `kind`; UNKNOWN_FIT without values or for an unknown kind."""
    measure = _MEASURES.get(kind)
    if measure is None or not seen.count:
        return UNKNOWN_FIT
    return max(0.0, min(1.0, measure(seen)))


def dates(seen: Profile) -> float:
    """The share of values that are dates or moments in any of the known forms."""
    return seen.share("iso_date") + seen.share("other_date", "epoch_s", "epoch_ms")


def _not_text(seen: Profile) -> float:
    return seen.share("email", "url", "guid", "flag", "number", "iso_date", "masked")


def _text(seen: Profile) -> float:
    return seen.share("words") - _not_text(seen)


def _money(seen: Profile) -> float:
    if seen.share("flag") == 1 and seen.share("zero") < 1 and seen.magnitude <= 1:
        return 0.4
    epochs = seen.share("epoch_s", "epoch_ms") if seen.magnitude > 5e8 else 0.0
    return seen.share("number") - epochs - (0.5 if seen.magnitude > 1e7 else 0.0)


def _quantity(seen: Profile) -> float:
    share = seen.share("number")
    too_large = 0.5 if seen.magnitude > 1000 else 0.0
    return share - too_large - 0.3 * (share - min(share, seen.share("whole")))


def _reference(seen: Profile) -> float:
    unlike = seen.share("flag", "email", "url", "iso_date", "money_sign") if seen.share("number") < 1 else 0.0
    return (
        1.0
        - unlike
        - 0.5 * seen.share("decimal", "spaced")
        - 0.3 * (1.0 - seen.distinct)
        - 0.3 * seen.share("zero")
    )


def _percent(seen: Profile) -> float:
    return max(
        seen.share("up_to_100", "below_1", "percent_sign"),
        0.6 * seen.share("words"),
        0.5 * seen.share("number"),
    )


def _flag(seen: Profile) -> float:
    return max(seen.share("flag"), 0.3 * (1.0 - seen.distinct))


def _status(seen: Profile) -> float:
    return max(0.0, seen.share("words") - seen.share("spaced") * 0.5 - seen.share("email", "url", "guid"))


def _category(seen: Profile) -> float:
    return 1.0 - seen.share("flag", "email", "url", "guid", "iso_date", "decimal") - 0.2 * seen.distinct


_MEASURES: Final[dict[str, Callable[[Profile], float]]] = {
    "email": lambda seen: seen.share("email"),
    "date": dates,
    "money": _money,
    "quantity": _quantity,
    "rate": lambda seen: seen.share("number") - seen.share("zero") - (0.7 if seen.magnitude > 5000 else 0.0),
    "percent": _percent,
    "currency": lambda seen: seen.share("currency", "currency_number"),
    "country": lambda seen: seen.share("country_2", "country_3", "country_name"),
    "postcode": lambda seen: seen.share("uk_postcode", "postcode") - seen.share("iso_date", "decimal"),
    "phone": lambda seen: seen.share("phone") - seen.share("iso_date", "decimal", "guid"),
    "person": lambda seen: seen.share("person") - _not_text(seen),
    "name": _text,
    "street": _text,
    "line": lambda seen: 1.0 - _not_text(seen),
    "city": lambda seen: _text(seen) - seen.share("digits_and_words", "status"),
    "region": lambda seen: _text(seen) - seen.share("digits_and_words", "status"),
    "description": _text,
    "reference": _reference,
    "taxnumber": lambda seen: seen.share("tax_number"),
    "iban": lambda seen: seen.share("iban"),
    "dialling": lambda seen: seen.share("dialling"),
    "url": lambda seen: seen.share("url"),
    "flag": _flag,
    "status": _status,
    "category": _category,
}  # fmt: skip
