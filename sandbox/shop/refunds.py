"""Refunds the shop asks the bridge for: what was asked, whether it was taken, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.world import World
from sandbox.shop.core.messages import amount_text
from sandbox.shop.webhooks import Webhooks

Message = dict[str, Any]

REQUESTED = "refund.requested"
CONFIRMED, REFUSED = "refund.confirmed", "refund.refused"


class Refunds:
    """Rows in `shop.refunds` by the shop's own number of a refund."""

    def __init__(
        self, world: World, webhooks: Webhooks, events_of: Callable[[str], Sequence[Row]], shop: str
    ) -> None:
        self._world = world
        self._webhooks = webhooks
        self._events_of = events_of
        self._shop = shop
        self._table = world.store.table("shop.refunds")

    def ask(
        self,
        number: str,
        amount: Decimal,
        currency: str,
        *,
        reason: str = "",
        lines: Sequence[Mapping[str, str]] = (),
    ) -> Row:
        """Ask for money of an order to go back to the customer; sent until the bridge answers for good."""
        row: Row = {
            "id": f"RF-{5001 + len(self._table)}",
            "order_number": number,
            "amount": amount_text(amount),
            "currency": currency,
            "reason": reason,
            "lines": [dict(line) for line in lines],
            "asked_at": self._world.clock.business(),
            "asked_machine": self._world.clock.machine(),
            "state": "sent",
            "problem": "",
        }
        self._table.put(row["id"], row)
        self._webhooks.send(number, refund_requested(self._shop, row), refund_id=row["id"])
        return row

    def accepted(self, webhook: Row) -> None:
        """The bridge took the message."""
        self._put_state(webhook, "accepted", "")

    def rejected(self, webhook: Row, problem: str) -> None:
        """The bridge will never take the message: the shop gives up."""
        self._put_state(webhook, "rejected", problem)

    def _put_state(self, webhook: Row, state: str, problem: str) -> None:
        row = self._table[webhook["refund_id"]]
        self._table.put(row["id"], {**row, "state": state, "problem": problem})

    def all(self) -> list[Row]:
        """Every refund asked for, with what the bridge told of it: `outcome` and the `vendor_tx_code`."""
        return [{**row, **self._outcome(row)} for row in self._table.values()]

    def _outcome(self, row: Row) -> dict[str, Any]:
        told = [
            event
            for event in self._events_of(row["order_number"])
            if event.get("refund_id") == row["id"] and event["type"] in (CONFIRMED, REFUSED)
        ]
        return {
            "confirmed": sum(1 for event in told if event["type"] == CONFIRMED),
            "refused": sum(1 for event in told if event["type"] == REFUSED),
            "vendor_tx_code": next((str(event.get("vendor_tx_code") or "") for event in told), ""),
            "told_at": next((event["received_at"] for event in told), None),
        }


def refund_requested(shop: str, refund: Mapping[str, Any]) -> Message:
    """The message that asks for a refund, as docs/shop-webhooks.md describes it."""
    body = {name: refund[name] for name in ("id", "order_number", "amount", "currency", "reason")}
    asked_at: datetime = refund["asked_at"]
    body["requested_at"] = asked_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if refund["lines"]:
        body["lines"] = refund["lines"]
    return {"type": REQUESTED, "shop": shop, "refund": body}
