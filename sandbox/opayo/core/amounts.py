"""Money on the wire: decimal major units in the protocol, whole minor units in Pi."""

from __future__ import annotations

import re
from decimal import Decimal

from sandbox.opayo.core.status_codes import Refusal

EXPONENTS = {
    "AED": 2, "AUD": 2, "BHD": 3, "CAD": 2, "CHF": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2, "HKD": 2,
    "HUF": 2, "INR": 2, "ISK": 0, "JPY": 0, "KRW": 0, "KWD": 3, "NOK": 2, "NZD": 2, "PLN": 2, "SEK": 2,
    "SGD": 2, "THB": 2, "USD": 2, "ZAR": 2,
}  # fmt: skip
"""Decimal places by ISO 4217."""

MAXIMUM = Decimal("100000.00")
"""The largest amount of one transaction (Opayo Direct protocol 3.00, A1)."""

_FORMAT = re.compile(r"(?:\d{1,9}|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?", re.ASCII)


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for GBP, 1 for JPY. Unknown currency: refusal 3003."""
    places = EXPONENTS.get(currency)
    if places is None:
        raise Refusal("3003")
    return Decimal(1).scaleb(-places)


def parse_amount(text: str, currency: str) -> Decimal:
    """Read a protocol amount, `.` as decimal point and `,` allowed between thousands.

    Refusals: 3032 for the format, 3006 for a fraction the currency does not have.
    """
    match = _FORMAT.fullmatch(text)
    if match is None:
        raise Refusal("3032")
    unit = quantum(currency)
    fraction = match.group(1) or ""
    if len(fraction) > max(2, EXPONENTS[currency]):
        raise Refusal("3006")
    amount = Decimal(text.replace(",", ""))
    if amount % unit:
        raise Refusal("3006")
    return amount.quantize(unit)


def check_range(amount: Decimal, currency: str, *, zero_allowed: bool = False) -> None:
    """Refuse (4009) what lies outside one unit of the currency and 100,000."""
    least = Decimal(0) if zero_allowed else quantum(currency)
    if not least <= amount <= MAXIMUM:
        raise Refusal("4009")


def from_minor(minor: int, currency: str) -> Decimal:
    """1000 GBP pence are 10.00; 1000 JPY are 1000."""
    return Decimal(minor) * quantum(currency)


def to_minor(amount: Decimal, currency: str) -> int:
    """10.00 GBP are 1000 pence; 1000 JPY are 1000."""
    return int(amount / quantum(currency))


def show(amount: Decimal, currency: str) -> str:
    """The amount with exactly the decimals of its currency, without separators."""
    return str(amount.quantize(quantum(currency)))
