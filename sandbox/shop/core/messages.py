"""The messages the shop sends about an order, as docs/shop-webhooks.md describes them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.shop.core.orders import Basket, Customer, Delivery, Line, tax_of

Message = dict[str, Any]


def amount_text(amount: Decimal) -> str:
    """Two decimals, always."""
    return format(amount, ".2f")


def order_body(
    number: str, placed_at: datetime, customer: Customer, basket: Basket, note: str = ""
) -> Message:
    """The `order` object: everything but how it is paid. `placed_at` in UTC."""
    inclusive = basket.prices_include_tax
    body: Message = {
        "number": number,
        "placed_at": placed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "currency": basket.currency,
        "prices_include_tax": inclusive,
        "customer": _customer(customer),
        "lines": [_line(line, inclusive=inclusive) for line in basket.lines],
        "total": amount_text(basket.total),
        "note": note,
    }
    if basket.delivery is not None:
        body["delivery"] = _delivery(basket.delivery, inclusive=inclusive)
    if basket.discount:
        body["discount"] = {"code": basket.discount_code, "total": amount_text(basket.discount)}
    return body


def _customer(customer: Customer) -> Message:
    address = asdict(customer.address)
    return {
        "id": customer.id,
        "email": customer.email,
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "company": customer.company,
        "phone": customer.phone,
        "billing_address": address,
        "shipping_address": dict(address),
    }


def _line(line: Line, *, inclusive: bool) -> Message:
    body = {
        "sku": line.sku,
        "name": line.name,
        "category": line.category,
        "quantity": format(line.quantity.normalize(), "f"),
        "unit_price": amount_text(line.unit_price),
        "discount": amount_text(line.discount),
        "tax_rate": format(line.tax_rate, "f"),
        "tax": amount_text(tax_of(line.total, line.tax_rate, inclusive=inclusive)),
        "total": amount_text(line.total),
    }
    return {**body, "tax_code": line.tax_code} if line.tax_code else body


def _delivery(delivery: Delivery, *, inclusive: bool) -> Message:
    return {
        "name": delivery.name,
        "tax_rate": format(delivery.tax_rate, "f"),
        "tax": amount_text(tax_of(delivery.total, delivery.tax_rate, inclusive=inclusive)),
        "total": amount_text(delivery.total),
    }


def order_created(shop: str, order: Message, **how_paid: Message) -> Message:
    """A new order; `how_paid` is `payment` or `checkout`, or neither."""
    return {"type": "order.created", "shop": shop, "order": {**order, **how_paid}}


def order_cancelled(shop: str, number: str) -> Message:
    """The shop gave the order up."""
    return {"type": "order.cancelled", "shop": shop, "order": {"number": number}}


def payment_started(shop: str, number: str, payment: Message) -> Message:
    """Another attempt to pay, with a code of its own."""
    return {"type": "payment.started", "shop": shop, "order": {"number": number, "payment": payment}}
