"""How an event can end."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.models import Event


@dataclass(frozen=True, slots=True)
class Done:
    """The event is dealt with; `note` says why when there was nothing to do."""

    state: str = Event.State.PROCESSED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """The event needs something that is not there yet; look again after `seconds`."""

    seconds: float
    why: str


Outcome = Done | Wait


class UnreadableError(Exception):
    """The event can never be processed as it stands; the message says why, in plain words."""
