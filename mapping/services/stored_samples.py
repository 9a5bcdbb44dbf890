"""Stored records to try a mapping on: the newest of each kind that matters to the books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q, QuerySet

from integrations.models import Order, Pair, Payment
from mapping.core.document import MappingDocument
from mapping.services.records import order_total, payment_amount

_LOOKED_THROUGH: Final = 200
"""Newest orders whose lines are looked at for several VAT rates and discounts."""
_FOUND: Final = 20
"""Records a search shows."""
_OF_PAYMENTS: Final = frozenset({"payment", "opayo:transaction", "opayo:server_notification"})


@dataclass(frozen=True, slots=True)
class StoredSample:
    """One record to choose: `kind` is a word for programs, `title` and `description` are for people."""

    id: str
    title: str
    kind: str
    description: str


def stored_samples(pair: Pair, document: MappingDocument | None, search: str = "") -> list[StoredSample]:
    """Records the mapping can be tried on, one for each kind there is; with `search` those whose number holds it.

    A mapping of payments is offered payments, every other one orders.
    """
    if document is not None and document.source in _OF_PAYMENTS:
        return _found_payments(pair, search) if search else list(_payments(pair))
    return _found_orders(pair, search) if search else list(_orders(pair))


def _found_orders(pair: Pair, search: str) -> list[StoredSample]:
    rows = Order.objects.filter(pair=pair, number__icontains=search).order_by("-placed_at", "-pk")
    return [_order_sample(order, "found", order.get_state_display()) for order in rows[:_FOUND]]


def _found_payments(pair: Pair, search: str) -> list[StoredSample]:
    about = Q(vendor_tx_code__icontains=search) | Q(order__number__icontains=search)
    rows = Payment.objects.filter(about, pair=pair).select_related("order", "pair").order_by("-pk")
    return [_payment_sample(payment, "found", payment.get_state_display()) for payment in rows[:_FOUND]]


def _orders(pair: Pair) -> Iterator[StoredSample]:
    orders = Order.objects.filter(pair=pair).exclude(state=Order.State.INVALID).order_by("-placed_at", "-pk")
    newest = list(orders[:_LOOKED_THROUGH])
    seen: set[int] = set()
    for kind, title, found in _order_kinds(pair, orders, newest):
        order = next((order for order in found if order.pk not in seen), None)
        if order is not None:
            seen.add(order.pk)
            yield _order_sample(order, kind, title)


def _order_kinds(
    pair: Pair, orders: QuerySet[Order], newest: list[Order]
) -> Iterator[tuple[str, str, Iterable[Order]]]:
    """Rare kinds first, so that an order stands for what is special about it; the plain sale comes last."""
    currencies = orders.exclude(currency=pair.base_currency).order_by().values_list("currency", flat=True)
    for currency in sorted(set(currencies.distinct())):
        yield "currency", f"In {currency}", orders.filter(currency=currency)[:_FOUND]
    amex = orders.filter(payments__card_type__in=["AMEX", "AMERICANEXPRESS"]).distinct()
    yield "amex", "Paid by American Express", amex[:_FOUND]
    yield "refund", "Refunded", orders.filter(payments__tx_type="REFUND").distinct()[:_FOUND]
    for state, title in _ORDER_STATES:
        yield str(state), title, orders.filter(state=state)[:_FOUND]
    yield "several_vat", "Several VAT rates", (order for order in newest if len(_rates(order.document)) > 1)
    yield "discount", "With a discount", (order for order in newest if _is_discounted(order.document))
    yield "sale", "Sale", (order for order in newest if order.state == Order.State.PAID)


_ORDER_STATES: Final = (
    (Order.State.PART_PAID, "Part paid"),
    (Order.State.OVERPAID, "Paid too much"),
    (Order.State.FAILED, "Payment declined"),
    (Order.State.OPEN, "Not paid yet"),
    (Order.State.CANCELLED, "Cancelled"),
)


def _payments(pair: Pair) -> Iterator[StoredSample]:
    payments = Payment.objects.filter(pair=pair).select_related("order", "pair").order_by("-pk")
    captured = payments.filter(state=Payment.State.CAPTURED)
    foreign = captured.exclude(currency=pair.base_currency)
    seen: set[int] = set()
    for kind, title, found in (
        *(
            ("currency", f"In {currency}", foreign.filter(currency=currency))
            for currency in sorted(set(foreign.order_by().values_list("currency", flat=True).distinct()))
        ),
        ("amex", "By American Express", captured.filter(card_type__in=["AMEX", "AMERICANEXPRESS"])),
        ("part_paid", "Part of an order", captured.filter(order__state=Order.State.PART_PAID)),
        ("refund", "Refund", payments.filter(tx_type="REFUND")),
        ("failed", "Declined", payments.filter(state=Payment.State.FAILED)),
        ("sale", "Payment", captured),
    ):
        payment = found.exclude(pk__in=seen).first()
        if payment is not None:
            seen.add(payment.pk)
            yield _payment_sample(payment, kind, title)


def _order_sample(order: Order, kind: str, title: str) -> StoredSample:
    lines = order.document.get("lines") or []
    count = f"{len(lines)} line{'' if len(lines) == 1 else 's'}"
    total = order_total(order)
    description = f"{total.to_decimal():,} {total.currency}, {count}, {_day(order.placed_at)}"
    return StoredSample(f"order:{order.pk}", f"{title}: {order.number}", kind, description)


def _payment_sample(payment: Payment, kind: str, title: str) -> StoredSample:
    amount = payment_amount(payment)
    card = f", {payment.card_type}" if payment.card_type else ""
    day = _day(payment.taken_at or payment.created_at)
    description = f"{amount.to_decimal():,} {amount.currency}{card}, {day}"
    return StoredSample(f"payment:{payment.pk}", f"{title}: {payment.vendor_tx_code}", kind, description)


def _day(at: Any) -> str:
    return f"{at.day} {at:%b %Y}"


def _rates(document: Mapping[str, Any]) -> set[str]:
    parts = [*(document.get("lines") or []), document.get("delivery") or {}]
    return {f"{part.get('tax_rate')}{part.get('tax_code') or ''}" for part in parts if part}


def _is_discounted(document: Mapping[str, Any]) -> bool:
    parts = [
        document.get("discount") or {},
        *({"total": line.get("discount")} for line in document.get("lines") or []),
    ]
    return any(str(part.get("total") or "0").strip("0.") for part in parts)
