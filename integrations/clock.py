"""What day it is for the books.

Leases, back-off and limits run on the machine's clock (`django.utils.timezone.now`). Dates on
documents run on the business clock, which only the demo moves, together with its sandbox.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

_READ_AGAIN_SECONDS = 0.25


class _DemoOffset:
    """The sandbox's offset, read again a few times a second."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.read_at = float("-inf")

    def current(self, path: str) -> float:
        if time.monotonic() - self.read_at > _READ_AGAIN_SECONDS:
            self.read_at = time.monotonic()
            try:
                self.seconds = float(Path(path).read_text().strip() or 0)
            except FileNotFoundError:
                self.seconds = 0.0
        return self.seconds


_demo_offset = _DemoOffset()


def business_now() -> datetime:
    """The moment the books are at, in UTC."""
    now = datetime.now(UTC)
    if settings.DEMO_CLOCK_FILE:
        now += timedelta(seconds=_demo_offset.current(settings.DEMO_CLOCK_FILE))
    return now
