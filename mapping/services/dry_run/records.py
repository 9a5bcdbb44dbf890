"""Which stored records a dry run compares, and how they are read: in shares, as the mappings see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from integrations.models import Customer, Order, Pair, Payment
from mapping.core.difference.judging import Record, Task
from mapping.services.records import (
    contact_source,
    invoice_context,
    invoice_status,
    order_total,
    payment_amount,
    payment_source,
)

Bounds = tuple[datetime, datetime]
"""From the first moment until before the second."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record: what it is called, what a blueprint is asked to make of it, and how it is read."""

    name: str
    one: str
    many: str
    task: Task
    within: Callable[[Pair, Bounds], QuerySet[Any]]
    read: Callable[[Pair, QuerySet[Any]], list[Record]]

    def records(self, pair: Pair, bounds: Bounds, first_id: int, last_id: int) -> QuerySet[Any]:
        """Those of the period whose ids lie between the two, both included."""
        return self.within(pair, bounds).filter(pk__gte=first_id, pk__lte=last_id)


_ORDER_FIELDS: Final = ("number", "currency", "total_minor", "captured_minor", "conversion", "document")


def _orders_within(pair: Pair, bounds: Bounds) -> QuerySet[Order]:
    """Orders that do not add up are never mapped."""
    start, end = bounds
    return Order.objects.filter(pair=pair, placed_at__gte=start, placed_at__lt=end).exclude(
        state=Order.State.INVALID
    )


def _customers_within(pair: Pair, bounds: Bounds) -> QuerySet[Customer]:
    """Customers with an order in the period."""
    orders = _orders_within(pair, bounds).filter(customer=OuterRef("pk"))
    return Customer.objects.filter(Exists(orders), pair=pair)


def _payments_within(pair: Pair, bounds: Bounds) -> QuerySet[Payment]:
    """Captured payments of known orders: the others are not posted."""
    start, end = bounds
    taken = Q(taken_at__gte=start, taken_at__lt=end)
    untimed = Q(taken_at__isnull=True, created_at__gte=start, created_at__lt=end)
    return Payment.objects.filter(
        taken | untimed, pair=pair, state=Payment.State.CAPTURED, order__isnull=False
    )


def _read_orders(pair: Pair, rows: QuerySet[Order]) -> list[Record]:
    orders = list(rows.order_by("pk").only(*_ORDER_FIELDS))
    codes = _codes([order.pk for order in orders])
    return [invoice_record(pair, order, codes.get(order.pk, "")) for order in orders]


def _codes(order_ids: Sequence[int]) -> dict[int, str]:
    """The vendorTxCode by which each order is paid: the first that was captured, else the first."""
    captured_first = Case(
        When(state=Payment.State.CAPTURED, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    payments = Payment.objects.filter(order_id__in=order_ids).order_by("order_id", captured_first, "pk")
    return dict(payments.distinct("order_id").values_list("order_id", "vendor_tx_code"))


def invoice_record(pair: Pair, order: Order, vendor_tx_code: str) -> Record:
    """An order as the invoice mapping sees it."""
    status = invoice_status(order)
    context = invoice_context(pair, order, number=order.number, status=status, vendor_tx_code=vendor_tx_code)
    return Record(order.pk, order.number, order.document, context, order_total(order).currency)


def contact_record(customer: Customer) -> Record:
    """A customer as the contact mapping sees it."""
    return Record(customer.pk, customer.name, contact_source(customer))


def payment_record(pair: Pair, payment: Payment) -> Record:
    """A captured payment as the payment mapping sees it, in the currency of the books."""
    payment.pair = pair
    amount = payment_amount(payment)
    source = payment_source(payment, amount, payment.taken_at or payment.created_at)
    return Record(payment.pk, payment.vendor_tx_code, source, {}, amount.currency)


def _read_customers(_pair: Pair, rows: QuerySet[Customer]) -> list[Record]:
    return [
        contact_record(customer) for customer in rows.order_by("pk").only("contact_number", "name", "details")
    ]


def _read_payments(pair: Pair, rows: QuerySet[Payment]) -> list[Record]:
    payments = rows.order_by("pk").select_related("order").defer("order__document", "security_key", "checks")
    return [payment_record(pair, payment) for payment in payments]


KINDS: Final[Mapping[str, RecordKind]] = {
    kind.name: kind
    for kind in (
        RecordKind(
            "invoice",
            "invoice",
            "invoices",
            Task("order_received", "invoice"),
            _orders_within,
            _read_orders,
        ),
        RecordKind(
            "payment",
            "payment",
            "payments",
            Task("payment_received", "payment"),
            _payments_within,
            _read_payments,
        ),
        RecordKind(
            "contact",
            "contact",
            "contacts",
            Task("order_received", "contact", is_judged=False),
            _customers_within,
            _read_customers,
        ),
    )
}
