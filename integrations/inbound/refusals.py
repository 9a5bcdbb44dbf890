"""Counting messages whose signature is wrong, without letting them write to the database at will."""

from __future__ import annotations

import time
from collections import defaultdict
from threading import Lock
from typing import Final

from django.db.models import F
from django.utils import timezone

from integrations.models import Connection

_SECONDS_BETWEEN_WRITES: Final = 1.0


class RefusalCounter:
    """Counts in memory, adds to the connection's row at most once a second per connection.

    What came within the last second before a process ends may go uncounted: it is a warning light, no ledger.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: defaultdict[int, int] = defaultdict(int)
        self._written_at: dict[int, float] = {}

    def count(self, connection_id: int) -> None:
        """One more refused message for this connection."""
        due = self._due(connection_id, time.monotonic())
        if due:
            Connection.objects.filter(pk=connection_id).update(
                refused_count=F("refused_count") + due, last_refused_at=timezone.now()
            )

    def _due(self, connection_id: int, now: float) -> int:
        with self._lock:
            self._waiting[connection_id] += 1
            if now - self._written_at.get(connection_id, float("-inf")) < _SECONDS_BETWEEN_WRITES:
                return 0
            self._written_at[connection_id] = now
            return self._waiting.pop(connection_id)


refusals: Final = RefusalCounter()
