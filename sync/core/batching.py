"""When a batch is worth sending: at once on a quiet system, full when much is coming in.

Xero counts a call whatever it carries (up to 50 documents) against 60 a minute and 5,000 (or
1,000) a day, so a burst sent one by one would use up a day's calls in minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

BATCH_SIZE = 50
BURST = 4
"""This many documents of a kind arriving together are a burst; fewer are sent at once."""
BURST_QUIET_SECONDS = 0.8
"""A burst is over when nothing has been added for this long."""
BURST_LINGER_SECONDS = 6.0
"""No document waits longer than this for its batch to fill, unless calls are scarce."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The ready postings of one kind; ages in seconds."""

    kind: str
    count: int
    oldest_age: float
    newest_age: float
    coming: int = 0
    """Postings of this kind that only wait for a call now in flight or queued before them."""

    def without(self, sent: int) -> Queue:
        """The queue after `sent` postings have left it."""
        return replace(self, count=max(0, self.count - sent))


@dataclass(frozen=True, slots=True)
class Calls:
    """What Xero still allows; `None` when unknown, which is treated as plenty."""

    minute_remaining: int | None = None
    day_remaining: int | None = None
    day_limit: int = 5000


def spare_linger(calls: Calls) -> float:
    """Extra seconds to wait for fuller batches when the calls of the day or minute run low."""
    linger = 0.0
    if calls.minute_remaining is not None and calls.minute_remaining < 15:
        linger = 3.0
    if calls.day_remaining is not None and calls.day_remaining < calls.day_limit:
        left = calls.day_remaining / max(calls.day_limit, 1)
        if left < 0.5:
            linger = max(linger, 60.0 * (0.5 - left) / 0.5)
    return linger


def is_due(queue: Queue, calls: Calls) -> bool:
    """Whether to send a batch of this queue now."""
    if queue.count == 0:
        return False
    if queue.count >= BATCH_SIZE:
        return True
    if queue.oldest_age < spare_linger(calls):
        return False
    if queue.count + queue.coming < BURST:
        return True
    if queue.oldest_age >= BURST_LINGER_SECONDS:
        return True
    return queue.newest_age >= BURST_QUIET_SECONDS and queue.coming == 0
