"""An order's lines as the shop told them; amounts are the shop's own decimal strings (docs/shop-webhooks.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.core.money import InexactAmountError, Money
from integrations.models import Order


@dataclass(frozen=True, slots=True)
class Line:
    """One line; amounts in minor units of the order's currency, None where the shop's figure is no amount."""

    name: str
    sku: str
    quantity: str
    unit_minor: int | None
    tax_rate: str
    tax_minor: int | None
    total_minor: int | None


@dataclass(frozen=True, slots=True)
class Lines:
    """What was sold, and the sums under it."""

    rows: tuple[Line, ...]
    delivery: Line | None
    discount_minor: int | None
    discount_code: str
    prices_include_tax: bool


def lines_of(order: Order) -> Lines:
    """The lines of an order; whatever cannot be read is left out rather than guessed."""
    document = order.document
    delivery = document.get("delivery")
    discount = document.get("discount") or {}
    return Lines(
        rows=tuple(
            _line(line, order.currency) for line in document.get("lines", ()) if isinstance(line, dict)
        ),
        delivery=_line(delivery, order.currency) if isinstance(delivery, dict) else None,
        discount_minor=_minor(discount.get("total"), order.currency),
        discount_code=str(discount.get("code", "")),
        prices_include_tax=bool(document.get("prices_include_tax", True)),
    )


def _line(line: Mapping[str, Any], currency: str) -> Line:
    return Line(
        name=str(line.get("name", "")),
        sku=str(line.get("sku", "")),
        quantity=str(line.get("quantity", "")),
        unit_minor=_minor(line.get("unit_price"), currency),
        tax_rate=str(line.get("tax_rate", "")),
        tax_minor=_minor(line.get("tax"), currency),
        total_minor=_minor(line.get("total"), currency),
    )


def _minor(amount: object, currency: str) -> int | None:
    if not isinstance(amount, str | int | Decimal) or isinstance(amount, bool):
        return None
    try:
        return Money.from_decimal(amount, currency).minor
    except InexactAmountError:
        return None
