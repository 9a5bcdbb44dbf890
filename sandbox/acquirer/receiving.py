"""Batches as the acquirers received them: each item at once, late, or rejected."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sandbox.acquirer.gateway import CardGateway
from sandbox.kernel.calendar import london_day
from sandbox.kernel.store import Row
from sandbox.kernel.world import World

ITEMS_TO_ONE_LATE: Final = 80
ITEMS_TO_ONE_REJECTED: Final = 400
LATE_DAYS: Final = 1
REJECTED_DAYS: Final = 2
"""After which a rejected item is handed in again, and taken."""

_KEPT: Final = (
    "vpstxid",
    "vendortxcode",
    "type",
    "captured",
    "currency",
    "scheme",
    "last4",
    "tx_auth_no",
    "bank_auth_code",
    "merchant_number",
)


class Receipts:
    """Rows in `acquirer.batches` by Opayo's batch id, each whole, with its items and what becomes of them."""

    def __init__(self, world: World, gateway: CardGateway) -> None:
        self._world = world
        self._gateway = gateway
        self.batches = world.store.table("acquirer.batches")
        self._orders = world.store.table("acquirer.item_orders")
        self._pending: dict[str, dict[str, Row]] = {}
        for row in self.batches.values():
            self._note(row)

    def receive(self, until: datetime) -> None:
        """Take in the batches that were completed by then."""
        for batch in self._gateway.batches():
            if batch["batchid"] not in self.batches and batch["completed"] <= until:
                self._take(batch)

    def _take(self, batch: Mapping[str, Any]) -> None:
        day = london_day(batch["completed"])
        items = [self._item(item, day) for item in self._gateway.batch_items(batch["batchid"])]
        row = {
            "batch_id": batch["batchid"],
            "acquirer": batch["authprocessor"],
            "completed": batch["completed"],
            "items": items,
        }
        self._note(self.batches.put(batch["batchid"], row))

    def _item(self, item: Mapping[str, Any], day: date) -> Row:
        why, days = self._fate(item["vendortxcode"])
        kept = {name: item[name] for name in _KEPT}
        again = None if days is None else day + timedelta(days=days)
        return {**kept, "on": london_day(item["captured_at"]), "why": why, "from": again}

    def _fate(self, code: str) -> tuple[str, int | None]:
        """Why an item is not taken at once, and after how many days it is; None is never."""
        order = self._orders.get(code)
        if order is not None:
            return order["why"], order["days"]
        if self._world.switches.get("acquirer.conduct", "lifelike") == "smooth":
            return "", 0
        drawn = random.Random(f"item/{code}")
        if drawn.randrange(ITEMS_TO_ONE_REJECTED) == 0:
            return "rejected", REJECTED_DAYS
        return ("late", LATE_DAYS) if drawn.randrange(ITEMS_TO_ONE_LATE) == 0 else ("", 0)

    def order(self, code: str, why: str, days: int | None) -> None:
        """Decide what will become of a transaction that is in no batch yet. Raises ValueError if it is."""
        if any(item["vendortxcode"] == code for row in self.batches.values() for item in row["items"]):
            raise ValueError(f"{code} was handed in already")
        self._orders.put(code, {"why": why, "days": days})

    def _note(self, row: Row) -> None:
        for item in row["items"]:
            pending = self._pending.setdefault(item["merchant_number"], {})
            pending[item["vpstxid"]] = {**item, "batch_id": row["batch_id"]}

    def settled(self, mid: str, vps_tx_id: str) -> None:
        """Hear that an item was paid."""
        self._pending.get(mid, {}).pop(vps_tx_id, None)

    def pending(self, mid: str) -> list[Row]:
        """Items of a merchant number that are in no settlement, with their `batch_id`."""
        return list(self._pending.get(mid, {}).values())

    def waiting(self) -> Iterator[Row]:
        """All items that will be paid some day."""
        for items in self._pending.values():
            yield from (item for item in items.values() if item["from"] is not None)
