"""Transforms between currencies. The rate is given in the context with its source and date, never fetched here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mapping.core.lines import unit_of
from mapping.core.problems import TransformError
from mapping.core.tax import round_amount
from mapping.core.transforms.registry import Example, Parameter, transform
from mapping.core.values import as_decimal, as_text

_RATE = Parameter("rate", "table", "Rate of the day", None)
_USD_TO_GBP = {"source": "USD", "target": "GBP", "rate": "0.75", "on": "2026-11-20", "origin": "ECB"}


@dataclass(frozen=True, slots=True)
class Rate:
    """`rate` units of `to` are paid for one unit of the currency converted from."""

    rate: Decimal
    to: str


def rate_for(currency: str, rate: Mapping[str, Any] | None) -> Rate | None:
    """The rate of the context if it converts from `currency`, else None (the amount is kept in its currency).

    A rate is {"source": "USD", "target": "GBP", "rate": "0.75", "on": "2026-11-20", "origin": "ECB"}. Raises
    TransformError for a rate that is not a positive number.
    """
    if not rate or as_text(rate.get("source")) != currency:
        return None
    factor = as_decimal(rate.get("rate"))
    if factor <= 0:
        raise TransformError(f"The exchange rate {factor} for {currency} is not positive.", "settings")
    return Rate(factor, as_text(rate.get("target")))


@transform(
    "convert_currency",
    title="Convert currency",
    sentence="Convert the amount (source 1) from its currency (source 2) by {rate}",
    example=Example(["38.34", "USD"], Decimal("28.76"), {"rate": _USD_TO_GBP}),
    takes="number",
    gives="number",
    parameters=(_RATE,),
    takes_many=True,
)
def convert_currency(values: Sequence[Any], *, rate: Mapping[str, Any] | None = None) -> Decimal | None:
    """An amount in the books' currency, rounded half up to its decimals; unchanged where no rate applies."""
    amount, currency = _pair(values)
    if amount is None or amount == "":
        return None
    found = rate_for(as_text(currency), rate)
    if found is None:
        return as_decimal(amount)
    return round_amount(as_decimal(amount) * found.rate, unit_of(found.to))


def _pair(values: Sequence[Any]) -> tuple[Any, Any]:
    if len(values) != 2:
        raise TransformError("“Convert currency” needs two sources: the amount and its currency.", "mapping")
    return values[0], values[1]


@transform(
    "kept_currency",
    title="Currency in the books",
    sentence="The currency after conversion by {rate}",
    example=Example("USD", "GBP", {"rate": _USD_TO_GBP}),
    takes="text",
    gives="text",
    parameters=(_RATE,),
)
def kept_currency(currency: Any, *, rate: Mapping[str, Any] | None = None) -> str:
    """The currency the document is kept in: the one converted to where a rate applies, else its own."""
    code = as_text(currency)
    found = rate_for(code, rate)
    return code if found is None else found.to
