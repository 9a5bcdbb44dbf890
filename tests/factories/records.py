"""Customers, orders and payments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django.utils import timezone
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.faker import Faker

from integrations.models import Customer, Order, Payment
from tests.factories.base import Maker
from tests.factories.connections import ShopConnectionFactory
from tests.factories.pairs import PairFactory


class CustomerRows(DjangoModelFactory[Customer]):
    """A customer of a shop."""

    class Meta:
        model = Customer

    pair = SubFactory(PairFactory)
    contact_number = Sequence(lambda n: f"C-{n}")
    email = Sequence(lambda n: f"customer{n}@example.com")
    name = Sequence(lambda n: f"Ada Moss {n}")
    details = LazyAttribute(
        lambda customer: {
            "id": customer.contact_number,
            "email": customer.email,
            "first_name": "Ada",
            "last_name": "Moss",
        }
    )


class OrderRows(DjangoModelFactory[Order]):
    """An open order of one teapot for the total, 20% VAT included."""

    class Meta:
        model = Order

    pair = SubFactory(PairFactory)
    connection = SubFactory(ShopConnectionFactory, pair=SelfAttribute("..pair"))
    customer = SubFactory(CustomerRows, pair=SelfAttribute("..pair"))
    number = Sequence(lambda n: f"HF-{10_000 + n}")
    currency = "GBP"
    total_minor = 2400
    placed_at = LazyFunction(timezone.now)
    document = LazyAttribute(lambda order: order_document(order))


class PaymentRows(DjangoModelFactory[Payment]):
    """A captured payment of the whole order."""

    class Meta:
        model = Payment

    pair = SubFactory(PairFactory)
    order = SubFactory(OrderRows, pair=SelfAttribute("..pair"))
    vendor_tx_code = Sequence(lambda n: f"HF-{10_000 + n}-1")
    vps_tx_id = Faker("uuid4", cast_to=lambda guid: str(guid).upper())
    channel = Payment.Channel.SHOP
    state = Payment.State.CAPTURED
    status = "OK"
    amount_minor = 2400
    currency = "GBP"
    taken_at = LazyFunction(timezone.now)
    card_type = "VISA"
    last_four = "0006"


CustomerFactory: Maker[Customer] = cast("Maker[Customer]", CustomerRows)
OrderFactory: Maker[Order] = cast("Maker[Order]", OrderRows)
PaymentFactory: Maker[Payment] = cast("Maker[Payment]", PaymentRows)


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
