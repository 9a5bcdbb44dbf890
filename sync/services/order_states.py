"""An order's own state, from its payments."""

from __future__ import annotations

from datetime import timedelta

from integrations.core.failures import ConfigurationFailure
from integrations.core.money import Money
from integrations.models import Order, Pair, Payment
from integrations.rates import ORIGIN, rate_of_day
from sync.core.conversion import Conversion
from sync.services.batch import Batch

_BY_US = {"REPEAT"}
"""A saved card that was declined is no attempt of the customer: the invoice stays due."""
_ENDED = {Payment.State.FAILED, Payment.State.REVERSED}


def settle_orders(batch: Batch) -> None:
    """Bring the changed orders' states, captured sums and conversions up to date, in memory."""
    for number in batch.changed_orders:
        order = batch.orders.get(number)
        if order is not None:
            _convert(order, batch.pair)
            _settle(order, batch.payments_of(order), batch)


def _convert(order: Order, pair: Pair) -> None:
    """Row 18: a currency the books do not keep is converted, once, at the rate of the order's day."""
    kept = {pair.base_currency, *pair.currencies_kept}
    if (order.currency in kept and not order.conversion) or order.problems:
        return
    try:
        conversion = _conversion(order, pair)
    except ConfigurationFailure as failure:
        order.problems = [f"{failure.message} {failure.fix}"]
        order.state = Order.State.INVALID
        return
    total = conversion.convert(Money(order.total_minor, order.currency))
    order.conversion = {**conversion.as_json(), "total_minor": total.minor}


def _conversion(order: Order, pair: Pair) -> Conversion:
    """The one the order has: its rate stays, whatever else is told of the order; else that of its day."""
    if order.conversion and order.conversion["source"] == order.currency:
        return Conversion.from_json(order.conversion)
    on = order.placed_at.date()
    rate = rate_of_day(order.currency, pair.base_currency, on)
    return Conversion(order.currency, pair.base_currency, rate, on, ORIGIN)


def _settle(order: Order, payments: list[Payment], batch: Batch) -> None:
    order.captured_minor = sum(
        payment.amount_minor or 0
        for payment in payments
        if payment.state == Payment.State.CAPTURED and payment.currency == order.currency
    )
    if order.state == Order.State.INVALID:
        return
    if order.captured_minor and not _is_given_up(order, batch):
        order.close_unpaid_at = None
        order.state = _paid(order)
    elif _closes_voided(payments, batch.pair):
        order.close_unpaid_at, order.state = None, Order.State.CANCELLED
    elif order.state != Order.State.CANCELLED:
        attempts = [payment for payment in payments if payment.tx_type not in _BY_US]
        failed = bool(attempts) and all(payment.state in _ENDED for payment in attempts)
        order.state = Order.State.FAILED if failed else Order.State.OPEN
        grace = timedelta(hours=batch.pair.failed_grace_hours)
        has_ended = failed or bool(order.captured_minor)
        order.close_unpaid_at = (order.close_unpaid_at or batch.now + grace) if has_ended else None


def _closes_voided(payments: list[Payment], pair: Pair) -> bool:
    """Whether a void ended the last attempt, and the pair wants its invoice closed without a grace."""
    ended = bool(payments) and all(payment.state in _ENDED for payment in payments)
    voided = any(
        payment.state == Payment.State.REVERSED and payment.status.upper() != "ABORT" for payment in payments
    )
    return ended and voided and pair.invoice_of_void == Pair.InvoiceOfVoid.CLOSED


def _is_given_up(order: Order, batch: Batch) -> bool:
    """Whether all that came of a part-paid order went back: it is unpaid again, and its grace begins."""
    if order.captured_minor >= order.total_minor:
        return False
    gone = sum(
        refund.amount_minor
        for refund in batch.refunds_of(order)
        if not refund.is_voided
        and refund.currency == order.currency
        and refund.payment
        and refund.payment.state == Payment.State.CAPTURED
    )
    return gone >= order.captured_minor


def _paid(order: Order) -> Order.State:
    if order.captured_minor == order.total_minor:
        return Order.State.PAID
    part = order.captured_minor < order.total_minor
    return Order.State.PART_PAID if part else Order.State.OVERPAID
