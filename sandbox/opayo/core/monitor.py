"""The transaction monitor: when an unfinished transaction is given up, and how ABORT is repeated."""

from __future__ import annotations

from datetime import timedelta

INACTIVITY = timedelta(minutes=15)
"""Unfinished transactions older than this are cancelled (Opayo Server, transaction monitor)."""

_LADDER = (
    (5, timedelta(minutes=5)),
    (15, timedelta(minutes=15)),
    (13, timedelta(hours=1)),
    (29, timedelta(days=1)),
)


def abort_retry_delay(attempts: int) -> timedelta | None:
    """How long after the `attempts`-th ABORT POST the next one follows; None when it was the last.

    Five retries every 5 minutes, fifteen every 15 minutes, thirteen every hour, then one a day for
    29 days.
    """
    left = attempts
    for count, delay in _LADDER:
        if left <= count:
            return delay
        left -= count
    return None
