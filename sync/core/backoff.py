"""How long to wait before trying again: exponential, with full jitter."""

from __future__ import annotations

from collections.abc import Callable

BASE_SECONDS = 1.0
CAP_SECONDS = 900.0
MOST_ATTEMPTS = 12
"""After this many transient failures a person is asked; with the cap that is about two hours."""


def delay_seconds(
    attempts: int, *, retry_after: float | None, uniform: Callable[[float, float], float]
) -> float:
    """Seconds until the next attempt, after `attempts` failed ones.

    `uniform(low, high)` supplies the jitter. A Retry-After from the other side is the least wait.
    """
    ceiling = min(CAP_SECONDS, BASE_SECONDS * 2 ** min(attempts, 20))
    jittered = uniform(ceiling / 4, ceiling)
    return max(jittered, retry_after or 0.0)
