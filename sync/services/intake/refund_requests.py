"""Refunds that the shop asks for: written down as instructions, or refused with the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction

from integrations.instructions.asking import Ask, NotAllowedError, ask, keep_refusal
from integrations.instructions.requests import request_key_of_shop
from integrations.instructions.selectors import payment_to_refund
from integrations.models import Event, Instruction, Order, Payment
from integrations.shop.core.refunds import RefundRequest
from sync.services.batch import Batch
from sync.services.intake.outcomes import Done, Outcome, Wait
from sync.services.leases import wake
from sync.services.refund_notices import tell_refusal_without_payment, tell_shops

_UNDECIDED: Final = (Payment.State.REGISTERED, Payment.State.WAITING)
_PATIENCE: Final = timedelta(minutes=10)


def ask_refund(batch: Batch, event: Event, order: Order, request: RefundRequest) -> Outcome:
    """Ask once for each refund id of the shop; waits a little for a payment whose outcome is not stored yet."""
    batch.order_of_event[event.pk] = order.number
    if order._state.adding:
        return Wait(0.1, f"waiting for order {order.number} to be stored")
    payment = payment_to_refund(order, request.amount)
    if payment is None:
        return _without_payment(batch, event, order, request)
    asked = Ask(
        via=Instruction.Via.SHOP,
        request_key=request_key_of_shop(event.connection_id, request.id),
        reason=request.reason,
        lines=request.lines,
    )
    return _ask(batch, payment, request, asked)


def _ask(batch: Batch, payment: Payment, request: RefundRequest, asked: Ask) -> Outcome:
    try:
        ask(payment, "refund", request.amount, asked)
    except NotAllowedError as refusal:
        keep_refusal(payment, request.amount, asked, str(refusal))
        tell_shops(batch.pair.pk)
        _wake_notices(batch.pair.pk)
        return Done(note=f"Refused: {refusal}")
    return Done()


def _without_payment(batch: Batch, event: Event, order: Order, request: RefundRequest) -> Outcome:
    undecided = any(row.state in _UNDECIDED for row in order.payments.all())
    arrives = any(
        row.order is order and row.state == Payment.State.CAPTURED for row in batch.payments.values()
    )
    if arrives or (undecided and batch.now - event.received_at < _PATIENCE):
        return Wait(
            min(0.2 * 2.0 ** min(event.attempts, 9), 60.0), f"waiting for a payment of order {order.number}"
        )
    why = f"No money was taken for order {order.number}, so there is nothing to give back."
    tell_refusal_without_payment(batch.pair, event.connection_id, order, request, why)
    _wake_notices(batch.pair.pk)
    return Done(note=f"Refused: {why}")


def _wake_notices(pair_id: int) -> None:
    transaction.on_commit(lambda: wake("notify", pair_id))
