"""The list of events: everything received, before anything was made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Badge, Cell, Count, Link, Moment, Text
from dashboard.tables.orders import order_link
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Event, Pair


def event_link(event: Event, pair: Pair, *, main: bool = False) -> Cell:
    """An event's kind and number, leading to its page."""
    return Link(f"{event.kind} #{event.pk}", reverse("events-page", args=[pair.slug, event.pk]), main=main)


EVENTS: TableSpec[Event] = TableSpec(
    name="events",
    noun="event",
    order="-received",
    columns=(
        Column("kind", "Event", lambda row, pair: event_link(row, pair, main=True), sort="kind", fixed=True),
        Column("source", "From", lambda row, pair: Text(row.get_source_display()), sort="source"),
        Column("received", "Received", lambda row, pair: Moment(row.received_at, pair.zone), sort="pk"),
        Column("order", "Order", lambda row, pair: order_link(row.order, pair)),
        Column("state", "State", lambda row, pair: Badge(state_words(states.EVENT, row.state)), sort="state"),
        Column(
            "authenticity", "Authenticity", lambda row, pair: Text(row.get_authenticity_display(), "quiet")
        ),
        Column("processed", "Processed", lambda row, pair: Moment(row.processed_at, pair.zone), shown=False),
        Column("sequence", "In the chain", lambda row, pair: Count(row.sequence), numeric=True, shown=False),
        Column("error", "What happened", lambda row, pair: Text(row.error, "clip"), shown=False),
        Column("attempts", "Attempts", lambda row, pair: Count(row.attempts), sort="attempts", numeric=True),
    ),
    empty=EmptyState(
        "Nothing received yet",
        "Orders, Opayo notifications and Xero messages are stored here as they came, before anything is made of them.",
        "connections",
        "See the connections",
    ),
)


class EventFilter(ListFilter[Event]):
    """Which events."""

    search_paths = ("kind__icontains", "order__number__icontains", "dedupe_key__icontains")
    date_path = "received_at"

    source = choice_field("From", [("", "Anybody"), *Event.Source.choices])
    state = choice_field("State", choices_of(states.EVENT, "Any state"))
    since = day_field("From day")
    until = day_field("To day")

    def search_hint(self) -> str:
        return "Kind, order or sender's id"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        for name in ("source", "state"):
            if value := values.get(name):
                yield Q(**{name: value})
