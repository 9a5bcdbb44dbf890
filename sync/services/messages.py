"""Writing down what flows tell people: to a chat, or to an address of the staff."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from integrations.models import Connection, Order, Pair, Payment
from sync.models import Notice

_LONGEST_KEY: Final = 120


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a notify step about an order, or a payment of it.

    `channel`: "chat" or "email"; `to`: the name of the chat connection, or the address. `again` tells a later message
    of the same step about the same record from the first: the same one is sent once.
    """

    order: Order
    payment: Payment | None
    step: str
    channel: str
    to: str
    text: str
    again: str = ""


def write_messages(pair: Pair, told: Iterable[Told]) -> int:
    """One notice per message; returns how many there were. Within the caller's transaction."""
    messages = [message for message in told if message.channel in ("chat", "email")]
    if not messages:
        return 0
    chats = _chats(pair) if any(message.channel == "chat" for message in messages) else {}
    notices = [_notice(pair, message, chats) for message in messages]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


def adopt_messages(chat: Connection) -> int:
    """Messages written before their chat was connected are its own now; returns how many."""
    orphans = Notice.objects.filter(
        pair=chat.pair, channel=Notice.Channel.CHAT, connection=None, recipient__in=["", chat.name]
    )
    return orphans.update(connection=chat)


def _chats(pair: Pair) -> dict[str, Connection]:
    """The pair's chat connections by name; under "" the oldest, for steps that name none."""
    rows = Connection.objects.filter(pair=pair, system=Connection.System.CHAT).order_by("-pk")
    chats = {row.name: row for row in rows}
    return {**chats, "": list(chats.values())[-1]} if chats else {}


def _notice(pair: Pair, message: Told, chats: dict[str, Connection]) -> Notice:
    by_chat = message.channel == "chat"
    public_id = f"ntc_{uuid.uuid4().hex}"
    return Notice(
        public_id=public_id,
        pair=pair,
        connection=chats.get(message.to) if by_chat else None,
        channel=Notice.Channel.CHAT if by_chat else Notice.Channel.STAFF,
        type=Notice.Type.FLOW,
        natural_key=_key(message),
        order=message.order,
        payment=message.payment,
        recipient=message.to,
        content={"id": public_id, "order_number": message.order.number, "text": message.text},
    )


def _key(message: Told) -> str:
    record = f"payment:{message.payment}" if message.payment else f"order:{message.order.number}"
    key = "/".join(part for part in (record, message.step, message.again) if part)
    if len(key) <= _LONGEST_KEY:
        return key
    return hashlib.sha256(key.encode()).hexdigest()
