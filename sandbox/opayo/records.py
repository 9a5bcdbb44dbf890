"""Transactions as they are kept: rows of the store with the indexes that find them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sandbox.kernel.store import Row, Store
from sandbox.opayo.core.transaction import State, Transaction, TxType, is_due_for_settlement

_CORE = tuple(spec.name for spec in fields(Transaction))


@dataclass(slots=True)
class Record:
    """One transaction with all that belongs to it. Changes last once the record is saved."""

    tx: Transaction
    system: str
    """Where it came in: `Server`, `Pi`, `Direct` (the shared operations)."""
    protocol: str
    fields: dict[str, str]
    """What the vendor sent with it, by the protocol's names."""
    results: dict[str, str] = field(default_factory=dict)
    """What came of it: the result fields of the protocol."""
    card: dict[str, Any] = field(default_factory=dict)
    """What may be kept of the card."""
    notice: dict[str, Any] = field(default_factory=dict)
    """Server: how the notification stands."""
    pi: dict[str, Any] = field(default_factory=dict)
    """Pi: instructions, authentication under way, stored credential."""
    machine: dict[str, float] = field(default_factory=dict)
    """Seconds since the epoch on the machine clock: `registered`, `notified`, `captured`."""

    def to_row(self) -> Row:
        """The row as the store keeps it."""
        tx = self.tx
        return {
            "tx": {name: getattr(tx, name) for name in _CORE},
            "system": self.system,
            "protocol": self.protocol,
            "fields": self.fields,
            "results": self.results,
            "card": self.card,
            "notice": self.notice,
            "pi": self.pi,
            "machine": self.machine,
        }

    @classmethod
    def from_row(cls, row: Row) -> Record:
        """The record of a stored row."""
        core = dict(row["tx"], state=State(row["tx"]["state"]), tx_type=TxType(row["tx"]["tx_type"]))
        rest = {name: value for name, value in row.items() if name != "tx"}
        return cls(tx=Transaction(**core), **rest)


class Records:
    """All transactions, found by VPSTxId, VendorTxCode, TxAuthNo order or time."""

    def __init__(self, store: Store) -> None:
        self._table = store.table("opayo.transactions")
        self._by_id: dict[str, Record] = {}
        self._by_code: dict[str, list[str]] = {}
        self._by_start: list[tuple[datetime, str]] = []
        self._related: dict[str, list[str]] = {}
        self.last_tx_auth_no = 1_000_000
        self.unsettled: dict[str, None] = {}
        """Ids of captured transactions that are in no batch, in order of capture."""
        for row in self._table.values():
            self._index(Record.from_row(row))

    def _index(self, record: Record) -> None:
        tx = record.tx
        self._by_id[tx.vps_tx_id] = record
        self._by_code.setdefault(tx.vendor_tx_code, []).append(tx.vps_tx_id)
        insort(self._by_start, (tx.started, tx.vps_tx_id))
        if tx.related:
            self._related.setdefault(tx.related, []).append(tx.vps_tx_id)
        self.last_tx_auth_no = max(self.last_tx_auth_no, tx.tx_auth_no)
        self._note_unsettled(tx)

    def _note_unsettled(self, tx: Transaction) -> None:
        if is_due_for_settlement(tx):
            self.unsettled[tx.vps_tx_id] = None
        else:
            self.unsettled.pop(tx.vps_tx_id, None)

    def add(self, record: Record) -> None:
        """Keep a new transaction."""
        self._index(record)
        self.save(record)

    def save(self, record: Record) -> None:
        """Write a changed transaction to the journal."""
        self._note_unsettled(record.tx)
        self._table.put(record.tx.vps_tx_id, record.to_row())

    def next_tx_auth_no(self) -> int:
        """A reference the acquirer will know the authorisation by; never given twice."""
        self.last_tx_auth_no += 1
        return self.last_tx_auth_no

    def get(self, vps_tx_id: str) -> Record | None:
        """By GUID, with or without braces, in any case."""
        return self._by_id.get(vps_tx_id) or self._by_id.get(vps_tx_id.strip("{}").upper())

    def by_code(self, vendor_tx_code: str) -> list[Record]:
        """All attempts under a VendorTxCode, oldest first."""
        return [self._by_id[key] for key in self._by_code.get(vendor_tx_code, ())]

    def related_to(self, vps_tx_id: str) -> list[Record]:
        """Transactions that refer to this one, oldest first."""
        return [self._by_id[key] for key in self._related.get(vps_tx_id, ())]

    def started_between(self, start: datetime, end: datetime) -> list[Record]:
        """Started from `start` to `end`, both included, oldest first."""
        low = bisect_left(self._by_start, (start, ""))
        high = bisect_right(self._by_start, (end, "~"))
        return [self._by_id[key] for _, key in self._by_start[low:high]]

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)
