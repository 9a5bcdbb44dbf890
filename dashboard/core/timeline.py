"""The story of one order or payment, in order of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from dashboard.core.states import StateWords, Tone


@dataclass(frozen=True, slots=True)
class Fact:
    """A small detail of an entry, such as the number of attempts."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `minor` units of `currency` where money is meant; `detail` leads to the evidence."""

    at: datetime
    icon: str
    tone: Tone
    title: str
    text: str = ""
    state: StateWords | None = None
    minor: int | None = None
    currency: str = ""
    detail: str = ""
    facts: tuple[Fact, ...] = field(default=())
    rank: int = 0
    """Breaks ties of one moment: causes before effects."""


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Oldest first."""
    return sorted(entries, key=lambda entry: (entry.at, entry.rank))


def is_settled(entries: Iterable[Entry]) -> bool:
    """Whether nothing of it moves by itself any more."""
    return not any(entry.state is not None and entry.state.tone == "work" for entry in entries)
