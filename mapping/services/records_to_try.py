"""Stored records that a flow can be tried on: the newest, or those whose number was searched for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from integrations.core.money import Money
from integrations.models import Order, Pair, Payment
from mapping.core.flows.document import Trigger
from mapping.services.preview import NoSampleError
from mapping.services.records import (
    invoice_context,
    invoice_status,
    payment_amount,
    payment_source,
)

MOST: Final = 8


@dataclass(frozen=True, slots=True)
class RecordToTry:
    """One stored record: `id` is kind and number of its row, such as "order:12"."""

    id: str
    title: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as a flow sees it: `source` is the record, `context` what its posting knows beside the pair's settings."""

    shown: RecordToTry
    source: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict)


def stored_record(pair: Pair, trigger: Trigger, record_id: str, now: datetime) -> StoredRecord:
    """The record to run a flow of that trigger on. Raises NoSampleError when the pair has none such."""
    kind, _, key = record_id.partition(":")
    read = _READERS.get((trigger, kind))
    found = read(pair, int(key), now) if read and key.isdecimal() and len(key) < 19 else None
    if found is None:
        raise NoSampleError("There is no such record for this flow: choose one of those beside this.")
    return found


def _order(pair: Pair, key: int, now: datetime) -> StoredRecord | None:
    order = Order.objects.select_related("customer").filter(pair=pair, pk=key).first()
    if order is None:
        return None
    # As when it is posted, its contact is known by the number that we know the shop's customer by.
    number = {"contact_number": order.customer.contact_number} if order.customer else {}
    source = {**order.document, "customer": {**(order.document.get("customer") or {}), **number}}
    payment = Payment.objects.filter(order=order, state=Payment.State.CAPTURED).first()
    code = payment.vendor_tx_code if payment else ""
    context = invoice_context(
        pair, order, number=order.number, status=invoice_status(order), vendor_tx_code=code
    )
    return StoredRecord(_shown_order(order), source, context)


def _payment(pair: Pair, key: int, now: datetime) -> StoredRecord | None:
    payment = Payment.objects.select_related("order", "pair").filter(pair=pair, pk=key).first()
    if payment is None:
        return None
    source = payment_source(payment, payment_amount(payment), payment.taken_at or now)
    return StoredRecord(_shown_payment(payment), source, {"vendor_tx_code": payment.vendor_tx_code})


def records_to_try(pair: Pair, trigger: Trigger, words: str) -> list[RecordToTry]:
    """The records of the kind the trigger brings; none for triggers whose records are not stored."""
    find = _FINDERS.get(trigger)
    return find(pair, words) if find else []


def _orders(pair: Pair, words: str) -> list[RecordToTry]:
    rows = Order.objects.filter(pair=pair).select_related("customer").defer("document")
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(customer__name__icontains=words))
    return [_shown_order(order) for order in rows.order_by("-pk")[:MOST]]


def _shown_order(order: Order) -> RecordToTry:
    name = order.customer.name if order.customer else "No customer"
    return RecordToTry(f"order:{order.pk}", order.number, _amount(order.total_minor, order.currency), name)


def _payments(pair: Pair, words: str) -> list[RecordToTry]:
    rows = Payment.objects.filter(pair=pair).select_related("order")
    if words:
        rows = rows.filter(Q(vendor_tx_code__icontains=words) | Q(order__number__icontains=words))
    return [_shown_payment(payment) for payment in rows.order_by("-pk")[:MOST]]


def _shown_payment(payment: Payment) -> RecordToTry:
    card = f"{payment.card_type or 'Card'} {payment.last_four}".strip()
    return RecordToTry(
        f"payment:{payment.pk}",
        payment.vendor_tx_code or f"Payment {payment.pk}",
        _amount(payment.amount_minor, payment.currency),
        f"{card}, {payment.get_state_display().lower()}",
    )


def _amount(minor: int | None, currency: str) -> str:
    if minor is None or not currency:
        return ""
    return f"{Money(minor, currency).to_decimal():,} {currency}"


_FINDERS: Final[dict[Trigger, Callable[[Pair, str], list[RecordToTry]]]] = {
    "order_received": _orders,
    "payment_received": _payments,
}
_READERS: Final[dict[tuple[Trigger, str], Callable[[Pair, int, datetime], StoredRecord | None]]] = {
    ("order_received", "order"): _order,
    ("payment_received", "payment"): _payment,
}
