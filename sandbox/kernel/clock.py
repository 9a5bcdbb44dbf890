"""Two clocks: the business day, which can be moved, and the machine's seconds."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The sandbox's time, in UTC.

    `business` dates documents, settlement batches and monitors, and is moved to trade a month in a
    minute. `machine` paces rate limits, idempotency windows and token lives; it follows the real
    seconds unless a test moves it too.
    """

    def __init__(self, *, business_offset: float = 0.0, machine_offset: float = 0.0) -> None:
        self.business_offset = business_offset
        self.machine_offset = machine_offset

    def business(self) -> datetime:
        """Now, as the simulated world dates things."""
        return datetime.now(UTC) + timedelta(seconds=self.business_offset)

    def real(self) -> datetime:
        """Now, where the business clock would be had nobody moved it."""
        return datetime.now(UTC)

    def machine(self) -> float:
        """Seconds since the epoch, as machines count them."""
        return time.time() + self.machine_offset

    def advance(self, seconds: float, *, machine: bool = False) -> None:
        """Move the business clock on (or back), and the machine clock with it if asked."""
        self.business_offset += seconds
        if machine:
            self.machine_offset += seconds
