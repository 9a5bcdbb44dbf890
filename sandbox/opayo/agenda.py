"""What has to be done later, by the business clock."""

from __future__ import annotations

import heapq
from datetime import datetime


class Agenda:
    """Appointments in order of their time. Kept in memory; rebuilt from the records at a start."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, str, str]] = []
        self._order = 0

    def note(self, due: datetime, kind: str, key: str) -> None:
        """Remember to do something of a kind for a key at a time."""
        self._order += 1
        heapq.heappush(self._heap, (due, self._order, kind, key))

    def due(self, now: datetime) -> list[tuple[datetime, str, str]]:
        """Take out all that is due: its time, kind and key, earliest first."""
        taken = []
        while self._heap and self._heap[0][0] <= now:
            due, _, kind, key = heapq.heappop(self._heap)
            taken.append((due, kind, key))
        return taken
