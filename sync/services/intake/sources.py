"""Which reader understands which event."""

from __future__ import annotations

from types import ModuleType
from typing import Any, cast

from integrations.models import Event
from sync.services.batch import Batch
from sync.services.intake import acquirer, opayo, shop, xero
from sync.services.intake.outcomes import Outcome, UnreadableError

_READERS: dict[Event.Source, ModuleType] = {
    Event.Source.SHOP: shop,
    Event.Source.OPAYO: opayo,
    Event.Source.XERO: xero,
    Event.Source.ACQUIRER: acquirer,
}


def read(event: Event) -> Any:
    """Parse the event's body.

    Raises UnreadableError when it can never be understood.
    """
    try:
        reader = _READERS[Event.Source(event.source)]
    except KeyError:
        raise UnreadableError(f"Nothing here reads {event.source} messages.") from None
    return reader.read(event)


def load(batch: Batch, event: Event, message: Any) -> None:
    """Name the records the message needs, so that they are fetched together."""
    _READERS[Event.Source(event.source)].load(batch, event, message)


def apply(batch: Batch, event: Event, message: Any) -> Outcome:
    """Change the records in memory as the message says."""
    return cast(Outcome, _READERS[Event.Source(event.source)].apply(batch, event, message))
