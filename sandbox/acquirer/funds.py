"""The acquirers' side of the money: from the gateway's batches to the bank, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sandbox.acquirer.billing import Billing
from sandbox.acquirer.cases import Cases
from sandbox.acquirer.core.contracts import Contract
from sandbox.acquirer.fundings import Fundings
from sandbox.acquirer.gateway import CardGateway
from sandbox.acquirer.receiving import Receipts
from sandbox.acquirer.settlements import Settlements, run_moment
from sandbox.acquirer.terms import Terms, as_row
from sandbox.kernel.calendar import london_day
from sandbox.kernel.store import Row
from sandbox.kernel.world import World

_PROGRESS: Final = "next"


class Funds:
    """Runs each morning that has come; what it did is in the tables, so a repeated run does nothing twice."""

    def __init__(self, world: World, cases: Cases, gateway: CardGateway) -> None:
        self._world = world
        self.terms = Terms(world, gateway)
        self._receipts = Receipts(world, gateway)
        self.settlements = Settlements(world, self._receipts, cases)
        self.fundings = Fundings(world, self.settlements)
        self.billing = Billing(world, self.settlements, self.fundings)
        self._days = world.store.table("acquirer.days")

    def run(self) -> None:
        """Do the mornings that have come since the last one."""
        now = self._world.clock.business()
        today = london_day(now)
        row = self._days.get(_PROGRESS)
        # The clock may have been moved back: then those mornings come again.
        day = min(row["day"], today) if row else today
        while run_moment(day) <= now:
            self._morning(day)
            day += timedelta(days=1)
        if row is None or row["day"] != day:
            self._days.put(_PROGRESS, {"day": day})

    def _morning(self, day: date) -> None:
        self._receipts.receive(run_moment(day))
        for contract in self.terms.all():
            self.settlements.settle(contract, day)
            self.billing.bill(contract, day)
            self.fundings.fund(contract, day)
            self.billing.collect(contract, day)

    def first_day(self) -> date | None:
        """The day of the first settlement."""
        return min((row["day"] for row in self.settlements.rows.values()), default=None)

    # Control

    def change_contract(self, *, mid: str, **changes: Any) -> dict[str, Any]:
        """Change what is agreed for a merchant number, from the next settlement on."""
        return self.terms.change(mid=mid, **changes)

    def hold(self, *, mid: str, until: str) -> dict[str, str]:
        """Pay nothing to a merchant number before a day (ISO 8601)."""
        self._contract(mid)
        self.fundings.hold(mid, date.fromisoformat(until))
        return {}

    def pay_short(self, *, mid: str, amount: str, make_up_days: int = 3) -> dict[str, str]:
        """Let the next payment be short by an amount in major units, made up some banking days later."""
        self._contract(mid)
        self.fundings.pay_short(mid, _amount(amount), make_up_days)
        return {}

    def overcharge(self, *, mid: str, rate: str, points: str) -> dict[str, str]:
        """Let the next bills ask for so many percentage points more than a rate says."""
        self.billing.overcharge(self._contract(mid), rate, _amount(points))
        return {}

    def delay(self, *, vendor_tx_code: str, days: int = 1) -> dict[str, str]:
        """Let a transaction that is in no batch yet settle so many days late."""
        self._receipts.order(vendor_tx_code, "late", days)
        return {}

    def reject(self, *, vendor_tx_code: str, again_after: int | None = 2) -> dict[str, str]:
        """Reject a transaction that is in no batch yet; it is taken so many days later, or never."""
        self._receipts.order(vendor_tx_code, "rejected", again_after)
        return {}

    def due(self) -> dict[str, Any]:
        """What is still to come to the bank, bills and reserves apart: settlements, items, and the next day."""
        today = london_day(self._world.clock.business())
        items = sum(1 for _ in self._receipts.waiting())
        days = [max(item["from"], today) for item in self._receipts.waiting()]
        following = self.fundings.next_payment(today)
        return {
            "unpaid": len(self.fundings.unpaid()),
            "items": items,
            "next": min([*days, *([following] if following else [])], default=None),
        }

    def truth(self) -> dict[str, Any]:
        """Everything about the money, amounts in major units."""
        reserves = self.settlements.reserve_held()
        return {
            "contracts": [as_row(contract) for contract in self.terms.all()],
            "batches": self._receipts.batches.values(),
            "settlements": self.settlements.rows.values(),
            "fundings": self.fundings.rows.values(),
            "bills": self.billing.rows.values(),
            "reserves": [
                {"mid": contract.mid, "currency": contract.currency, "held": reserves[contract.mid]}
                for contract in self.terms.all()
                if contract.mid in reserves
            ],
        }

    def payments(self) -> list[Row]:
        """What was paid to the bank or taken from it so far, oldest first."""
        return self.fundings.rows.values()

    def _contract(self, mid: str) -> Contract:
        try:
            return self.terms.get(mid)
        except LookupError as missing:
            raise ValueError(str(missing)) from missing


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no amount") from error
