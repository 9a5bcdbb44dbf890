"""What is done about payments after the customer left: each deed in its time, by the business clock."""

from __future__ import annotations

import heapq
from collections import Counter as Tally
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sandbox.kernel.store import Row
from sandbox.kernel.world import World
from sandbox.shop.desk import OrderDesk
from sandbox.shop.trade.fates import Deed, Fate, amounts
from sandbox.shop.trade.staff import NotYet, Staff

SOON: Final = timedelta(seconds=1)
TOMORROW: Final = timedelta(hours=6)
"""How long after a deed that cannot be done yet it is tried again."""

MOST_TRIES: Final = 400


class AfterSales:
    """Deeds to come and done, in `shop.after_sales`; `run` does what has fallen due."""

    def __init__(self, world: World, desk: OrderDesk, staff: Staff) -> None:
        self._world = world
        self._staff = staff
        self._desk = desk
        self._table = world.store.table("shop.after_sales")
        self._due: list[tuple[datetime, str]] = []
        self._deeds: Mapping[Deed, Callable[[Row], str]] = {
            Deed.REFUND: staff.refund,
            Deed.VOID: staff.void,
            Deed.RELEASE: staff.release,
            Deed.ABORT: staff.abort,
            Deed.AUTHORISE: staff.authorise,
            Deed.CANCEL: staff.cancel,
            Deed.REPEAT: staff.repeat,
            Deed.ASK: staff.ask,
            Deed.DISPUTE: staff.dispute,
        }
        for key in self._table:
            self._note(key)

    def plan(self, number: str, vendor_tx_code: str, fate: Fate) -> None:
        """Write down what will happen to an order that was just paid under a VendorTxCode."""
        order = self._desk.order(number)
        sums = amounts(Decimal(order["total"]), [step.share for step in fate.steps])
        for place, (step, amount) in enumerate(zip(fate.steps, sums, strict=True), 1):
            key = f"{number}/{place}"
            row = {
                "key": key,
                "number": number,
                "vendor_tx_code": vendor_tx_code,
                "place": place,
                "kind": str(fate.kind),
                "deed": step.deed.value,
                "amount": Decimal(order["total"]) if step.share == 1 else amount,
                "currency": order["currency"],
                "by_lines": step.by_lines,
                "script": step.script,
                "due": self._world.clock.business() + step.after,
                "state": "waiting",
                "tries": 0,
                "outcome": "",
            }
            self._table.put(key, row)
            self._note(key)

    def run(self) -> None:
        """Do what has fallen due, in order of time."""
        now = self._world.clock.business()
        while self._due and self._due[0][0] <= now:
            _, key = heapq.heappop(self._due)
            self._do(self._table[key], now)

    def _do(self, row: Row, now: datetime) -> None:
        row["tries"] += 1
        try:
            row["outcome"] = self._deeds[Deed(row["deed"])](row)
            row["state"] = "done"
        except NotYet as reason:
            self._put_off(row, now, reason)
        except ValueError as refusal:
            row["state"], row["outcome"] = "refused", str(refusal)
        row["done_at"] = now
        self._table.put(row["key"], row)
        self._note(row["key"])

    def _put_off(self, row: Row, now: datetime, reason: NotYet) -> None:
        row["outcome"] = str(reason)
        row["due"] = now + (SOON if reason.is_soon else TOMORROW)
        if row["tries"] >= MOST_TRIES:
            row["state"] = "refused"

    def _note(self, key: str) -> None:
        row = self._table[key]
        if row["state"] == "waiting":
            heapq.heappush(self._due, (row["due"], key))

    def due_within(self, seconds: float) -> int:
        """Deeds nobody tried yet that fall due within so many seconds of the business clock."""
        limit = self._world.clock.business() + timedelta(seconds=seconds)
        return sum(1 for due, key in self._due if due <= limit and not self._table[key]["tries"])

    def status(self) -> dict[str, Any]:
        """How many deeds wait, when anything is due next (disputes too), how the others ended by deed and state."""
        rows = [self._table[key] for key in self._table]
        ended = Tally(f"{row['deed']} {row['state']}" for row in rows if row["state"] != "waiting")
        disputed = self._staff.next_dispute_due()
        moments = [due for due, _ in self._due] + ([disputed] if disputed else [])
        return {
            "waiting": len(self._due),
            "next": min(moments, default=None),
            "ended": dict(sorted(ended.items())),
        }

    def all(self) -> list[Row]:
        """Every deed with its outcome."""
        return [self._table[key] for key in self._table]
