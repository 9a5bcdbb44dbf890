"""Each night's files to the acquirers, and the batches they become."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.london import london_day
from sandbox.opayo.core.settlement import (
    BETWEEN_TRANSMISSIONS,
    TRANSMISSIONS,
    Group,
    belongs_to,
    file_due,
    group_totals,
)
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.operations import give_back_refund
from sandbox.opayo.records import Record

_PROGRESS = "next"


class Settlement:
    """Sends a file per acquirer for every day that has ended, retrying failed transmissions."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.batches = gateway.world.store.table("opayo.batches")
        self._days = gateway.world.store.table("opayo.settlement_days")
        self._retries = gateway.world.store.table("opayo.transmissions")

    def run(self) -> None:
        """Send what is due by now: repeated transmissions first, then the days that have ended."""
        now = self._gateway.now()
        self._retry(now)
        row = self._days.get(_PROGRESS)
        # The clock may have been moved back: then that day's file is still to come.
        day: date = min(row["day"] if row else self._first_day(now), london_day(now))
        while file_due(day) <= now:
            self._close_day(day)
            self._retry(now)
            day += timedelta(days=1)
        if row is None or row["day"] != day:
            self._days.put(_PROGRESS, {"day": day})

    def _first_day(self, now: datetime) -> date:
        started = [record.tx.started for record in self._gateway.records]
        return london_day(min([*started, now]))

    def _close_day(self, day: date) -> None:
        due = file_due(day)
        by_acquirer = self._collect(day)
        for acquirer in sorted(by_acquirer):
            self._transmit(day, acquirer, by_acquirer[acquirer], due, attempt=1)
        if self._gateway.switches["empty_batches"] == "yes":
            for acquirer in sorted(set(self._gateway.acquirers) - set(by_acquirer)):
                self._write(acquirer, [], due)

    def close_now(self) -> list[str]:
        """Send files of what was captured so far, a second time on the same day; the new batches' ids."""
        now = self._gateway.now()
        before = len(self.batches)
        for acquirer, records in sorted(self._collect(london_day(now)).items()):
            self._settle(acquirer, records, now)
        return list(self.batches)[before:]

    def _retry(self, now: datetime) -> None:
        for key in self._retries:
            row: Row | None = self._retries[key]
            while row is not None and row["due"] <= now:
                self._retries.delete(key)
                records = self._collect(row["day"]).get(row["acquirer"], [])
                if records:
                    self._transmit(row["day"], row["acquirer"], records, row["due"], row["attempt"])
                row = self._retries.get(key)

    def _collect(self, day: date) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for key in list(self._gateway.records.unsettled):
            record = self._gateway.records.get(key)
            if record is not None and belongs_to(record.tx, day):
                found.setdefault(self._gateway.acquirer_of(record.tx.payment_system), []).append(record)
        return found

    def _transmit(self, day: date, acquirer: str, records: list[Record], due: datetime, attempt: int) -> None:
        if not self._happens("transmission_failure_probability"):
            self._settle(acquirer, records, due)
        elif attempt < TRANSMISSIONS:
            later = {"day": day, "acquirer": acquirer, "attempt": attempt + 1}
            self._retries.put(f"{day} {acquirer}", later | {"due": due + BETWEEN_TRANSMISSIONS})

    def _happens(self, switch: str) -> bool:
        probability = Decimal(self._gateway.switches[switch])
        return probability > 0 and Decimal(self._gateway.world.rng.random()) < probability

    def _settle(self, acquirer: str, records: list[Record], completed: datetime) -> None:
        taken = [record for record in records if not self._reject(record)]
        if taken:
            self._write(acquirer, taken, completed)

    def _write(self, acquirer: str, taken: list[Record], completed: datetime) -> None:
        batch_id = str(1001 + len(self.batches))
        for record in taken:
            record.tx = life.settle(record.tx, batch_id)
            self._gateway.records.save(record)
        groups = [group_row(group) for group in group_totals(record.tx for record in taken)]
        members = [record.tx.vps_tx_id for record in taken]
        self.batches.put(batch_id, _batch_row(batch_id, acquirer, completed, groups, members))

    def _reject(self, record: Record) -> bool:
        if not self._happens("settlement_rejection_probability"):
            return False
        record.tx = life.fail_settlement(record.tx)
        self._gateway.records.save(record)
        give_back_refund(self._gateway, record)
        return True


def group_row(group: Group) -> dict[str, Any]:
    """A group of a batch as a row."""
    return {name: getattr(group, name) for name in Group.__slots__}


def _batch_row(
    batch_id: str, acquirer: str, completed: datetime, groups: list[dict[str, Any]], members: list[str]
) -> Row:
    return {
        "batchid": batch_id,
        "authprocessor": acquirer,
        "completed": completed,
        "groups": groups,
        "transactions": members,
    }
