"""The one type for amounts: whole minor units of one ISO 4217 currency.

Opayo's Pi speaks minor units, its other interfaces and Xero speak decimals; both are converted at their
client and nowhere else. No float ever takes part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import lcm
from typing import Any

from integrations.core.currencies import exponent_of

Weight = int | Decimal


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met in one sum or comparison."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"{left} and {right} cannot be added or compared: convert one of them first.")
        self.left = left
        self.right = right


class InexactAmountError(ValueError):
    """A decimal amount has more decimals than its currency, or is not a number."""

    def __init__(self, amount: object, currency: str) -> None:
        super().__init__(f"{amount} is not an exact amount of {currency}.")
        self.amount = amount
        self.currency = currency


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units (pence for GBP, yen for JPY) of `currency` (ISO 4217, capitals).

    Negative amounts are allowed. Raises TypeError when `minor` is not an int, UnknownCurrencyError for a
    code that ISO 4217 does not list.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Money takes whole minor units as int, not {type(self.minor).__name__}.")
        exponent_of(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in `currency`."""
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, amount: Decimal | str | int, currency: str) -> Money:
        """From an amount in major units ("12.34"), exactly.

        Raises InexactAmountError when the currency has fewer decimals than the amount uses, TypeError for a float.
        """
        value = _finite(amount, currency)
        money = cls(int(value.scaleb(exponent_of(currency))), currency)
        if money.to_decimal() != value:
            raise InexactAmountError(amount, currency)
        return money

    @classmethod
    def rounded(cls, amount: Decimal, currency: str, rounding: str = ROUND_HALF_UP) -> Money:
        """From an amount in major units, rounded to the currency's decimals (half away from zero unless told)."""
        scaled = _finite(amount, currency).scaleb(exponent_of(currency))
        return cls(int(scaled.to_integral_value(rounding=rounding)), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], currency: str) -> Money:
        """Sum of `amounts`, all of `currency`; zero when there are none."""
        result = cls.zero(currency)
        for amount in amounts:
            result = result + amount
        return result

    def to_decimal(self) -> Decimal:
        """In major units, with exactly the currency's decimals: Money(1230, "GBP") is Decimal("12.30")."""
        return Decimal(self.minor).scaleb(-exponent_of(self.currency))

    def split(self, weights: Sequence[Weight]) -> tuple[Money, ...]:
        """Parts in proportion to `weights` that add up to this amount to the last minor unit.

        See `allocate` for how the odd units are given out and which errors it raises.
        """
        return tuple(Money(part, self.currency) for part in allocate(self.minor, weights))

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatchError(self.currency, other.currency)
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, factor: int) -> Money:
        return Money(self.minor * factor, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __str__(self) -> str:
        return f"{self.to_decimal()} {self.currency}"


def allocate(minor: int, weights: Sequence[Weight]) -> tuple[int, ...]:
    """Divide `minor` units in proportion to `weights` by largest remainder; the parts always sum to `minor`.

    Each part is first rounded towards zero; the units left over go one each to the largest fractions, ties
    to the earlier part. All weights zero means equal parts. Raises ValueError for no or negative weights.
    """
    if not weights:
        raise ValueError("An amount cannot be divided among no parts.")
    if any(weight < 0 for weight in weights):
        raise ValueError("An amount cannot be divided by negative weights.")
    shares = _whole_shares(weights) if any(weights) else [1] * len(weights)
    size, whole = abs(minor), sum(shares)
    parts = [size * share // whole for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: -(size * shares[i] % whole))
    for index in by_remainder[: size - sum(parts)]:
        parts[index] += 1
    return tuple(parts) if minor >= 0 else tuple(-part for part in parts)


def _whole_shares(weights: Sequence[Weight]) -> list[int]:
    """Integers in the same proportion as `weights`."""
    if all(type(weight) is int for weight in weights):
        return [int(weight) for weight in weights]
    ratios = [weight.as_integer_ratio() for weight in weights]
    common = lcm(*(denominator for _, denominator in ratios))
    return [numerator * (common // denominator) for numerator, denominator in ratios]


def _finite(amount: Any, currency: str) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, Decimal | str | int):
        raise TypeError(f"Money is made from Decimal, str or int, not {type(amount).__name__}.")
    try:
        value = Decimal(amount)
    except ArithmeticError:
        raise InexactAmountError(amount, currency) from None
    if not value.is_finite():
        raise InexactAmountError(amount, currency)
    return value
