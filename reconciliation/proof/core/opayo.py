"""Opayo = records: what Opayo's own reports say was taken and given back, against our payments and refunds.

Opayo's word is its settlement batches, row by row (Reporting & Admin API, getBatchList and getBatchDetail), and for what
no batch holds yet its list of transactions, which the sweep compares with our records and of which it keeps what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciliation.proof.core.lights import Break, Proved, Term


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A transaction of a batch by its VPSTxId; `minor` is signed, None where neither its row nor its line tells."""

    key: str
    code: str
    minor: int | None
    is_settled_elsewhere: bool = False
    """PayPal's: Opayo lists it, and may leave it out of the batch's worth."""
    is_withdrawn: bool = False
    """Opayo told after the batch that the bank did not settle it after all."""

    @property
    def counts(self) -> int | None:
        return 0 if self.is_withdrawn else self.minor


@dataclass(frozen=True, slots=True)
class BatchWorth:
    """What a batch is worth in one currency, with its rows in that currency."""

    name: str
    event: int
    net_minor: int
    rows: tuple[BatchRow, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment or refund of ours: `minor` is what it counts for, positive for money taken, nothing if it failed."""

    kind: str
    id: int
    key: str
    code: str
    minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that Opayo told and that could not be read, or is not read yet."""

    event: int
    words: str
    minor: int
    needs_person: bool


def opayo_equals_records(
    currency: str,
    batches: Sequence[BatchWorth],
    records: Iterable[Recorded],
    unread: Sequence[Unread],
    seen_to: datetime | None,
) -> Proved:
    """The equality of one currency. `seen_to` is up to when Opayo's list was compared; empty: not once yet."""
    by_key = {record.key: record for record in records}
    breaks: list[Break] = []
    ours = told = 0
    batched: set[str] = set()
    for batch in batches:
        rows = _counted(batch, by_key, batched)
        batched |= {row.key for row in batch.rows}
        mine = sum(by_key[row.key].minor for row in rows if row.key in by_key)
        worth = batch.net_minor - sum(row.minor or 0 for row in rows if row.is_withdrawn)
        ours, told = ours + mine, told + worth
        breaks += _of_batch(batch, rows, by_key, worth - mine)
    rest = [record for key, record in by_key.items() if key not in batched]
    listed = [record for record in rest if seen_to is not None and record.at <= seen_to]
    unseen = [record for record in rest if seen_to is None or record.at > seen_to]
    breaks += [_unread(each) for each in unread if each.needs_person]
    confirmed = sum(record.minor for record in listed)
    counted = sum(len(batch.rows) for batch in batches)
    return Proved(
        "opayo", "", currency,
        left=Term("opayo", "Taken less given back, by Opayo's reports", told + confirmed, counted + len(listed)),
        right=(
            Term("batched", "Our records of what is in its batches", ours, counted),
            Term("listed", "Our records that its list agrees with", confirmed, len(listed)),
        ),
        breaks=tuple(breaks),
        is_moving=any(not each.needs_person for each in unread) or bool(unseen and (batches or listed)),
        unknown="" if batches or seen_to else "Opayo's reports have not been read yet. Connect them under Connections.",
        since=seen_to,
    )  # fmt: skip


def _counted(batch: BatchWorth, by_key: Mapping[str, Recorded], earlier: set[str]) -> list[BatchRow]:
    """The rows that the batch's worth is of: with those settled elsewhere only if that comes out even."""
    rows = [row for row in batch.rows if row.key not in earlier]
    own = [row for row in rows if not row.is_settled_elsewhere]
    everything = sum(by_key[row.key].minor for row in rows if row.key in by_key)
    return rows if len(own) == len(rows) or everything == batch.net_minor else own


def _of_batch(
    batch: BatchWorth, rows: Iterable[BatchRow], by_key: Mapping[str, Recorded], left: int
) -> list[Break]:
    """Which rows make the difference; what they leave of it is the batch's."""
    found = [each for row in rows if (each := _of_row(batch, row, by_key.get(row.key))) is not None]
    rest = left - sum(each.minor for each in found)
    if rest:
        found.append(
            Break(
                "event", str(batch.event), f"Batch {batch.name}", rest,
                "Its worth is not what its rows come to, and no row tells which one differs.",
                "Run manage.py verify_proof --from-log: it tells the records again from the messages and names the one.",
            )
        )  # fmt: skip
    return found


def _of_row(batch: BatchWorth, row: BatchRow, record: Recorded | None) -> Break | None:
    if record is None:
        return Break(
            "event", str(batch.event), row.code or row.key, row.minor or 0,
            f"Opayo settled it in batch {batch.name}, but our records do not have it.",
            "The next sweep of Opayo's list brings it. If it does not, look at the dead messages.",
        )  # fmt: skip
    if row.counts is None or row.counts == record.minor:
        return None
    return Break(
        record.kind, str(record.id), record.code, row.counts - record.minor,
        f"Opayo settled another sum for it in batch {batch.name} than our record says.",
        "Look at its messages: the record should say what Opayo says.",
    )  # fmt: skip


def _unread(each: Unread) -> Break:
    return Break(
        "event", str(each.event), each.words, each.minor, "Opayo told of it, but the message could not be read.",
        "Open it under Needs attention, put right what is wrong and have it read again.",
    )  # fmt: skip
