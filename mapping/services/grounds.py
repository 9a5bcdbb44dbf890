"""What a pair's mappings are judged against while they are edited: its settings, and Xero's chart as read last."""

from __future__ import annotations

from datetime import datetime

from integrations.models import Connection, Pair
from integrations.xero.core.chart import Books
from integrations.xero.organisation import books_of
from mapping.core.checking import Ground
from mapping.services.records import pair_context


def ground_of(pair: Pair, now: datetime) -> Ground:
    """The pair's ground; without a chart where Xero was not connected yet. `now` is UTC. Two small queries."""
    return Ground(pair_context(pair, now), _chart(pair))


def _chart(pair: Pair) -> Books | None:
    connections = Connection.objects.filter(pair=pair, system=Connection.System.XERO)
    connection = connections.exclude(status=Connection.Status.OFF).order_by("pk").first()
    return books_of(connection) if connection is not None else None
