"""Telling whoever processes events that one has been stored, without knowing who that is."""

from __future__ import annotations

from collections.abc import Callable

on_event_stored: list[Callable[[int], None]] = []
"""Called with the pair's id after an event was committed; the floor above adds its own."""


def wake(pair_id: int) -> None:
    """An event of this pair is on disk."""
    for listener in on_event_stored:
        listener(pair_id)
