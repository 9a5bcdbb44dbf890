"""Changes made in Xero by people, found by asking for what was modified since last time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from integrations.core.failures import PermanentFailure
from integrations.events.services import store_event
from integrations.models import Connection, Event
from integrations.xero.budget import budget_of
from integrations.xero.client import XeroClient
from integrations.xero.core.replies import top_message
from integrations.xero.core.sweeping import (
    LONGEST,
    SUBJECTS,
    Request,
    Subject,
    advanced,
    first_request,
    fresh_elements,
    next_interval,
    read_cursor,
)
from integrations.xero.core.wire import dumps

PAGE: Final = 500
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before Xero was founded."""


def is_due(connection: Connection) -> bool:
    """Whether the connection's next poll has come."""
    due = connection.cursors.get("poll_due_at")
    return not due or datetime.fromisoformat(due) <= timezone.now()


def poll(connection: Connection) -> int:
    """Store what changed since the last poll as events, a page each; returns how many documents that was.

    Documents already stored in their present state are left out, and a page without news makes no event. The
    cursor is kept after each page, so a poll that is cut short goes on where it was. The first poll reads all
    contacts, so that customers who are in Xero already are known.
    Raises a Failure when Xero cannot be asked.
    """
    client = XeroClient(connection)
    changes = calls = 0
    for subject in SUBJECTS:
        for fresh in _pages(client, connection, subject):
            calls += 1
            changes += len(fresh)
            if fresh:
                _store(connection, subject, fresh)
    _plan_next(connection, changes, calls)
    return changes


def _pages(
    client: XeroClient, connection: Connection, subject: Subject
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """The news of each page; the cursor moves on once the page has been taken."""
    start = BEGINNING if subject.whole else connection.created_at
    cursor = read_cursor(connection.cursors.get(subject.kind), start)
    request = first_request(cursor)
    while True:
        elements = _page(client, subject, request)
        yield fresh_elements(cursor, elements, subject)
        cursor = advanced(cursor, elements, subject)
        _keep(connection, {subject.kind: cursor.as_json()})
        if len(elements) < PAGE:
            break
        request = request.following(elements)


def _page(client: XeroClient, subject: Subject, request: Request) -> list[Mapping[str, Any]]:
    params = {"page": str(request.page), "pageSize": str(PAGE), "order": "UpdatedDateUTC ASC"}
    if subject.summary:
        params["summaryOnly"] = "true"
    if subject.kind == "contacts":
        params["includeArchived"] = "true"
    reply = client.call(
        "GET",
        f"/{subject.collection}",
        purpose="polling",
        params=params,
        headers={"If-Modified-Since": request.header()},
        priority="background",
    )
    elements = reply.body.get(subject.collection)
    if reply.status != 200 or not isinstance(elements, list):
        raise PermanentFailure(f"Xero did not list its {subject.collection}: {top_message(reply.body)}")
    return elements


def _store(connection: Connection, subject: Subject, elements: Sequence[Mapping[str, Any]]) -> None:
    body = dumps({subject.collection: elements}).encode()
    store_event(
        pair_id=connection.pair_id,
        connection_id=connection.pk,
        source=Event.Source.XERO,
        kind=subject.kind,
        dedupe_key=f"{subject.kind}:{hashlib.sha256(body).hexdigest()}",
        body=body,
        headers={},
        authenticity=Event.Authenticity.FETCHED,
    )


def _plan_next(connection: Connection, changes: int, calls: int) -> None:
    previous = float(connection.cursors.get("poll_seconds", LONGEST))
    seconds = next_interval(previous, changes, budget_of(connection).day_limit, calls)
    due = timezone.now() + timedelta(seconds=seconds)
    _keep(connection, {"poll_seconds": round(seconds), "poll_due_at": due.isoformat()})


def _keep(connection: Connection, changes: Mapping[str, Any]) -> None:
    connection.cursors = {**connection.cursors, **changes}
    Connection.objects.filter(pk=connection.pk).update(cursors=connection.cursors)
