"""The shop's outgoing messages: signed, sent until the receiver says 2xx, always under one id."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Outgoing, Reply
from sandbox.kernel.wire_json import decode, encode
from sandbox.kernel.world import World
from sandbox.shop.core.signature import signed_headers

ROUTE = "shop.orders"

FINAL_REFUSALS = frozenset({400, 404, 409, 413, 422})
"""Answers after which the same message will never be taken."""

FIRST_DELAY = 0.5
LONGEST_DELAY = 300.0
"""Seconds between two tries, doubling from the first to the longest."""


def retry_delay(attempts: int, retry_after: str = "") -> float:
    """Seconds to wait after the `attempts`-th try; the receiver's Retry-After goes before, up to the longest."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), LONGEST_DELAY)
    return min(FIRST_DELAY * float(2 ** min(attempts - 1, 12)), LONGEST_DELAY)


class Webhooks:
    """Messages about orders on their way to the bridge."""

    def __init__(self, world: World, secret: Callable[[], str], url: Callable[[], str]) -> None:
        self.on_accepted: Callable[[Row, Mapping[str, Any]], None] = lambda row, answer: None
        """Told of each accepted message with the receiver's JSON answer."""
        self.on_rejected: Callable[[Row, str], None] = lambda row, problem: None
        """Told of each message the receiver will never take, among those that may be given up."""
        self._world = world
        self._secret = secret
        self._url = url
        self._table = world.store.table("shop.webhooks")
        self.delivered = 0
        self.tries = 0

    @property
    def waiting(self) -> int:
        """Messages not yet accepted."""
        return len(self._table)

    def send(self, order_number: str, message: Mapping[str, Any], *, refund_id: str = "") -> str:
        """Send a message about an order until it is accepted; returns its webhook-id.

        One about a refund is given up when the receiver refuses it for good.
        """
        row = {
            "id": f"msg_{uuid.UUID(int=self._world.rng.getrandbits(128)).hex}",
            "order_number": order_number,
            "type": message["type"],
            "body": encode(message),
            "attempts": 0,
            "refund_id": refund_id,
        }
        self._try(row, 0.0)
        return str(row["id"])

    def recover(self) -> None:
        """Hand over again what a kill left without a call on its way."""
        on_its_way = self._world.store.table("kernel.outgoing")
        for row in self._table.values():
            if f"shop {row['id']}" not in on_its_way:
                self._try(row, 0.0)

    def retry_all(self) -> None:
        """Try everything that waits now, as after the shop was connected anew."""
        for row in self._table.values():
            self._try(row, 0.0)

    def replied(self, key: str, reply: Reply) -> None:
        """Hear the receiver's answer."""
        row = self._table.get(key)
        if row is None:
            return
        if 200 <= reply.status < 300:
            self._table.delete(key)
            self.delivered += 1
            self.on_accepted(row, _answer(reply))
        elif row.get("refund_id") and reply.status in FINAL_REFUSALS:
            self._table.delete(key)
            self.on_rejected(row, _problem(reply))
        else:
            self._try_later(row, f"HTTP {reply.status}", reply.headers.get("retry-after", ""))

    def failed(self, key: str, reason: str) -> None:
        """Hear that there was no answer."""
        row = self._table.get(key)
        if row is not None:
            self._try_later(row, reason)

    def _try_later(self, row: Row, reason: str, retry_after: str = "") -> None:
        row["last_error"] = reason
        self._try(row, self._world.clock.machine() + retry_delay(row["attempts"], retry_after))

    def _try(self, row: Row, not_before: float) -> None:
        url = self._url()
        if not url:
            self._table.put(row["id"], row)
            return
        row["attempts"] += 1
        self.tries += 1
        self._table.put(row["id"], row)
        sent_at = int(max(not_before, self._world.clock.machine()))
        self._world.send(
            Outgoing(
                system="shop",
                key=row["id"],
                route=ROUTE,
                url=url,
                body=row["body"],
                headers=signed_headers(self._secret(), row["id"], sent_at, row["body"]),
                not_before=not_before,
            )
        )


def _answer(reply: Reply) -> Mapping[str, Any]:
    try:
        answer = decode(reply.body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _problem(reply: Reply) -> str:
    error = _answer(reply).get("error")
    words = error.get("message") if isinstance(error, dict) else ""
    return f"HTTP {reply.status}: {words}" if words else f"HTTP {reply.status}"
