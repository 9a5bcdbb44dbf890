"""Each morning's settlements: what was handed in, disputed or released, per merchant number."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from sandbox.acquirer.cases import Cases
from sandbox.acquirer.core import settling
from sandbox.acquirer.core.contracts import Contract, Per
from sandbox.acquirer.core.settling import Kind, Line
from sandbox.acquirer.receiving import Receipts
from sandbox.kernel.calendar import at_london, banking_days_after
from sandbox.kernel.store import Row
from sandbox.kernel.world import World

RUN_TIME: Final = time(4, 0)
"""In London, after Opayo's files and their repetitions."""

SETTLEMENTS_TO_ONE_HELD: Final = 60
HELD_BANKING_DAYS: Final = 3
FIRST_REFERENCE: Final = 400001

_DISPUTED: Final = frozenset({Kind.CHARGEBACK, Kind.REVERSAL})


def run_moment(day: date) -> datetime:
    """When a day's settlements are made, in UTC."""
    return at_london(day, RUN_TIME)


class Settlements:
    """Rows in `acquirer.settlements`, each whole: what is paid, disputed or released is known by the rows alone."""

    def __init__(self, world: World, receipts: Receipts, cases: Cases) -> None:
        self._world = world
        self._receipts = receipts
        self._cases = cases
        self.rows = world.store.table("acquirer.settlements")
        self._told_rejected: set[str] = set()
        self._told_notices: set[str] = set()
        self._released: set[str] = set()
        self._reserves: dict[str, Row] = {}
        for row in self.rows.values():
            self._note(row)

    def settle(self, contract: Contract, day: date) -> list[Row]:
        """Make the settlements of a merchant number for one day; none where nothing was handed in."""
        extra = self._rejected(contract.mid) + self._disputed(contract, day)
        extra += self._due_reserves(contract, day)
        made = []
        for items in self._groups(contract, day) or [[]]:
            lines = [settling.trade_line(item, contract) for item in items]
            lines += settling.batch_fees(lines, contract) + settling.reserve_line(lines, contract)
            batches = sorted({item["batch_id"] for item in items})
            made += self._write(contract, day, batches, lines + extra)
            extra = []
        return made

    def _groups(self, contract: Contract, day: date) -> list[list[Row]]:
        """What is paid together: each batch by itself or all of the day; late items join the first."""
        groups: dict[str, list[Row]] = {}
        late = []
        for item in self._receipts.pending(contract.mid):
            if item["from"] is None or item["from"] > day:
                continue
            if item["why"]:
                late.append(item)
            else:
                key = item["batch_id"] if contract.funding_per is Per.BATCH else ""
                groups.setdefault(key, []).append(item)
        found = list(groups.values())
        if late and not found:
            return [late]
        if late:
            found[0].extend(late)
        return found

    def _rejected(self, mid: str) -> list[Line]:
        return [
            settling.rejected_line(item)
            for item in self._receipts.pending(mid)
            if item["why"] == "rejected" and item["vpstxid"] not in self._told_rejected
        ]

    def _disputed(self, contract: Contract, day: date) -> list[Line]:
        moment = run_moment(day)
        return [
            line
            for notice in self._cases.since(datetime.min.replace(tzinfo=moment.tzinfo))
            if notice["merchant_number"] == contract.mid
            and notice["at"] <= moment
            and notice["notice_id"] not in self._told_notices
            for line in settling.dispute_lines(notice)
        ]

    def _due_reserves(self, contract: Contract, day: date) -> list[Line]:
        return [
            settling.release_line(-settling.total(_held(row)), key)
            for key, row in self._reserves.items()
            if row["mid"] == contract.mid and row["reserve_until"] <= day
        ]

    def _write(self, contract: Contract, day: date, batches: list[str], lines: list[Line]) -> list[Row]:
        """One settlement of the trade, and one each of what is taken from the bank apart from it."""
        parts: dict[str, list[Line]] = {}
        for line in lines:
            parts.setdefault(_purpose(line, contract), []).append(line)
        return [
            self._put(contract, day, purpose, batches if purpose == "trade" else [], parts[purpose])
            for purpose in ("trade", "chargebacks", "refunds")
            if purpose in parts
        ]

    def _put(self, contract: Contract, day: date, purpose: str, batches: list[str], lines: list[Line]) -> Row:
        reference = str(FIRST_REFERENCE + len(self.rows))
        promised = banking_days_after(day, contract.funding_days)
        row: Row = {
            "settlement_id": f"S{reference}",
            "reference": reference,
            "mid": contract.mid,
            "acquirer": contract.acquirer,
            "currency": contract.currency,
            "mode": contract.mode.value,
            "day": day,
            "purpose": purpose,
            "batches": batches,
            "lines": lines,
            "gross": settling.total(lines, settling.TRADE, "gross"),
            "fees": settling.fees_kept(lines),
            "reserve": settling.total(lines, settling.RESERVE),
            "net": settling.total(lines),
            "promised": promised,
            "due": self._due(reference, promised),
            "reserve_until": day + timedelta(days=contract.reserve_days),
        }
        self._note(self.rows.put(row["settlement_id"], row))
        return row

    def _due(self, reference: str, promised: date) -> date:
        """When it is really paid: now and then the acquirer takes its time."""
        if self._world.switches.get("acquirer.conduct", "lifelike") == "smooth":
            return promised
        held = random.Random(f"held/{reference}").randrange(SETTLEMENTS_TO_ONE_HELD) == 0
        return banking_days_after(promised, HELD_BANKING_DAYS) if held else promised

    def _note(self, row: Row) -> None:
        if _held(row):
            self._reserves[row["settlement_id"]] = row
        for line in row["lines"]:
            if line["kind"] == Kind.REJECTED:
                self._told_rejected.add(line["vpstxid"])
            elif line["kind"] in settling.TRADE:
                self._receipts.settled(row["mid"], line["vpstxid"])
            elif line["kind"] == Kind.RELEASED:
                self._reserves.pop(line["releases"], None)
            elif line["notice_id"]:
                self._told_notices.add(line["notice_id"])

    def reserve_held(self) -> dict[str, Decimal]:
        """What the acquirers hold back, by merchant number."""
        held: dict[str, Decimal] = {}
        for row in self._reserves.values():
            held[row["mid"]] = held.get(row["mid"], settling.NOTHING) - settling.total(_held(row))
        return held

    def since(self, first: date, last: date, mids: frozenset[str]) -> list[Row]:
        """The settlements of some merchant numbers from a day to a day, both included, oldest first."""
        rows = (row for row in self.rows.values() if row["mid"] in mids and first <= row["day"] <= last)
        return sorted(rows, key=lambda row: (row["day"], row["reference"]))


def _held(row: Mapping[str, Any]) -> list[Line]:
    return [line for line in row["lines"] if line["kind"] == Kind.HELD]


def _purpose(line: Line, contract: Contract) -> str:
    is_disputed = line["kind"] in _DISPUTED or line["fee_kind"] == settling.DISPUTE_FEE
    if contract.chargebacks_apart and is_disputed:
        return "chargebacks"
    if contract.refunds_apart and line["kind"] == Kind.REFUND:
        return "refunds"
    return "trade"
