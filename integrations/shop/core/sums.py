"""Does an order add up? Every amount that is no amount, every line and total that does not fit, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from integrations.core.currencies import EXPONENTS

# Fifteen digits before the point, so that every amount fits a 64-bit number of minor units.
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,12})?")
_ZERO: Final = Decimal(0)
_UNITS: Final = {code: Decimal(1).scaleb(-decimals) for code, decimals in EXPONENTS.items()}


def read_number(written: Any) -> Decimal | None:
    """A plain decimal ("2", "6.45"); None for anything else, also for exponents and NaN."""
    if isinstance(written, str) and _NUMBER.fullmatch(written):
        return Decimal(written)
    return None


def read_amount(written: Any, currency: str) -> Decimal | None:
    """An amount with no more decimals than its currency has; None for anything else."""
    number, unit = read_number(written), _UNITS.get(currency)
    if number is None or unit is None:
        return None
    amount = number.quantize(unit, ROUND_HALF_UP)
    return amount if amount == number else None


def check_sums(order: Mapping[str, Any], currency: str, total: Decimal) -> tuple[Decimal, list[str]]:
    """The VAT of an order, and what does not add up in it; `currency` is one we know."""
    sums = _Sums(currency, inclusive=order.get("prices_include_tax") is not False)
    sums.add_lines(order.get("lines"))
    delivery, discount = order.get("delivery"), order.get("discount")
    if isinstance(delivery, dict):
        sums.add_taxed("The delivery", delivery)
    if isinstance(discount, dict):
        sums.total -= sums.amount("The discount of the order", discount, "total", or_zero=False)
    if total < 0:
        sums.problems.append(f"The order's total is negative: {total} {currency}.")
    if not sums.has_unreadable and sums.total != total:
        sums.problems.append(
            f"Lines, delivery and discount add up to {sums.total} {currency}, but the order's total is "
            f"{total} {currency}: a difference of {abs(sums.total - total)}."
        )
    return sums.tax, sums.problems


class _Sums:
    """Running totals over an order, and what was found wrong on the way."""

    def __init__(self, currency: str, *, inclusive: bool) -> None:
        self.currency = currency
        self.inclusive = inclusive
        self.unit = _UNITS[currency]
        self.total = self.tax = _ZERO.quantize(self.unit)
        self.problems: list[str] = []
        self.has_unreadable = False

    def add_lines(self, lines: Any) -> None:
        if not isinstance(lines, list) or not lines:
            self.problems.append("The order has no lines.")
            return
        for place, line in enumerate(lines, 1):
            if isinstance(line, dict):
                self._add_line(f"Line {place}", line)
            else:
                self.has_unreadable = True
                self.problems.append(f"Line {place} is not an object.")

    def add_taxed(self, label: str, part: Mapping[str, Any]) -> Decimal:
        """Add `total` and `tax` of a line or of the delivery; gives back its total."""
        total = self.amount(label, part, "total", or_zero=False)
        tax = self.amount(label, part, "tax", or_zero=True)
        self.tax += tax
        self.total += total if self.inclusive else total + tax
        return total

    def amount(self, label: str, part: Mapping[str, Any], name: str, *, or_zero: bool) -> Decimal:
        written = part.get(name)
        if written is None and or_zero:
            return _ZERO
        amount = read_amount(written, self.currency)
        if amount is None:
            self.has_unreadable = True
            told = "nothing" if written is None else repr(str(written)[:40])
            self.problems.append(f"{label}: {name} says {told}, which is not an amount of {self.currency}.")
            return _ZERO
        return amount

    def _add_line(self, label: str, line: Mapping[str, Any]) -> None:
        total = self.add_taxed(label, line)
        quantity, price = read_number(line.get("quantity")), read_number(line.get("unit_price"))
        if quantity is None or price is None:
            self.problems.append(f"{label}: quantity and unit_price must be numbers such as 2 and 6.45.")
            return
        discount = self.amount(label, line, "discount", or_zero=True)
        expected = (quantity * price - discount).quantize(self.unit, ROUND_HALF_UP)
        if expected != total and not self.has_unreadable:
            self.problems.append(
                f"{label}: {quantity} × {price} less {discount} is {expected} {self.currency}, "
                f"but the line's total is {total} {self.currency}."
            )
