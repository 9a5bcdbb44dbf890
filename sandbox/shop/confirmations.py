"""What the bridge told the shop about payments: verified, kept once, repeats counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply, Request
from sandbox.kernel.wire_json import decode, error_reply
from sandbox.kernel.world import World
from sandbox.shop.core.signature import problem_with

MOST_EVENTS = 100


class Confirmations:
    """The receiver at `POST /shop/confirmations`."""

    def __init__(self, world: World, secret: Callable[[], str]) -> None:
        self._world = world
        self._secret = secret
        self._table = world.store.table("shop.confirmations")
        self._by_order: dict[str, list[Row]] = {}
        for row in self._table.values():
            self._by_order.setdefault(row["order_number"], []).append(row)

    def receive(self, request: Request) -> Reply:
        """Take one message of up to 100 events."""
        now = self._world.clock.machine()
        problem = problem_with(self._secret(), request.headers, request.body, now)
        if problem:
            return error_reply(problem, 401)
        try:
            events = read_events(request.body)
        except ValueError as error:
            return error_reply(str(error))
        for event in events:
            self._keep(event, now)
        return Reply(204)

    def of(self, order_number: str) -> list[Row]:
        """The confirmations of an order, as they came."""
        return self._by_order.get(order_number, [])

    def all(self) -> list[Row]:
        """Every confirmation, once, in order of arrival; `received` says how often it came."""
        return self._table.values()

    def _keep(self, event: dict[str, Any], now: float) -> None:
        known = self._table.get(event["id"])
        if known is not None:
            known["received"] += 1
            self._table.put(event["id"], known)
            return
        row = {**event, "received": 1, "received_at": now}
        self._table.put(event["id"], row)
        self._by_order.setdefault(event["order_number"], []).append(row)


def read_events(body: bytes) -> list[dict[str, Any]]:
    """The events of a message. Raises ValueError in words when it is not as agreed."""
    message = decode(body)
    events = message.get("events") if isinstance(message, dict) else None
    if not isinstance(events, list) or not 1 <= len(events) <= MOST_EVENTS:
        raise ValueError(f"`events` must be a list of 1 to {MOST_EVENTS}")
    for event in events:
        if not isinstance(event, dict) or not all(isinstance(event.get(name), str) for name in _NEEDED):
            raise ValueError("every event needs the texts " + ", ".join(_NEEDED))
    return events


_NEEDED = ("id", "type", "order_number")
