"""Money as Xero keeps it: decimals of two places, rounded per line."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
UNIT_2DP = CENT
UNIT_4DP = Decimal("0.0001")
RATE_6DP = Decimal("0.000001")
HUNDRED = Decimal(100)

ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}
"""What happens to an exact half penny, by the name used in `switches`."""


def round_money(amount: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Round to whole pennies."""
    return amount.quantize(CENT, rounding)


def to_base(amount: Decimal, rate: Decimal) -> Decimal:
    """Convert a foreign amount to the base currency; `rate` is foreign units for one unit of base."""
    return amount if rate == 1 else round_money(amount / rate)


def share(base_left: Decimal, amount: Decimal, left: Decimal) -> Decimal:
    """The base-currency part that goes with `amount` out of `left`; the last part takes the remainder."""
    if amount == left:
        return base_left
    return round_money(base_left * amount / left)
