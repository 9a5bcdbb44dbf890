"""Writing down confirmations: what the shop and the customer are to be told."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from copy import copy
from typing import Any

from integrations.bulk import insert_missing
from integrations.core.money import Money
from integrations.models import Order, Pair, Payment
from sync.models import Notice
from sync.services.batch import Batch
from sync.services.notify_steps import NotifySteps

_TYPE_OF_END = {
    Payment.State.FAILED: Notice.Type.FAILED,
    Payment.State.REVERSED: Notice.Type.REVERSED,
}


def notices_of_payments(batch: Batch) -> int:
    """Notices for the payments that failed or were reversed in this batch."""
    ended = [batch.payments[code] for code in sorted(batch.ended_payments)]
    pairs = [
        (payment, payment.order, _TYPE_OF_END[Payment.State(payment.state)])
        for payment in ended
        if payment.order is not None
        and payment.state in _TYPE_OF_END
        and not _was_used(payment, payment.order)
    ]
    return write_notices(batch.pair, pairs, batch.now.isoformat())


def _was_used(payment: Payment, order: Order) -> bool:
    """An authenticated card that was charged ends as every one does: nothing has failed."""
    return payment.tx_type == "AUTHENTICATE" and order.captured_minor > 0


def write_notices(pair: Pair, ends: Iterable[tuple[Payment, Order, Notice.Type]], occurred_at: str) -> int:
    """What the notify steps of the pair's flow of payments say; a second notice of the same is not written."""
    ends = list(ends)
    if not ends:
        return 0
    steps = NotifySteps(pair)
    notices: list[Notice] = []
    for payment, order, kind in ends:
        notices += _notices(pair, payment, order, kind, occurred_at, steps)
    insert_missing(notices)
    return len(notices) + steps.write()


def _notices(
    pair: Pair, payment: Payment, order: Order, kind: Notice.Type, occurred_at: str, steps: NotifySteps
) -> list[Notice]:
    first = Notice(
        pair=pair,
        connection_id=order.connection_id,
        type=kind,
        natural_key=payment.vendor_tx_code,
        order=order,
        payment=payment,
        content=_content(payment, order, kind, occurred_at),
    )
    channels = steps.channels(order, payment, str(kind))
    told = [_addressed(first, Notice.Channel.SHOP, "")] if "shop" in channels else []
    email = order.customer.email if order.customer else ""
    if "customer" in channels and pair.emails_customers and email and kind != Notice.Type.REVERSED:
        told.append(_addressed(first, Notice.Channel.EMAIL, email))
    return told


def _addressed(notice: Notice, channel: Notice.Channel, recipient: str) -> Notice:
    """The notice for one channel, with an id of its own by which the receiver can tell a repeat."""
    one = copy(notice)
    one.public_id = f"ntc_{uuid.uuid4().hex}"
    one.channel, one.recipient = channel, recipient
    one.content = {"id": one.public_id, **notice.content}
    return one


def _content(payment: Payment, order: Order, kind: Notice.Type, occurred_at: str) -> dict[str, Any]:
    """The confirmation as docs/shop-webhooks.md describes it."""
    amount = Money(payment.amount_minor or 0, payment.currency or order.currency)
    return {
        "type": str(kind),
        "order_number": order.number,
        "vendor_tx_code": payment.vendor_tx_code,
        "amount": {"amount": str(amount.to_decimal()), "currency": amount.currency},
        "occurred_at": occurred_at,
    }
