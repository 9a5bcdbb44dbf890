"""Transforms of numbers: Decimal throughout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Decimal,
)
from functools import reduce
from operator import add, mul, sub
from typing import Any, Final

from integrations.core.currencies import UnknownCurrencyError, exponent_of
from integrations.core.money import InexactAmountError, Money
from mapping.core.problems import TransformError
from mapping.core.transforms.registry import Example, Parameter, transform, within
from mapping.core.values import as_decimal, as_text

ROUNDINGS: Final = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "down": ROUND_DOWN,
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
}


@transform(
    "number",
    title="Number",
    sentence="Read as a number[ with {decimal_mark} before the decimals]",
    example=Example("1.234,50", Decimal("1234.50"), {"decimal_mark": ","}),
    takes="any",
    gives="number",
    parameters=(Parameter("decimal_mark", "choice", "Decimal mark", ".", choices=(".", ",")),),
)
def number(value: Any, *, decimal_mark: str = ".") -> Decimal:
    """A number out of text with thousands marks, spaces or a currency sign around it."""
    if not isinstance(value, str):
        return as_decimal(value)
    thousands = "," if decimal_mark == "." else "."
    text = value.replace(thousands, "").replace(decimal_mark, ".")
    return as_decimal("".join(character for character in text if character.isdigit() or character in "+-."))


@transform(
    "from_minor_units",
    title="Pence to pounds",
    sentence="From minor units of {currency} to an amount",
    example=Example(3834, Decimal("38.34"), {"currency": "GBP"}),
    takes="number",
    gives="number",
    parameters=(Parameter("currency", "text", "Currency", check=exponent_of),),
)
def from_minor_units(value: Any, *, currency: str) -> Decimal:
    """Whole minor units (as Opayo's Pi API speaks) to major units, by the currency's own decimals."""
    amount = as_decimal(value)
    if amount != amount.to_integral_value():
        raise TransformError(f"“{value}” is not a whole number of minor units.")
    return _money(lambda: Money(int(amount), currency)).to_decimal()


@transform(
    "to_minor_units",
    title="Pounds to pence",
    sentence="From an amount to minor units of {currency}",
    example=Example("38.34", 3834, {"currency": "GBP"}),
    takes="number",
    gives="number",
    parameters=(Parameter("currency", "text", "Currency", check=exponent_of),),
)
def to_minor_units(value: Any, *, currency: str) -> int:
    """Major units to whole minor units, exactly."""
    return _money(lambda: Money.from_decimal(as_decimal(value), currency)).minor


def _money(make: Callable[[], Money]) -> Money:
    try:
        return make()
    except (UnknownCurrencyError, InexactAmountError) as error:
        raise TransformError(str(error)) from None


def _divide(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise TransformError("A number cannot be divided by zero.")
    return left / right


_OPERATIONS: Final[dict[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "add": add,
    "subtract": sub,
    "multiply": mul,
    "divide": _divide,
    "least": min,
    "greatest": max,
}


@transform(
    "arithmetic",
    title="Calculate",
    sentence="Calculate: {operation}[ (and {by})]",
    example=Example(["12.90", "2.50"], Decimal("10.40"), {"operation": "subtract"}),
    takes="number",
    gives="number",
    parameters=(
        Parameter("operation", "choice", "Operation", choices=tuple(_OPERATIONS)),
        Parameter("by", "decimal", "And this number", None),
    ),
    takes_many=True,
)
def arithmetic(values: Sequence[Any], *, operation: str, by: Decimal | None = None) -> Decimal | None:
    """The sources taken from left to right, then the number `by`; missing sources are left out of the sum."""
    numbers = [as_decimal(value) for value in values if value is not None and value != ""]
    if by is not None:
        numbers.append(by)
    return reduce(_OPERATIONS[operation], numbers) if numbers else None


@transform(
    "negate",
    title="Change the sign",
    sentence="Change the sign",
    example=Example("3.95", Decimal("-3.95")),
    takes="number",
    gives="number",
)
def negate(value: Any) -> Decimal:
    """Plus to minus and back."""
    return -as_decimal(value)


@transform(
    "absolute",
    title="Without its sign",
    sentence="Take the amount without its sign",
    example=Example("-3.95", Decimal("3.95")),
    takes="number",
    gives="number",
)
def absolute(value: Any) -> Decimal:
    """How much, whichever way it goes: Xero's transfers are always positive."""
    return abs(as_decimal(value))


@transform(
    "round",
    title="Round",
    sentence="Round to {decimals} decimals ({rounding})",
    example=Example("2.675", Decimal("2.68"), {"decimals": 2}),
    takes="number",
    gives="number",
    parameters=(
        Parameter("decimals", "integer", "Decimals", 2, check=within(0, 12)),
        Parameter("rounding", "choice", "Rounding", "half_up", choices=tuple(ROUNDINGS)),
    ),
)
def round_number(value: Any, *, decimals: int = 2, rounding: str = "half_up") -> Decimal:
    """To so many decimals; half away from zero unless told otherwise."""
    return as_decimal(value).quantize(Decimal(1).scaleb(-decimals), rounding=ROUNDINGS[rounding])


@transform(
    "flag",
    title="Yes or no",
    sentence="Yes when it is one of {yes}",
    example=Example(before="YES", after=True, parameters={"yes": ["yes", "true", "1"]}),
    takes="any",
    gives="flag",
    parameters=(Parameter("yes", "list", "Words for yes", ("yes", "true", "1", "y")),),
)
def flag(value: Any, *, yes: Sequence[str] = ("yes", "true", "1", "y")) -> bool:
    """Whether the value is one of the words for yes, whatever its case."""
    return as_text(value).strip().lower() in [word.lower() for word in yes]
