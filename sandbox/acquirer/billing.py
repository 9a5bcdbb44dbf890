"""The monthly bill of each merchant number, and its collection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sandbox.acquirer.core.bills import Overcharge, bill_lines, bill_total
from sandbox.acquirer.core.contracts import Contract, Mode
from sandbox.acquirer.fundings import Fundings
from sandbox.acquirer.settlements import Settlements
from sandbox.kernel.calendar import banking_day_from
from sandbox.kernel.store import Row
from sandbox.kernel.world import World

COLLECTION_DAY: Final = 15
"""Of the month after, or the next banking day (Elavon UK collects on the 15th)."""


class Billing:
    """Rows in `acquirer.bills` by merchant number and month; one bill each, made once the month is over."""

    def __init__(self, world: World, settlements: Settlements, fundings: Fundings) -> None:
        self._settlements = settlements
        self._fundings = fundings
        self.rows = world.store.table("acquirer.bills")
        self._overcharges = world.store.table("acquirer.overcharges")

    def bill(self, contract: Contract, day: date) -> None:
        """Bill the month before, once, if there was any trade in it."""
        month = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
        bill_id = f"{contract.mid}-{month:%Y%m}"
        if bill_id in self.rows:
            return
        traded = list(self._traded(contract.mid, month))
        if not traded:
            return
        charged = [line for row in traded if row["mode"] == Mode.GROSS for line in row["lines"]]
        lines = bill_lines(charged, contract, self._wrong(contract.mid))
        if lines:
            self.rows.put(bill_id, _row(bill_id, contract, month, day, lines))

    def _traded(self, mid: str, month: date) -> Iterator[Row]:
        for row in self._settlements.rows.values():
            if row["mid"] == mid and row["day"].replace(day=1) == month:
                yield row

    def _wrong(self, mid: str) -> list[Overcharge]:
        rows = (self._overcharges[key] for key in self._overcharges)
        return [Overcharge(row["rate"], row["points"]) for row in rows if row["mid"] == mid]

    def collect(self, contract: Contract, day: date) -> None:
        """Debit the bills whose day has come."""
        collected = {row["of"] for row in self._fundings.rows.values() if row["kind"] == "fee_bill"}
        for bill in self.rows.values():
            is_due = bill["mid"] == contract.mid and bill["collected_on"] <= day
            if is_due and bill["bill_id"] not in collected:
                self._fundings.collect(contract, bill, day)

    def overcharge(self, contract: Contract, rate: str, points: Decimal) -> None:
        """From the next bill on, let a rate's percentage be so many points too high; 0 ends it."""
        if rate not in {each.name for each in contract.rates}:
            raise ValueError(f"The contract of {contract.mid} has no rate {rate!r}")
        key = f"{contract.mid} {rate}"
        self._overcharges.put(key, {"mid": contract.mid, "rate": rate, "points": points})


def _row(
    bill_id: str, contract: Contract, month: date, day: date, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    following = (month + timedelta(days=32)).replace(day=COLLECTION_DAY)
    return {
        "bill_id": bill_id,
        "mid": contract.mid,
        "acquirer": contract.acquirer,
        "currency": contract.currency,
        "month": month,
        "made_on": day.replace(day=1),
        "collected_on": banking_day_from(following),
        "lines": lines,
        "net": bill_total(lines, "net"),
        "vat": bill_total(lines, "vat"),
        "gross": bill_total(lines),
        "overcharged": bill_total(lines, "overcharged"),
    }
