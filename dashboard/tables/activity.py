"""The lists of activity: calls to outside systems, and what people did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Badge, Count, Moment, Text
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import ApiCall, AuditEntry, Connection


def call_words(call: ApiCall) -> str:
    """How long a call took, in milliseconds."""
    return f"{call.milliseconds:,} ms"


CALLS: TableSpec[ApiCall] = TableSpec(
    name="calls",
    noun="call",
    order="-started",
    columns=(
        Column("call", "Call", lambda row, pair: Text(f"{row.method} {row.path}", "mono clip"), fixed=True),
        Column("started", "Started", lambda row, pair: Moment(row.started_at, pair.zone), sort="started_at"),
        Column(
            "system", "System", lambda row, pair: Text(Connection.System(row.system).label), sort="system"
        ),
        Column("purpose", "Purpose", lambda row, pair: Text(row.purpose), sort="purpose"),
        Column(
            "outcome",
            "Outcome",
            lambda row, pair: Badge(state_words(states.CALL, row.outcome)),
            sort="outcome",
        ),
        Column("status", "Status", lambda row, pair: Text(str(row.status_code or ""), "mono"), numeric=True),
        Column("rows", "Documents", lambda row, pair: Count(row.rows), sort="rows", numeric=True),
        Column("took", "Took", lambda row, pair: Text(call_words(row)), sort="milliseconds", numeric=True),
        Column("error", "What happened", lambda row, pair: Text(row.error, "clip"), shown=False),
    ),
    empty=EmptyState(
        "No calls yet", "Every call to Xero, Opayo and the shop is listed here with its answer and time."
    ),
)


class CallFilter(ListFilter[ApiCall]):
    """Which calls."""

    search_paths = ("path__icontains", "purpose__icontains", "error__icontains")
    date_path = "started_at"

    system = choice_field("System", [("", "Any system"), *Connection.System.choices])
    outcome = choice_field("Outcome", choices_of(states.CALL, "Any outcome"))
    since = day_field("From")
    until = day_field("To")

    def search_hint(self) -> str:
        return "Path, purpose or error"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        for name in ("system", "outcome"):
            if value := values.get(name):
                yield Q(**{name: value})


AUDIT: TableSpec[AuditEntry] = TableSpec(
    name="audit",
    noun="act",
    order="-at",
    columns=(
        Column("action", "What", lambda row, pair: Text(row.action, "mono"), sort="action", fixed=True),
        Column("at", "When", lambda row, pair: Moment(row.at, pair.zone), sort="at"),
        Column("actor", "Who", lambda row, pair: Text(row.actor.email if row.actor else "Tillbridge")),
        Column("subject", "On what", lambda row, pair: Text(row.subject, "clip")),
        Column("reason", "Reason", lambda row, pair: Text(row.reason, "clip")),
    ),
    empty=EmptyState(
        "Nobody has changed anything yet",
        "Each act of a person is kept here for good: who, when, on what, why.",
    ),
)


class AuditFilter(ListFilter[AuditEntry]):
    """Which acts."""

    search_paths = ("action__icontains", "subject__icontains", "reason__icontains", "actor__email__icontains")
    date_path = "at"

    since = day_field("From")
    until = day_field("To")

    def search_hint(self) -> str:
        return "Act, subject, reason or person"
