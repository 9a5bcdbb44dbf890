"""The end of a day of trade: when everything is quiet the merchant goes round, and then the day is over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from config.demo.quiet import product_is_quiet
from config.demo.stack import Stack


class DayEnds:
    """Asked by the sandbox's trade again and again; goes round once for each of its days, in a thread of its own."""

    def __init__(self, stack: Stack, go_round: Callable[[], None]) -> None:
        self._stack = stack
        self._go_round = go_round
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
        self._day = ""
        self._round: Future[None] | None = None

    def may_go_on(self) -> bool:
        """Whether nothing is under way, and the round of the day done, if it is the end of one."""
        with self._lock:
            if self._round is not None and not self._round.done():
                return False
            if not product_is_quiet(self._stack):
                return False
            phase = str(self._stack.control.get("trade")["phase"])
            if not phase.startswith("day ") or phase == self._day:
                return True
            self._day = phase
            self._round = self._executor.submit(self._go_round)
            return False

    def check(self) -> None:
        """Raise what a round raised."""
        if self._round is not None and self._round.done():
            self._round.result()

    def close(self) -> None:
        """Wait for the round under way."""
        self._executor.shutdown()
