"""What of an order can come back: its lines at what the customer paid for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.core.money import Money
from integrations.models import Order
from mapping.core.lines import Line
from mapping.core.problems import TransformError
from mapping.core.transforms.lines import add_line, order_lines, spread_over_lines


@dataclass(frozen=True, slots=True)
class Returnable:
    """One line: `number` counts from 1, `price` is what was paid for all of it, discounts taken off."""

    number: int
    name: str
    sku: str
    quantity: Decimal
    price: Money

    def cost(self, quantity: Decimal) -> Money:
        """What so many of it cost, rounded to the currency's smallest unit."""
        if quantity >= self.quantity:
            return self.price
        return Money.rounded(self.price.to_decimal() * quantity / self.quantity, self.price.currency)


def returnable_lines(order: Order) -> list[Returnable]:
    """Lines and delivery of the order; none where they cannot be read, so that only an amount can be given back."""
    try:
        lines = _sold(order)
    except TransformError:
        return []
    return [
        Returnable(
            number,
            str(line["description"]),
            str(line["sku"]),
            line["quantity"] or Decimal(1),
            Money.rounded(line["gross"], order.currency),
        )
        for number, line in enumerate(lines, 1)
    ]


def _sold(order: Order) -> list[Line]:
    document = order.document
    includes_tax = bool(document.get("prices_include_tax", True))
    lines: list[Line] = order_lines(document.get("lines"), currency=order.currency, includes_tax=includes_tax)
    lines = add_line(lines, line=document.get("delivery"), currency=order.currency, includes_tax=includes_tax)
    discount = document.get("discount")
    if isinstance(discount, Mapping):
        lines = spread_over_lines(lines, amount=discount.get("total"))
    return lines
