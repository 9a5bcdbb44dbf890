"""How far polling has come, what of a page is new, and when to look again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from integrations.xero.core.wire import parse_timestamp

OVERLAP: Final = timedelta(minutes=2)
"""Xero's clock and ours differ, and rows appear a moment after their UpdatedDateUTC."""

REMEMBERED: Final = 2_000
"""Documents of the overlap whose state we have; more than that are stored once too often, which does no harm."""

SHORTEST: Final = 60.0
LONGEST: Final = 1_800.0
SHARE_OF_DAY: Final = 0.2
"""The most of a day's calls that looking for changes may take."""

_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of document that is polled; `kind` names the events, `id` is its id's property.

    `whole`: the first poll reads all there are, not only what changed since the connection was made.
    """

    kind: str
    collection: str
    id: str
    summary: bool
    whole: bool = False


SUBJECTS: Final = (
    Subject("invoices", "Invoices", "InvoiceID", summary=True),
    Subject("payments", "Payments", "PaymentID", summary=False),
    Subject("credit_notes", "CreditNotes", "CreditNoteID", summary=False),
    Subject("contacts", "Contacts", "ContactID", summary=False, whole=True),
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Changes are known up to `since`; `seen` maps ids of the overlap to the UpdatedDateUTC we have of them."""

    since: datetime
    seen: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"since": self.since.isoformat(), "seen": dict(self.seen)}


@dataclass(frozen=True, slots=True)
class Request:
    """Which page to ask for: what was modified since `since` (whole seconds), oldest change first."""

    since: datetime
    page: int = 1

    def header(self) -> str:
        """The If-Modified-Since, UTC."""
        return self.since.strftime("%Y-%m-%dT%H:%M:%S")

    def following(self, elements: Sequence[Mapping[str, Any]]) -> Request:
        """The request after a full page.

        Pages are not counted through: a document that changes meanwhile moves to the end, and the one after it
        would slip from the next page to the one before. Each page starts at the last change of the one before,
        unless that many documents changed within one second.
        """
        reached = max(_updated(element) for element in elements).replace(microsecond=0)
        return Request(reached) if reached > self.since else Request(self.since, self.page + 1)


def first_request(cursor: Cursor) -> Request:
    """Where a poll begins: a little before what is known, for rows that came late."""
    return Request((cursor.since - OVERLAP).replace(microsecond=0))


def read_cursor(kept: Mapping[str, Any] | None, start: datetime) -> Cursor:
    """The cursor as kept, or one at `start` when there is none yet."""
    if not kept:
        return Cursor(start)
    return Cursor(datetime.fromisoformat(kept["since"]).astimezone(UTC), dict(kept.get("seen", {})))


def fresh_elements(
    cursor: Cursor, elements: Iterable[Mapping[str, Any]], subject: Subject
) -> list[Mapping[str, Any]]:
    """The elements of a page that we do not have in this state already."""
    return [
        element
        for element in elements
        if cursor.seen.get(str(element.get(subject.id))) != str(element.get("UpdatedDateUTC"))
    ]


def advanced(cursor: Cursor, elements: Iterable[Mapping[str, Any]], subject: Subject) -> Cursor:
    """The cursor after a page."""
    states = dict(cursor.seen)
    newest = cursor.since
    for element in elements:
        states[str(element.get(subject.id))] = str(element.get("UpdatedDateUTC"))
        newest = max(newest, _updated(element))
    horizon = newest - OVERLAP - timedelta(seconds=1)
    recent = [(parse_timestamp(updated), key) for key, updated in states.items()]
    kept = sorted((item for item in recent if item[0] >= horizon), reverse=True)[:REMEMBERED]
    return Cursor(newest, {key: states[key] for _, key in kept})


def _updated(element: Mapping[str, Any]) -> datetime:
    return parse_timestamp(str(element.get("UpdatedDateUTC")))


def next_interval(previous: float, changes: int, day_limit: int, calls_per_poll: int) -> float:
    """Seconds until the next poll: half as long after changes, half as long again after none.

    Never so often that polling would take more than its share of the day's calls.
    """
    shortest = max(SHORTEST, calls_per_poll * _DAY / (SHARE_OF_DAY * max(1, day_limit)))
    wanted = previous / 2 if changes else previous * 1.5
    return max(shortest, min(wanted, max(LONGEST, shortest)))
