"""Customers, orders and payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from integrations.models import Customer, Order, Payment
from tests.factories.connections import ShopConnectionFactory
from tests.factories.pairs import PairFactory


class CustomerFactory(DjangoModelFactory[Customer]):
    """A customer of a shop."""

    class Meta:
        model = Customer

    pair = factory.SubFactory(PairFactory)
    contact_number = factory.Sequence(lambda n: f"C-{n}")
    email = factory.Sequence(lambda n: f"customer{n}@example.com")
    name = factory.Sequence(lambda n: f"Ada Moss {n}")
    details = factory.LazyAttribute(
        lambda customer: {
            "id": customer.contact_number,
            "email": customer.email,
            "first_name": "Ada",
            "last_name": "Moss",
        }
    )


class OrderFactory(DjangoModelFactory[Order]):
    """An open order of one teapot for the total, 20% VAT included."""

    class Meta:
        model = Order

    pair = factory.SubFactory(PairFactory)
    connection = factory.SubFactory(ShopConnectionFactory, pair=factory.SelfAttribute("..pair"))
    customer = factory.SubFactory(CustomerFactory, pair=factory.SelfAttribute("..pair"))
    number = factory.Sequence(lambda n: f"HF-{10_000 + n}")
    currency = "GBP"
    total_minor = 2400
    placed_at = factory.LazyFunction(timezone.now)
    document = factory.LazyAttribute(lambda order: order_document(order))


class PaymentFactory(DjangoModelFactory[Payment]):
    """A captured payment of the whole order."""

    class Meta:
        model = Payment

    pair = factory.SubFactory(PairFactory)
    order = factory.SubFactory(OrderFactory, pair=factory.SelfAttribute("..pair"))
    vendor_tx_code = factory.Sequence(lambda n: f"HF-{10_000 + n}-1")
    vps_tx_id = factory.Faker("uuid4", cast_to=lambda guid: str(guid).upper())
    channel = Payment.Channel.SHOP
    state = Payment.State.CAPTURED
    status = "OK"
    amount_minor = 2400
    currency = "GBP"
    taken_at = factory.LazyFunction(timezone.now)
    card_type = "VISA"
    last_four = "0006"


def order_document(order: Any) -> dict[str, Any]:
    """The shop's words for an order of one line (docs/shop-webhooks.md)."""
    total = Decimal(order.total_minor) / 100
    tax = (total / 6).quantize(Decimal("0.01"))
    line = {
        "sku": "POT-1",
        "name": "Teapot",
        "category": "homeware",
        "quantity": "1",
        "unit_price": f"{total:.2f}",
        "discount": "0.00",
        "tax_rate": "20",
        "tax": f"{tax:.2f}",
        "total": f"{total:.2f}",
    }
    return {
        "number": order.number,
        "placed_at": order.placed_at.isoformat(),
        "currency": order.currency,
        "prices_include_tax": True,
        "customer": {"id": "C-77", "email": "ada@example.com", "first_name": "Ada", "last_name": "Moss"},
        "lines": [line],
        "total": f"{total:.2f}",
    }
