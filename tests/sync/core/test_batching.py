"""When a batch is sent."""

from __future__ import annotations

import pytest

from sync.core.batching import BATCH_SIZE, Calls, Queue, is_due, spare_linger

PLENTY = Calls()


def queue(count: int, *, oldest: float = 0.0, newest: float = 0.0, coming: int = 0) -> Queue:
    return Queue("invoice", count, oldest, newest, coming)


def test_a_single_document_on_a_quiet_system_goes_at_once() -> None:
    assert is_due(queue(1), PLENTY)


def test_nothing_is_not_sent() -> None:
    assert not is_due(queue(0), PLENTY)


def test_a_full_batch_goes_at_once_even_when_calls_are_scarce() -> None:
    assert is_due(queue(BATCH_SIZE), Calls(minute_remaining=1, day_remaining=1))


def test_a_burst_waits_while_more_is_coming_in() -> None:
    assert not is_due(queue(20, oldest=0.5, newest=0.1), PLENTY)
    assert not is_due(queue(20, oldest=2.0, newest=1.5, coming=30), PLENTY)


def test_a_burst_goes_when_nothing_more_comes() -> None:
    assert is_due(queue(20, oldest=2.0, newest=1.0), PLENTY)


def test_no_document_of_a_burst_waits_for_ever() -> None:
    assert is_due(queue(20, oldest=6.5, newest=0.0, coming=500), PLENTY)


def test_a_few_followers_of_a_burst_wait_for_the_others() -> None:
    assert not is_due(queue(2, oldest=0.2, coming=30), PLENTY)


@pytest.mark.parametrize(("left", "least"), [(5000, 0), (2500, 0), (1000, 30), (0, 60)])
def test_the_fewer_calls_of_the_day_are_left_the_longer_batches_are_filled(left: int, least: int) -> None:
    assert spare_linger(Calls(day_remaining=left)) >= least
    assert spare_linger(Calls(day_remaining=left)) <= 60
