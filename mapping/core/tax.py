"""VAT per line, as Xero works it out: per line, to the currency's decimals, half away from zero, then summed.

Xero does not publish whether half a penny is rounded up or to even; up is what its documents show, and a pair can set
it otherwise. Inclusive: TaxAmount = round(gross × rate / (100 + rate)). Exclusive: TaxAmount = round(net × rate / 100). The totals of
a document are sums of its lines, so VAT worked out on a total can differ by pennies (Xero Accounting API, line items).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from integrations.core.currencies import EXPONENTS, exponent_of
from integrations.core.money import allocate

UNTAXED_CODES: Final = frozenset({"exempt", "outside_scope"})
"""The `tax_code`s of an order that mean: no VAT, whatever the rate says."""

_FINEST: Final = max(EXPONENTS.values())


def smallest_unit(currency: str) -> Decimal:
    """One minor unit in major units: 0.01 for GBP, 1 for JPY. Raises UnknownCurrencyError."""
    return Decimal(1).scaleb(-exponent_of(currency))


def round_amount(amount: Decimal, unit: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """To whole `unit`s, half away from zero unless told otherwise."""
    return amount.quantize(unit, rounding=rounding)


def vat_within(gross: Decimal, rate: Decimal, unit: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The VAT contained in a price that includes it, at `rate` per cent."""
    if not rate:
        return round_amount(Decimal(0), unit)
    return round_amount(gross * rate / (100 + rate), unit, rounding)


def vat_on(net: Decimal, rate: Decimal, unit: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The VAT on top of a price without it, at `rate` per cent."""
    return round_amount(net * rate / 100, unit, rounding)


def in_proportion(total: Decimal, amounts: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Divide `total` over `amounts` in proportion, to whole units, with exactly `total` as sum.

    Largest remainder, see `integrations.core.money.allocate`. Where amounts of both signs make proportions ambiguous
    (returns beside sales), each keeps its own rounded share and the largest takes the difference.
    """
    count = int(total / unit)
    weights = [int(amount.scaleb(_FINEST)) for amount in amounts]
    if all(weight >= 0 for weight in weights):
        return [part * unit for part in allocate(count, weights)]
    if all(weight <= 0 for weight in weights):
        return [part * unit for part in allocate(count, [-weight for weight in weights])]
    return [part * unit for part in _mixed_signs(count, weights)]


def _mixed_signs(count: int, weights: list[int]) -> list[int]:
    whole = sum(weights)
    if not whole:
        return _on_largest(count, [0] * len(weights), weights)
    shares = [int((Decimal(count) * weight / whole).to_integral_value(ROUND_HALF_UP)) for weight in weights]
    return _on_largest(count - sum(shares), shares, weights)


def _on_largest(rest: int, shares: list[int], weights: list[int]) -> list[int]:
    largest = max(range(len(weights)), key=lambda i: weights[i])
    shares[largest] += rest
    return shares
