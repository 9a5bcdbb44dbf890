"""The connections of a pair as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.core import states
from dashboard.core.states import StateWords, state_words
from integrations.models import Connection, Pair


@dataclass(frozen=True, slots=True)
class Health:
    """One connection in a line."""

    name: str
    system: str
    state: StateWords
    last_good_at: datetime | None
    key: str


def healths_of(pair: Pair) -> list[Health]:
    """All connections of the pair. One query."""
    order = {system: place for place, system in enumerate(("shop", "opayo", "xero"))}
    connections = sorted(Connection.objects.filter(pair=pair), key=lambda row: (order[row.system], row.pk))
    return [
        Health(
            str(row),
            row.get_system_display(),
            state_words(states.CONNECTION, row.status),
            row.last_good_at,
            row.key,
        )
        for row in connections
    ]
