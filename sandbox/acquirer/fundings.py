"""What the acquirers pay to the bank, and take from it: on time, held, short, made up, collected."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sandbox.acquirer.core.contracts import Contract, Per
from sandbox.acquirer.core.settling import NOTHING, to_penny
from sandbox.acquirer.settlements import Settlements
from sandbox.kernel.calendar import banking_days_after, is_banking_day
from sandbox.kernel.store import Row
from sandbox.kernel.world import World

FUNDINGS_TO_ONE_SHORT: Final = 50
MAKE_UP_BANKING_DAYS: Final = 3
SMALLEST_TO_BE_SHORT: Final = Decimal(20)


class Fundings:
    """Rows in `acquirer.fundings`, in order of payment; a settlement is paid when a row names it.

    `amount` is what is due, `paid` what moves: positive to the bank, negative from it.
    """

    def __init__(self, world: World, settlements: Settlements) -> None:
        self._world = world
        self._settlements = settlements
        self.rows = world.store.table("acquirer.fundings")
        self._holds = world.store.table("acquirer.holds")
        self._shorts = world.store.table("acquirer.shorts")
        self._paid: set[str] = set()
        self._to_make_up: dict[str, Row] = {}
        self._used_orders: set[str] = set()
        for row in self.rows.values():
            self._note(row)

    def fund(self, contract: Contract, day: date) -> None:
        """Pay what is due to a merchant number, if banks work that day and nothing holds it up."""
        if not is_banking_day(day) or self._is_held(contract.mid, day):
            return
        for group in self._due(contract, day):
            self._pay(contract, group, day)
        for row in [each for each in self._to_make_up.values() if each["mid"] == contract.mid]:
            if row["make_up_on"] <= day:
                self._put("make_up", contract, row["amount"] - row["paid"], day, of=row["funding_id"])

    def _due(self, contract: Contract, day: date) -> list[list[Row]]:
        due = [row for row in self.unpaid() if row["mid"] == contract.mid and row["due"] <= day]
        together = [row for row in due if row["purpose"] == "trade" and contract.funding_per is Per.DAY]
        alone = [[row] for row in due if row not in together]
        return ([together] if together else []) + alone

    def unpaid(self) -> list[Row]:
        """Settlements that are not paid yet."""
        return [row for row in self._settlements.rows.values() if row["settlement_id"] not in self._paid]

    def _pay(self, contract: Contract, group: list[Row], day: date) -> None:
        amount = sum((row["net"] for row in group), NOTHING)
        known: dict[str, Any] = {"reference": group[-1]["reference"]}
        known |= self._shortfall(contract.mid, amount, group[-1]["reference"], day)
        settlements = [row["settlement_id"] for row in group]
        self._put("funding", contract, amount, day, settlements=settlements, **known)

    def _shortfall(self, mid: str, amount: Decimal, reference: str, day: date) -> dict[str, Any]:
        """What becomes of a payment that is short: because control said so, or now and then by itself."""
        order = self._shorts.get(mid)
        if order is not None and order["order"] not in self._used_orders and amount > order["amount"]:
            make_up_on = banking_days_after(day, order["days"])
            paid = amount - order["amount"]
            return {"paid": paid, "make_up_on": make_up_on, "short_order": order["order"]}
        drawn = random.Random(f"short/{reference}")
        lifelike = self._world.switches.get("acquirer.conduct", "lifelike") == "lifelike"
        if not lifelike or amount < SMALLEST_TO_BE_SHORT or drawn.randrange(FUNDINGS_TO_ONE_SHORT):
            return {}
        short = to_penny(amount * drawn.randrange(5, 30) / 100)
        return {"paid": amount - short, "make_up_on": banking_days_after(day, MAKE_UP_BANKING_DAYS)}

    def collect(self, contract: Contract, bill: Row, day: date) -> None:
        """Take a month's fees from the bank by direct debit."""
        known = {"of": bill["bill_id"], "reference": bill["bill_id"]}
        self._put("fee_bill", contract, -bill["gross"], day, **known)

    def _put(self, kind: str, contract: Contract, amount: Decimal, day: date, **known: Any) -> Row:
        funding_id = f"F{500001 + len(self.rows)}"
        row = {
            "funding_id": funding_id, "kind": kind, "mid": contract.mid,
            "acquirer": contract.acquirer, "currency": contract.currency, "on": day, "amount": amount, "paid": amount, "settlements": [],
            "reference": funding_id[1:], "of": "", "make_up_on": None, "short_order": "", **known,
        }  # fmt: skip
        self._note(self.rows.put(funding_id, row))
        return row

    def _note(self, row: Row) -> None:
        self._paid.update(row["settlements"])
        if row["paid"] != row["amount"]:
            self._to_make_up[row["funding_id"]] = row
        if row["kind"] == "make_up":
            self._to_make_up.pop(row["of"], None)
        if row["short_order"]:
            self._used_orders.add(row["short_order"])

    def _is_held(self, mid: str, day: date) -> bool:
        hold = self._holds.get(mid)
        return hold is not None and day < hold["until"]

    # Control

    def hold(self, mid: str, until: date) -> None:
        """Pay nothing to a merchant number before a day."""
        self._holds.put(mid, {"until": until})

    def pay_short(self, mid: str, amount: Decimal, make_up_days: int) -> None:
        """Let the next payment that is large enough be short, and make it up so many banking days later."""
        if amount <= 0:
            raise ValueError("A payment is short by something")
        order = {"order": f"short {mid} {len(self.rows)}", "amount": amount, "days": make_up_days}
        self._shorts.put(mid, order)

    def next_payment(self, now: date) -> date | None:
        """When anything is paid next that is settled, or made up; None when all is paid."""
        days = [max(row["due"], now) for row in self.unpaid()]
        days += [row["make_up_on"] for row in self._to_make_up.values()]
        return min(days, default=None)
