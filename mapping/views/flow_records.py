"""Stored records that a flow can be tried on: the newest, or those whose number was searched for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from integrations.core.money import Money
from integrations.models import Order, Pair, Payment
from mapping.core.flows.document import Trigger

MOST: Final = 8


@dataclass(frozen=True, slots=True)
class RecordToTry:
    """One stored record: `id` is kind and number of its row, such as "order:12"."""

    id: str
    title: str
    kind: str
    description: str


def records_to_try(pair: Pair, trigger: Trigger, words: str) -> list[RecordToTry]:
    """The records of the kind the trigger brings; none for triggers whose records are not stored."""
    find = _FINDERS.get(trigger)
    return find(pair, words) if find else []


def _orders(pair: Pair, words: str) -> list[RecordToTry]:
    rows = Order.objects.filter(pair=pair).select_related("customer").defer("document")
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(customer__name__icontains=words))
    return [
        RecordToTry(
            f"order:{order.pk}",
            order.number,
            _amount(order.total_minor, order.currency),
            order.customer.name if order.customer else "No customer",
        )
        for order in rows.order_by("-pk")[:MOST]
    ]


def _payments(pair: Pair, words: str) -> list[RecordToTry]:
    rows = Payment.objects.filter(pair=pair).select_related("order")
    if words:
        rows = rows.filter(Q(vendor_tx_code__icontains=words) | Q(order__number__icontains=words))
    return [
        RecordToTry(
            f"payment:{payment.pk}",
            payment.vendor_tx_code or f"Payment {payment.pk}",
            _amount(payment.amount_minor, payment.currency),
            f"{payment.card_type or 'Card'} {payment.last_four}, {payment.get_state_display().lower()}",
        )
        for payment in rows.order_by("-pk")[:MOST]
    ]


def _amount(minor: int | None, currency: str) -> str:
    if minor is None or not currency:
        return ""
    return f"{Money(minor, currency).to_decimal():,} {currency}"


_FINDERS: Final[dict[Trigger, Callable[[Pair, str], list[RecordToTry]]]] = {
    "order_received": _orders,
    "payment_received": _payments,
}
