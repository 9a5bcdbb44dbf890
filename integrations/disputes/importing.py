"""Acquirers' files on their way in: looked at first, then told row by row; the same file twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Final, Literal
from zoneinfo import ZoneInfo

from django.db import transaction

from integrations.clock import business_now
from integrations.core.files.tables import Table
from integrations.core.money import Money
from integrations.disputes.core.columns import Columns
from integrations.disputes.core.notices import DisputeNotice
from integrations.disputes.core.reading import BadRow, ReadRow, read_notices
from integrations.disputes.core.states import label, verdict
from integrations.disputes.telling import tell
from integrations.models import AuditEntry, Dispute, Pair, User

What = Literal["new", "moves", "adds", "unchanged"]
"""What a row does: raises a dispute, moves one on, tells more of it, or says what is known."""

_FACTS: Final = (
    "respond_by", "fee_minor", "reason_code", "scheme", "retrieval_reference", "bank_auth_code", "last_four", "sold_on",
)  # fmt: skip


class BadRowsError(ValueError):
    """The file has rows that cannot be taken, and nobody has said that the others are to be taken without them."""

    def __init__(self, bad: Sequence[BadRow]) -> None:
        rows = ", ".join(str(row.number) for row in bad[:10]) + (", …" if len(bad) > 10 else "")
        super().__init__(
            f"Nothing was imported: rows that cannot be taken ({rows}). Put them right, or leave them out."
        )
        self.bad = tuple(bad)


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A good row and what it would do; `before` is the state that the case would move on from."""

    number: int
    notice: DisputeNotice
    what: What
    before: str = ""

    @property
    def amount(self) -> Money:
        return Money(self.notice.amount_minor, self.notice.currency)


@dataclass(frozen=True, slots=True)
class Look:
    """What importing a file would do, row by row."""

    rows: tuple[SeenRow, ...]
    bad: tuple[BadRow, ...]

    def of(self, *whats: What) -> list[SeenRow]:
        """The rows that would do one of these."""
        return [row for row in self.rows if row.what in whats]

    @property
    def telling(self) -> list[SeenRow]:
        """The rows that say something not known yet."""
        return self.of("new", "moves", "adds")


@dataclass(slots=True)
class _Case:
    """What is known of a case while the rows of a file are gone through."""

    state: str
    states: set[tuple[str, date]]
    facts: dict[str, object]
    last_day: date | None = None
    names: set[str] = field(default_factory=set)

    def learn(self, notice: DisputeNotice) -> None:
        self.state = notice.state
        self.states.add((notice.state, notice.happened_on))
        self.names.add(notice.state)
        self.last_day = max(self.last_day or notice.happened_on, notice.happened_on)
        self.facts |= _facts(notice)


def today_of(pair: Pair) -> date:
    """The day it is for the pair's books."""
    return business_now().astimezone(ZoneInfo(pair.zone)).date()


def look(pair: Pair, table: Table, columns: Columns) -> Look:
    """What a file would do to the pair's disputes as they are now. Changes nothing."""
    reading = read_notices(table, columns, today_of(pair))
    cases = _known(pair, {row.notice.case_id for row in reading.good})
    seen: list[SeenRow] = []
    bad = list(reading.bad)
    # Files are not always in order of time; what is told of an earlier day comes first.
    for row in sorted(reading.good, key=lambda row: (row.notice.happened_on, row.number)):
        found = _see(row, cases)
        if isinstance(found, BadRow):
            bad.append(found)
        else:
            seen.append(found)
    return Look(
        tuple(sorted(seen, key=lambda row: row.number)), tuple(sorted(bad, key=lambda row: row.number))
    )


def _known(pair: Pair, case_ids: Iterable[str]) -> dict[str, _Case]:
    rows = Dispute.objects.filter(pair=pair, case_id__in=list(case_ids)).prefetch_related("changes")
    cases = {}
    for dispute in rows:
        told = {(change.state, change.happened_on) for change in dispute.changes.all() if change.state}
        days = [day for _, day in told]
        facts = {name: getattr(dispute, name) for name in (*_FACTS, "amount_minor")}
        names = {state for state, _ in told}
        cases[dispute.case_id] = _Case(dispute.state, told, facts, max(days, default=None), names)
    return cases


def _facts(notice: DisputeNotice) -> dict[str, object]:
    return {name: value for name in (*_FACTS, "amount_minor") if (value := getattr(notice, name))}


def _see(row: ReadRow, cases: dict[str, _Case]) -> SeenRow | BadRow:
    notice = row.notice
    case = cases.get(notice.case_id)
    if case is None:
        cases[notice.case_id] = case = _Case("", set(), {})
        case.learn(notice)
        return SeenRow(row.number, notice, "new")
    if _is_told(row, case):
        what: What = "adds" if _tells_more(notice, case) else "unchanged"
        case.facts |= _facts(notice)
        return SeenRow(row.number, notice, what, case.state)
    before = case.state
    if case.last_day is not None and notice.happened_on < case.last_day:
        case.states.add((notice.state, notice.happened_on))
        return SeenRow(row.number, notice, "adds", before)
    return _moved(row, case, before)


def _moved(row: ReadRow, case: _Case, before: str) -> SeenRow | BadRow:
    follows = verdict(before, row.notice.state)
    if follows == "impossible":
        words = f"“{label(row.notice.state)}” cannot follow “{label(before)}”, where the case stands."
        return BadRow(row.number, row.notice.case_id, (words,))
    if follows == "moves":
        case.learn(row.notice)
    return SeenRow(row.number, row.notice, "moves" if follows == "moves" else "adds", before)


def _is_told(row: ReadRow, case: _Case) -> bool:
    if not row.has_day:
        # Its day is the day of the import: the same row tomorrow says nothing new.
        return row.notice.state in case.names
    return (row.notice.state, row.notice.happened_on) in case.states


def _tells_more(notice: DisputeNotice, case: _Case) -> bool:
    return any(case.facts.get(name) != value for name, value in _facts(notice).items())


@transaction.atomic
def carry_in(
    pair: Pair, found: Look, *, name: str, content: bytes, by: User | None = None, without_bad: bool = False
) -> int:
    """Tell what the rows say that is not known yet; returns how many that were.

    Nothing of a file with bad rows is taken (BadRowsError), unless `without_bad` says that the good ones are to be. On the
    audit log with the file's name and SHA-256.
    """
    if found.bad and not without_bad:
        raise BadRowsError(found.bad)
    for row in found.telling:
        tell(pair, row.notice, via="file", by=by)
    AuditEntry.objects.create(
        pair=pair,
        actor=by,
        action="disputes.imported",
        subject=name[:120],
        data={
            "sha256": sha256(content).hexdigest(),
            "new": len(found.of("new")),
            "moved": len(found.of("moves")),
            "added": len(found.of("adds")),
            "unchanged": len(found.of("unchanged")),
            "bad_rows": [row.number for row in found.bad],
        },
    )
    return len(found.telling)
