"""Disputes and their notices as they are kept: what was raised, how far it is, what it did to the money."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sandbox.acquirer.core.reasons import Reason, reasons_of, scheme_of
from sandbox.acquirer.core.scripts import RESPOND_WITHIN, SCRIPTS, effect
from sandbox.kernel.store import Row
from sandbox.kernel.world import World

FEES: Final = {"American Express": Decimal("0.00"), "Worldpay": Decimal("20.00")}
USUAL_FEE: Final = Decimal("15.00")
"""What an acquirer charges for a dispute, in the currency of the sale; American Express charges nothing."""

WITHOUT_REFERENCE: Final = 4
"""One notice in so many carries no retrieval reference: the sale has to be found by the card and the amount."""


class Cases:
    """Rows in `acquirer.disputes` by case number and `acquirer.notices` by notice number, in order of time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.disputes = world.store.table("acquirer.disputes")
        self.notices = world.store.table("acquirer.notices")

    def open(self, sale: Mapping[str, Any], amount: Decimal, script: str) -> Row:
        """Raise a dispute over a settled sale; amount in major units of its currency.

        Raises ValueError when it cannot be raised: nothing is settled, more than was taken, no such script.
        """
        _check(sale, amount, script)
        rng = random.Random(f"dispute/{sale['vendortxcode']}")
        scheme = scheme_of(sale["scheme"])
        now = self._world.clock.business()
        case_id = f"CB{70001 + len(self.disputes)}"
        has_reference = rng.randrange(WITHOUT_REFERENCE) > 0
        reason: Reason = rng.choice(reasons_of(scheme))
        row = {
            "case_id": case_id,
            "acquirer": sale["acquirer"],
            "merchant_number": sale["merchant_number"],
            "vpstxid": sale["vpstxid"],
            "vendortxcode": sale["vendortxcode"],
            "scheme": scheme,
            "last4": sale["last4"],
            "auth_code": sale["bank_auth_code"],
            "retrieval_reference": sale["tx_auth_no"] if has_reference else "",
            "sold_on": sale["captured_at"].date(),
            "sale_amount": sale["captured"],
            "amount": amount,
            "currency": sale["currency"],
            "fee": FEES.get(sale["acquirer"], USUAL_FEE),
            "reason_code": reason.code,
            "reason": reason.text,
            "family": reason.family,
            "raised_on": now.date(),
            "respond_by": now.date() + timedelta(days=RESPOND_WITHIN),
            "script": script,
            "state": "",
            "net": Decimal(0),
            "to_come": [
                {"due": now + timedelta(days=days), "stage": stage} for days, stage in SCRIPTS[script]
            ],
        }
        self.disputes.put(case_id, row)
        return row

    def play(self) -> list[Row]:
        """Let every stage that is due happen; the notices of it."""
        now = self._world.clock.business()
        due = [
            (step["due"], row["case_id"])
            for row in self.disputes.values()
            for step in row["to_come"]
            if step["due"] <= now
        ]
        return [self._play_next(self.disputes[case_id]) for _, case_id in sorted(due)]

    def _play_next(self, row: Row) -> Row:
        step, row["to_come"] = row["to_come"][0], row["to_come"][1:]
        row["state"] = step["stage"]
        moved = effect(step["stage"], row["amount"], row["fee"])
        row["net"] += moved
        self.disputes.put(row["case_id"], row)
        notice_id = f"N{900001 + len(self.notices)}"
        at: datetime = step["due"]
        notice = {
            "notice_id": notice_id,
            "case_id": row["case_id"],
            "stage": step["stage"],
            "at": at,
            "on": at.date(),
            "money": moved,
        }
        return self.notices.put(notice_id, notice)

    def next_due(self) -> datetime | None:
        """When the next stage of any dispute comes."""
        return min((step["due"] for row in self.disputes.values() for step in row["to_come"]), default=None)

    def since(self, moment: datetime, acquirer: str = "") -> list[Row]:
        """Notices from a moment on, in order of time, with all that is known of their case."""
        return [
            {**self.disputes[notice["case_id"]], **notice}
            for notice in self.notices.values()
            if notice["at"] >= moment and acquirer in ("", self.disputes[notice["case_id"]]["acquirer"])
        ]


def _check(sale: Mapping[str, Any], amount: Decimal, script: str) -> None:
    if script not in SCRIPTS:
        raise ValueError(f"Disputes go as one of {', '.join(SCRIPTS)}, not {script!r}")
    if not sale["batchid"] or not sale["captured"]:
        raise ValueError("Only a sale that is settled can be disputed")
    if not 0 < amount <= sale["captured"]:
        raise ValueError(f"Of {sale['captured']} that were taken, {amount} cannot be disputed")
