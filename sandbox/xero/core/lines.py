"""Line amounts, tax per line and totals (Xero Accounting API, Invoices, "Line items" and "Tax calculation")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sandbox.xero.core.money import CENT, HUNDRED, ZERO


@dataclass(frozen=True, slots=True)
class Totals:
    """A document's totals in its own currency; `total` is what the customer pays."""

    sub_total: Decimal
    total_tax: Decimal
    total: Decimal


def line_amount(
    quantity: Decimal,
    unit_amount: Decimal,
    rounding: str,
    *,
    discount_rate: Decimal | None = None,
    discount_amount: Decimal | None = None,
) -> Decimal:
    """Quantity times unit price, less the discount, in whole pennies."""
    amount = quantity * unit_amount
    if discount_rate is not None:
        amount = amount * (HUNDRED - discount_rate) / HUNDRED
    elif discount_amount is not None:
        amount -= discount_amount
    return amount.quantize(CENT, rounding)


def missing_unit_amount(amount: Decimal, quantity: Decimal, rounding: str) -> Decimal:
    """The unit price of a line that gave only quantity and line amount."""
    return (amount / quantity).quantize(Decimal("0.0001"), rounding)


def tax_amount(amount: Decimal, rate: Decimal, line_amount_types: str, rounding: str) -> Decimal:
    """Tax on one line in whole pennies; `rate` is a percentage. Xero rounds here, not on the sum."""
    if not rate or line_amount_types == "NoTax":
        return ZERO
    if line_amount_types == "Inclusive":
        return (amount * rate / (HUNDRED + rate)).quantize(CENT, rounding)
    return (amount * rate / HUNDRED).quantize(CENT, rounding)


def totals(lines: Iterable[tuple[Decimal, Decimal]], line_amount_types: str) -> Totals:
    """Totals of `(line amount, tax amount)` pairs."""
    amounts = taxes = ZERO
    for amount, tax in lines:
        amounts += amount
        taxes += tax
    if line_amount_types == "Inclusive":
        return Totals(amounts - taxes, taxes, amounts)
    return Totals(amounts, taxes, amounts + taxes)


def net_amount(amount: Decimal, tax: Decimal, line_amount_types: str) -> Decimal:
    """What a line posts to its account."""
    return amount - tax if line_amount_types == "Inclusive" else amount
