"""Amounts on Opayo's wires: decimals in major units, minor units in Pi."""

from __future__ import annotations

import re
from typing import Final

from integrations.core.currencies import EXPONENTS
from integrations.core.money import InexactAmountError, Money

_DECIMAL: Final = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)


def to_wire(amount: Money) -> str:
    """`Amount` of the protocol: major units with the decimals of the currency, no thousands separators."""
    return str(amount.to_decimal())


def from_wire(text: str, currency: str) -> Money | None:
    """A decimal of Opayo, which may have commas between thousands; None when it is no exact amount of `currency`."""
    if currency not in EXPONENTS or not _DECIMAL.fullmatch(text):
        return None
    try:
        return Money.from_decimal(text.replace(",", ""), currency)
    except InexactAmountError:
        return None
