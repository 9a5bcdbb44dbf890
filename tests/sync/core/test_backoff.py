"""Waiting longer and longer, never in step with others."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from sync.core.backoff import CAP_SECONDS, delay_seconds


@given(st.integers(0, 100), st.integers())
def test_every_delay_lies_between_a_quarter_of_its_ceiling_and_the_cap(attempts: int, seed: int) -> None:
    uniform = random.Random(seed).uniform
    ceiling = min(CAP_SECONDS, 2.0 ** min(attempts, 20))
    delay = delay_seconds(attempts, retry_after=None, uniform=uniform)
    assert ceiling / 4 <= delay <= ceiling


def test_a_retry_after_is_the_least_wait() -> None:
    assert delay_seconds(0, retry_after=37.0, uniform=lambda low, high: low) == 37.0


def test_delays_are_spread() -> None:
    uniform = random.Random(1).uniform
    assert len({delay_seconds(8, retry_after=None, uniform=uniform) for _ in range(50)}) > 40
