"""Xero's four rate limits (Xero developer documentation, "OAuth 2.0 API limits")."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

MINUTE = 60.0
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls an app may make; all but `app_minute` are for each organisation apart."""

    concurrent: int
    minute: int
    day: int
    app_minute: int


XERO = Limits(concurrent=5, minute=60, day=5000, app_minute=10_000)
STARTER = Limits(concurrent=5, minute=60, day=1000, app_minute=10_000)
UNLIMITED = Limits(concurrent=10_000, minute=10_000, day=1_000_000, app_minute=10_000)
"""What the headers tell where nothing is ever refused, so that clients need not hold back."""
BY_NAME = {"xero": XERO, "starter": STARTER, "off": UNLIMITED}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Which limit was reached, by the name in `X-Rate-Limit-Problem`, and seconds until it eases."""

    limit: str
    retry_after: int | None


class Window:
    """Calls within a rolling span of seconds."""

    def __init__(self, span: float) -> None:
        self.span = span
        self._calls: deque[float] = deque()

    def count(self, now: float) -> int:
        calls = self._calls
        edge = now - self.span
        while calls and calls[0] <= edge:
            calls.popleft()
        return len(calls)

    def add(self, now: float) -> None:
        self._calls.append(now)

    def retry_after(self, now: float, limit: int) -> int:
        """Whole seconds until a call would pass."""
        blocking = self._calls[-limit]
        return max(1, math.ceil(blocking + self.span - now))


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left after a call, for the three headers."""

    minute: int
    day: int
    app_minute: int


class Quota:
    """The windows of one app on one organisation, and of the app as a whole."""

    def __init__(self, app_window: Window) -> None:
        self.app = app_window
        self.minute = Window(MINUTE)
        self.day = Window(DAY)

    def refuse(self, now: float, limits: Limits, in_flight: int) -> Refusal | None:
        """The limit this call would break, or None."""
        if in_flight > limits.concurrent:
            return Refusal("concurrent", None)
        for name, window, limit in (
            ("appminute", self.app, limits.app_minute),
            ("day", self.day, limits.day),
            ("minute", self.minute, limits.minute),
        ):
            if window.count(now) >= limit:
                return Refusal(name, window.retry_after(now, limit))
        return None

    def spend(self, now: float) -> None:
        """Count a call that is let through."""
        self.app.add(now)
        self.minute.add(now)
        self.day.add(now)

    def remaining(self, now: float, limits: Limits) -> Remaining:
        return Remaining(
            max(0, limits.minute - self.minute.count(now)),
            max(0, limits.day - self.day.count(now)),
            max(0, limits.app_minute - self.app.count(now)),
        )
