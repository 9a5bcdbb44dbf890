"""Telling the pipeline that there is something to do.

The edge does not know the pipeline: whoever wants to hear of new events adds a function here when the application
starts. A call that gets lost costs nothing but time, for the sweeper looks for unprocessed events anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Event, Thread
from typing import Final

import structlog
from django.db import Error as DatabaseError
from django.db import connection

on_event_stored: Final[list[Callable[[int], None]]] = []
"""Called with the pair's id after an event was committed. Must be quick."""

_SECONDS_BETWEEN: Final = 0.02
_IDLE_SECONDS: Final = 1.0
_log = structlog.get_logger(__name__)


def wake(pair_id: int) -> None:
    """An event of the pair is on disk. The event is safe already, so trouble with the database is only logged."""
    for tell in on_event_stored:
        try:
            tell(pair_id)
        except DatabaseError as error:
            _log.warning("inbound.wake_failed", pair_id=pair_id, error=str(error))


class _Waker:
    """Wakes from a thread of its own, so that the sender's answer does not wait and a burst wakes once.

    Every commit is still followed by a wake-up: at once when it is the first, within 20 ms in a burst. The thread
    ends, and gives its database connection back, when nothing comes for a second.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._pairs: set[int] = set()
        self._thread: Thread | None = None
        self._pause = Event()

    def soon(self, pair_id: int) -> None:
        with self._changed:
            self._pairs.add(pair_id)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="wake-up", daemon=True)
                self._thread.start()
            else:
                self._changed.notify()

    def _run(self) -> None:
        try:
            while pairs := self._next():
                for pair_id in pairs:
                    wake(pair_id)
                self._pause.wait(_SECONDS_BETWEEN)
        finally:
            connection.close()

    def _next(self) -> set[int]:
        with self._changed:
            self._changed.wait_for(lambda: bool(self._pairs), _IDLE_SECONDS)
            pairs, self._pairs = self._pairs, set()
            if not pairs:
                self._thread = None
            return pairs


_waker: Final = _Waker()


def wake_soon(pair_id: int) -> None:
    """As `wake`, without waiting for it; inside a transaction at once, for only there its rows can be seen."""
    if connection.in_atomic_block:
        wake(pair_id)
    else:
        _waker.soon(pair_id)
