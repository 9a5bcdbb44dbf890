"""Transforms that take VAT apart from single amounts; for whole lines see lines.py."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from mapping.core.lines import unit_of
from mapping.core.problems import TransformError
from mapping.core.tax import vat_on, vat_within
from mapping.core.transforms.registry import Example, Parameter, transform
from mapping.core.values import as_decimal


@transform(
    "tax_split",
    title="Split off VAT",
    sentence="The {part} of an amount (source 1) that {basis} VAT at the rate of source 2",
    example=Example(["24.00", "20"], Decimal("4.00"), {"part": "tax"}),
    takes="number",
    gives="number",
    parameters=(
        Parameter("part", "choice", "Which part", choices=("net", "tax", "gross")),
        Parameter("basis", "choice", "The amount", "includes", choices=("includes", "excludes")),
        Parameter("currency", "text", "Currency", "GBP", check=unit_of),
    ),
    takes_many=True,
)
def tax_split(values: Sequence[Any], *, part: str, basis: str = "includes", currency: str = "GBP") -> Decimal:
    """Net, tax or gross of an amount at a rate in per cent, rounded half up to the currency's decimals."""
    if len(values) != 2:
        raise TransformError("“Split off VAT” needs two sources: the amount and the rate.", "mapping")
    amount, rate, unit = as_decimal(values[0]), as_decimal(values[1]), unit_of(currency)
    tax = vat_within(amount, rate, unit) if basis == "includes" else vat_on(amount, rate, unit)
    net = amount - tax if basis == "includes" else amount
    return {"net": net, "tax": tax, "gross": net + tax}[part]
