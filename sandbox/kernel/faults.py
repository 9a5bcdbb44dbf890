"""Which call goes wrong and how: a seeded decision with no I/O, applied by the edge and the outgoing queue.

Faults come by probability per kind of call. A call that has just failed twice is let through, so a
client that keeps trying always gets there, whatever the profile.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

LONGEST_STREAK = 2
"""Failures in a row of one and the same call before it is let through."""

REMEMBERED_STREAKS = 20_000


class Kind(StrEnum):
    """What can go wrong with a call."""

    LATENCY = "latency"
    """Answered properly, `seconds` late."""
    TOO_MANY = "429"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    MAINTENANCE = "maintenance"
    """503 for every matching call during `seconds` of every `period`."""
    TIMEOUT_BEFORE = "timeout_before"
    """No work done; the connection is held for `seconds`, then dropped."""
    TIMEOUT_AFTER = "timeout_after"
    """The work is done and kept; the connection is held for `seconds`, then dropped."""
    DROP = "drop"
    """The connection is dropped before any work."""
    TRUNCATE = "truncate"
    """The work is done; the reply breaks off half-way."""
    EXPIRE_TOKENS = "expire_tokens"
    """The system's access tokens run out just before the call."""
    REVOKE_TOKENS = "revoke_tokens"
    """The system's consent is withdrawn just before the call; a person must connect again."""
    DUPLICATE = "duplicate"
    """An outgoing call is sent twice."""
    DELAY = "delay"
    """An outgoing call is sent `seconds` late."""
    REORDER = "reorder"
    """An outgoing call is held for a random while up to `seconds`, so that others overtake it."""


FAILING = frozenset(
    {
        Kind.TOO_MANY,
        Kind.SERVER_ERROR,
        Kind.UNAVAILABLE,
        Kind.TIMEOUT_BEFORE,
        Kind.TIMEOUT_AFTER,
        Kind.DROP,
        Kind.TRUNCATE,
        Kind.EXPIRE_TOKENS,
        Kind.REVOKE_TOKENS,
    }
)
"""Kinds that leave the caller without a usable answer, and so count towards a streak."""

OUTGOING_ONLY = frozenset({Kind.DUPLICATE, Kind.DELAY, Kind.REORDER})


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of fault for the calls whose route matches `route` (a shell pattern)."""

    route: str
    kind: Kind
    probability: float = 1.0
    """Share of matching calls, 0 to 1; for maintenance, whether the windows happen at all."""
    seconds: float = 0.0
    """How late, how long held, the Retry-After of 429 and 503, or the length of a window."""
    period: float = 0.0
    """Maintenance only: seconds of the machine clock from one window's start to the next."""
    remaining: int | None = None
    """How many more times the rule may strike; `None` is without limit."""

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability must be between 0 and 1, not {self.probability}")
        if self.seconds < 0 or self.period < 0:
            raise ValueError("seconds and period cannot be negative")
        if self.kind is Kind.MAINTENANCE and self.period <= self.seconds:
            raise ValueError("a maintenance window needs a period longer than its seconds")


@dataclass(frozen=True, slots=True)
class Fault:
    """The decision for one call."""

    kind: Kind
    seconds: float = 0.0


class Faults:
    """Decides call by call, from rules tried in order and one seeded source of chance."""

    def __init__(self, rules: Iterable[Rule] = (), *, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._streaks: OrderedDict[str, int] = OrderedDict()
        self._candidates: dict[str, list[int]] = {}
        self.rules: list[Rule] = []
        self.replace(rules)

    def replace(self, rules: Iterable[Rule]) -> None:
        """Take other rules from now on; streaks are forgotten."""
        self.rules = list(rules)
        self._candidates.clear()
        self._streaks.clear()

    def add(self, rule: Rule) -> None:
        """Put one rule before all others."""
        self.rules.insert(0, rule)
        self._candidates.clear()

    def decide(self, route: str, subject: str, now: float) -> Fault | None:
        """The fault of this call, or `None`.

        `subject` says which calls are tries of the same thing (an Idempotency-Key, a message id);
        `now` is in seconds of the machine clock, for maintenance windows.
        """
        indexes = self._matching(route)
        if not indexes:
            return None
        if self._streaks.get(subject, 0) >= LONGEST_STREAK:
            del self._streaks[subject]
            return None
        for index in indexes:
            if self._strikes(self.rules[index], now):
                return self._strike(index, subject)
        self._streaks.pop(subject, None)
        return None

    def _matching(self, route: str) -> list[int]:
        indexes = self._candidates.get(route)
        if indexes is None:
            indexes = [i for i, rule in enumerate(self.rules) if fnmatchcase(route, rule.route)]
            self._candidates[route] = indexes
        return indexes

    def _strikes(self, rule: Rule, now: float) -> bool:
        if rule.remaining == 0 or not rule.probability:
            return False
        if rule.kind is Kind.MAINTENANCE:
            return now % rule.period < rule.seconds
        return self._random.random() < rule.probability

    def _strike(self, index: int, subject: str) -> Fault:
        rule = self.rules[index]
        if rule.remaining is not None:
            self.rules[index] = _once_less(rule)
        if rule.kind in FAILING:
            self._remember(subject)
        return Fault(rule.kind, rule.seconds)

    def _remember(self, subject: str) -> None:
        self._streaks[subject] = self._streaks.pop(subject, 0) + 1
        if len(self._streaks) > REMEMBERED_STREAKS:
            self._streaks.popitem(last=False)


def _once_less(rule: Rule) -> Rule:
    left = rule.remaining - 1 if rule.remaining else 0
    return Rule(rule.route, rule.kind, rule.probability, rule.seconds, rule.period, left)
