"""Postal addresses in one form; a British postcode with the house number nearly names the door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from integrations.customers.core.names import plain_words

_UK_POSTCODE: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})")
_HOUSE: Final = re.compile(r"\b(\d+[a-z]?)\b", re.IGNORECASE)
_STREET_WORDS: Final = {
    "st": "street", "rd": "road", "ave": "avenue", "av": "avenue", "ln": "lane", "cl": "close", "dr": "drive",
    "ct": "court", "pl": "place", "sq": "square", "gdns": "gardens", "cres": "crescent", "apt": "flat", "apartment": "flat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """An address in normal form; `postcode` is written as the Royal Mail does, with one space."""

    street: tuple[str, ...] = ()
    house: str = ""
    city: str = ""
    postcode: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return bool(self.street or self.postcode)


def read_address(shop: Mapping[str, Any] | None) -> Address:
    """An address as shops tell it (docs/shop-webhooks.md); an empty one where there is none."""
    if not shop:
        return Address()
    lines = f"{_text(shop, 'line1')} {_text(shop, 'line2')}"
    words = tuple(_STREET_WORDS.get(word, word) for word in plain_words(lines))
    return Address(
        street=tuple(word for word in words if not word[0].isdigit()),
        house=house_number(lines),
        city=" ".join(plain_words(_text(shop, "city"))),
        postcode=normal_postcode(_text(shop, "postcode")),
        country=_text(shop, "country").strip().upper(),
    )


def read_addresses(addresses: Iterable[Mapping[str, Any] | None]) -> tuple[Address, ...]:
    """Several addresses, each once, without the empty ones."""
    return tuple(dict.fromkeys(found for each in addresses if (found := read_address(each))))


def normal_postcode(text: str) -> str:
    """ "yo17hh" is "YO1 7HH"; codes of other countries are only tidied."""
    squeezed = re.sub(r"[^A-Z0-9]", "", text.upper())
    british = _UK_POSTCODE.fullmatch(squeezed)
    return f"{british[1]} {british[2]}" if british else squeezed


def house_number(lines: str) -> str:
    """The first number of the address lines: "Flat 2, 14b Fossgate" is at 14b, unless 2 is all there is."""
    bare = re.sub(r"\b(?:flat|apt|apartment|unit|suite)\s*\d+[a-z]?\b,?", " ", lines, flags=re.IGNORECASE)
    found = _HOUSE.search(bare) or _HOUSE.search(lines)
    return found[1].lower() if found else ""


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
