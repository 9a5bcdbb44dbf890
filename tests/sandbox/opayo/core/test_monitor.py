from __future__ import annotations

from datetime import timedelta
from itertools import count, takewhile

from sandbox.opayo.core.monitor import abort_retry_delay


def test_the_ladder_has_its_published_rungs() -> None:
    rungs = list(takewhile(bool, (abort_retry_delay(attempt) for attempt in count(1))))
    minutes, days = timedelta(minutes=1), timedelta(days=1)
    assert rungs == [5 * minutes] * 5 + [15 * minutes] * 15 + [60 * minutes] * 13 + [days] * 29


def test_it_ends_after_about_thirty_days() -> None:
    rungs = takewhile(bool, (abort_retry_delay(attempt) for attempt in count(1)))
    assert 29 <= sum((rung for rung in rungs if rung), timedelta()).days <= 30
