"""Writing down confirmations: what the shop and the customer are to be told."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from copy import copy
from datetime import datetime
from typing import Any

from integrations.bulk import insert_missing
from integrations.core.money import Money
from integrations.instructions.requests import connection_of_request, shop_refund_id
from integrations.models import Instruction, Order, Pair, Payment, Refund
from mapping.services.flows_in_use import flows_in_use
from mapping.services.records import Credit, payment_source, refund_source
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
    steps = NotifySteps(pair, flows_in_use(pair.pk).payments)
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
    channels = steps.channels(order, payment, str(kind), lambda: _record(payment, order, steps.now))
    return _to(channels, first, order, by_email=kind != Notice.Type.REVERSED)


def _record(payment: Payment, order: Order, now: datetime) -> dict[str, Any]:
    amount = Money(payment.amount_minor or 0, payment.currency or order.currency)
    source = payment_source(payment, amount, payment.taken_at or now)
    return {**source, "order_number": order.number}


def write_refund_notices(pair: Pair, refunds: Iterable[Refund], occurred_at: str) -> int:
    """What the notify steps of the pair's flow of refunds say of refunds that are in Xero, once each."""
    given_back = [(refund, refund.order) for refund in refunds]
    if not given_back:
        return 0
    steps = NotifySteps(pair, flows_in_use(pair.pk).refunds)
    notices: list[Notice] = []
    for refund, order in given_back:
        if order is not None:
            notices += _refund_notices(pair, refund, order, occurred_at, steps)
    insert_missing(notices)
    return len(notices) + steps.write()


def _refund_notices(
    pair: Pair, refund: Refund, order: Order, occurred_at: str, steps: NotifySteps
) -> list[Notice]:
    kind, amount = Notice.Type.REFUND_CONFIRMED, Money(refund.amount_minor, refund.currency)
    asked = refund.instruction
    by_shop = asked is not None and asked.via == Instruction.Via.SHOP
    first = Notice(
        pair=pair,
        connection_id=(connection_of_request(asked) if asked and by_shop else None) or order.connection_id,
        type=kind,
        natural_key=refund.vendor_tx_code,
        order=order,
        payment=refund.payment,
        content={
            "type": str(kind),
            "order_number": order.number,
            "refund_id": shop_refund_id(asked) if asked else "",
            "vendor_tx_code": refund.vendor_tx_code,
            "amount": {"amount": str(amount.to_decimal()), "currency": amount.currency},
            "occurred_at": occurred_at,
        },
    )
    channels = steps.channels(
        order,
        refund.payment,
        str(kind),
        lambda: refund_source(refund, order, Credit(amount, refund.lines)),
        again=refund.vendor_tx_code,
    )
    return _to(channels, first, order, by_email=True)


def _to(channels: set[str], first: Notice, order: Order, *, by_email: bool) -> list[Notice]:
    told = [_addressed(first, Notice.Channel.SHOP, "")] if "shop" in channels else []
    email = order.customer.email if order.customer else ""
    if by_email and "customer" in channels and first.pair.emails_customers and email:
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
