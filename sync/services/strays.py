"""Payments and orders that do not know each other yet."""

from __future__ import annotations

import re
from datetime import timedelta

from django.db.models import F, Q

from integrations.models import Order, Pair, Payment
from sync.core.candidates import OpenOrder, Stray, likeliest
from sync.services.batch import Batch

_LOOK_BACK = timedelta(days=45)
_MOST_ORDERS = 2000


def tie_payments_to_orders(batch: Batch) -> None:
    """Tie payments without an order to orders, whichever of the two came first."""
    _find_waiting_payments(batch)
    orderless = [
        batch.payments[code] for code in sorted(batch.changed_payments) if batch.payments[code].order is None
    ]
    for payment in orderless:
        batch.wanted["orders"].update(_possible_numbers(batch.pair, payment))
    batch.fetch()
    for payment in orderless:
        _tie(batch, payment)


def _find_waiting_payments(batch: Batch) -> None:
    """Orders told for the first time may have been paid already."""
    new = {number for number in batch.changed_orders if batch.orders[number].pk is None}
    if not new:
        return
    waiting = Payment.objects.filter(
        Q(order_number__in=new) | Q(is_unmatched=True), pair=batch.pair, order=None
    )
    for payment in waiting.select_for_update(of=("self",), no_key=True).order_by("pk"):
        payment = batch.payments.setdefault(payment.vendor_tx_code, payment)
        if payment.order is None and new & set(_possible_numbers(batch.pair, payment)):
            batch.changed_payments.add(payment.vendor_tx_code)


def _possible_numbers(pair: Pair, payment: Payment) -> list[str]:
    """Order numbers the payment may be for, best first: as named, as its code says, as the pair's pattern reads."""
    found = re.match(pair.order_code_pattern, payment.vendor_tx_code)
    read = found.groupdict().get("order", "") if found else ""
    return [number for number in (payment.order_number, payment.vendor_tx_code, read) if number]


def _tie(batch: Batch, payment: Payment) -> None:
    order = next(
        (batch.orders[number] for number in _possible_numbers(batch.pair, payment) if number in batch.orders),
        _order_of_repeated(batch, payment),
    )
    if order is None:
        payment.is_unmatched = payment.state == Payment.State.CAPTURED
        return
    payment.order = order
    payment.is_unmatched = False
    payment.candidates = []
    batch.changed_orders.add(order.number)


def _order_of_repeated(batch: Batch, payment: Payment) -> Order | None:
    """A card charged again pays what is left due of the order it paid before."""
    earlier = batch.payment_called("", payment.related_vps_tx_id)
    order = earlier.order if earlier else None
    return order if order is not None and order.captured_minor < order.total_minor else None


def refresh_candidates(pair: Pair) -> int:
    """Work out the likeliest orders of the pair's unmatched payments; returns how many there are."""
    strays = list(Payment.objects.filter(pair=pair, is_unmatched=True))
    if not strays:
        return 0
    oldest = min(stray.taken_at or stray.created_at for stray in strays) - _LOOK_BACK
    orders = (
        Order.objects.filter(pair=pair, placed_at__gte=oldest)
        .exclude(state=Order.State.CANCELLED)
        .filter(captured_minor__lt=F("total_minor"))
        .select_related("customer")
        .order_by("-placed_at")[:_MOST_ORDERS]
    )
    choices = [
        OpenOrder(
            order.pk,
            order.number,
            order.total_minor,
            order.total_minor - order.captured_minor,
            order.currency,
            order.placed_at,
            order.customer.name if order.customer else "",
        )
        for order in orders
    ]
    for stray in strays:
        stray.candidates = _candidates(stray, choices)
    Payment.objects.bulk_update(strays, ["candidates"])
    return len(strays)


def _candidates(payment: Payment, choices: list[OpenOrder]) -> list[dict[str, object]]:
    stray = Stray(
        payment.vendor_tx_code,
        payment.amount_minor or 0,
        payment.currency,
        payment.taken_at or payment.created_at,
        str(payment.checks.get("surname", "")),
    )
    return [
        {"order": one.order_id, "number": one.number, "score": one.score, "reasons": list(one.reasons)}
        for one in likeliest(stray, choices)
    ]
