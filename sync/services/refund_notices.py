"""Telling a shop what became of a refund it asked for, where the books do not tell it (docs/shop-webhooks.md).

A refund that was made is confirmed with its credit note. What is told here: that it was refused, and why; and that the sale
was voided instead, which leaves no refund.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from integrations.bulk import insert_missing
from integrations.clock import business_now
from integrations.core.money import Money
from integrations.instructions.requests import connection_of_request, request_key_of_shop, shop_refund_id
from integrations.models import Instruction, Order, Pair
from integrations.shop.core.refunds import RefundRequest
from sync.models import Notice

_TYPES = (Notice.Type.REFUND_REFUSED, Notice.Type.REFUND_CONFIRMED)


def tell_shops(pair_id: int) -> int:
    """Notices for refunds of shops that were refused or became voids, once each; returns how many are new."""
    ended = Q(state=Instruction.State.REFUSED) | Q(state=Instruction.State.DONE, kind=Instruction.Kind.VOID)
    told = Notice.objects.filter(
        pair=OuterRef("pair"),
        channel=Notice.Channel.SHOP,
        type__in=_TYPES,
        natural_key=OuterRef("request_key"),
    )
    rows = Instruction.objects.filter(
        ended, ~Exists(told), pair_id=pair_id, via=Instruction.Via.SHOP
    ).select_related("pair", "payment", "payment__order")
    return _write(_notice(row) for row in rows)


def _notice(row: Instruction) -> Notice:
    refused = row.state == Instruction.State.REFUSED
    amount = Money(row.amount_minor or 0, row.currency)
    order = row.payment.order
    content = {
        "order_number": order.number if order else row.payment.order_number,
        "refund_id": shop_refund_id(row),
        "vendor_tx_code": "" if refused else row.vendor_tx_code,
        "amount": {"amount": str(amount.to_decimal()), "currency": amount.currency},
        **({"reason": row.error} if refused else {}),
        "occurred_at": (row.ended_at or business_now()).isoformat(),
    }
    kind = Notice.Type.REFUND_REFUSED if refused else Notice.Type.REFUND_CONFIRMED
    return _made(row.pair, connection_of_request(row), order, kind, row.request_key, content)


def tell_refusal_without_payment(
    pair: Pair, connection_id: int | None, order: Order, request: RefundRequest, why: str
) -> None:
    """The notice for a refund of an order that nobody has paid."""
    content = {
        "order_number": order.number,
        "refund_id": request.id,
        "vendor_tx_code": "",
        "amount": {"amount": str(request.amount.to_decimal()), "currency": request.amount.currency},
        "reason": why,
        "occurred_at": business_now().isoformat(),
    }
    key = request_key_of_shop(connection_id, request.id)
    _write([_made(pair, connection_id, order, Notice.Type.REFUND_REFUSED, key, content)])


def _made(
    pair: Pair,
    connection_id: int | None,
    order: Order | None,
    kind: Notice.Type,
    key: str,
    content: dict[str, Any],
) -> Notice:
    public_id = f"ntc_{uuid.uuid4().hex}"
    return Notice(
        public_id=public_id,
        pair=pair,
        connection_id=connection_id,
        channel=Notice.Channel.SHOP,
        type=kind,
        natural_key=key,
        order=order,
        content={"id": public_id, "type": str(kind), **content},
    )


def _write(notices: Iterable[Notice]) -> int:
    rows = list(notices)
    insert_missing(rows)
    return len(rows)
