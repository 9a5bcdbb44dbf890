"""How many calls one Xero organisation may still get, and who comes first (Xero, OAuth 2.0 API limits).

Xero allows 60 calls in any minute, 5 at once and 5,000 in any day (1,000 on the Starter tier), and says in its
headers what remains. All times here are epoch seconds of the machine's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

Priority = Literal["urgent", "normal", "background"]
Slots = tuple[tuple[int, int], ...]
Flights = tuple[tuple[str, float], ...]

MINUTE: Final = 60
DAY: Final = 86_400
AT_ONCE: Final = 5
TIERS: Final = (1_000, 5_000)
"""Day limits of Xero's tiers."""

MINUTE_KEPT: Final[Mapping[Priority, float]] = {"urgent": 0.0, "normal": 0.05, "background": 0.3}
DAY_KEPT: Final[Mapping[Priority, float]] = {"urgent": 0.0, "normal": 0.02, "background": 0.15}
"""The share of a limit that calls of this priority leave to more urgent ones."""

FLIGHT_SECONDS: Final = 12.0
"""A call that is out longer no longer counts as being out: its process may have been killed."""

READING_SECONDS: Final = 1_800.0
"""A reading of the day's remainder this old is worth one call to learn it anew: the day rolls on."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is known about one organisation's limits.

    `slots` counts our calls per second of the last minute: a call stands at the second it began until its answer
    came, then at the second of the answer. That is never earlier than when Xero counted it, so a slot that has left
    our minute has left Xero's. `flights` are the calls now out. `day_remaining` is as of `seen_at`, less the calls
    made since.
    """

    minute_limit: int = 60
    day_limit: int = 5_000
    day_remaining: int | None = None
    seen_at: float | None = None
    parked_until: float | None = None
    parked_because: str = ""
    slots: Slots = ()
    flights: Flights = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """No call now: why, and after how many seconds to ask again. `crowded`: only because too many are out at once."""

    because: str
    retry_after: float
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The limits' headers of one reply; None where a header was missing."""

    minute_remaining: int | None = None
    day_remaining: int | None = None


def take(budget: Budget, flight: str, priority: Priority, now: float) -> Budget | Refused:
    """Room for one more call named `flight`, taken out of the budget; or why there is none."""
    current = _current(budget, now)
    refusal = _refusal(current, priority, now)
    if refusal:
        return refusal
    remaining = current.day_remaining
    return replace(
        current,
        slots=_added(current.slots, int(now), 1),
        flights=(*current.flights, (flight, now + FLIGHT_SECONDS)),
        day_remaining=None if remaining is None else max(0, remaining - 1),
        # Whoever probes an old reading speaks for all until the answer is there.
        seen_at=now if _is_old(current, now) else current.seen_at,
    )


def settle(budget: Budget, flight: str, began: float, reading: Reading, now: float) -> Budget:
    """The call is over: its slot moves to the present, and the headers teach us."""
    current = _current(budget, now)
    slots = _added(_added(current.slots, int(began), -1), int(now), 1)
    settled = replace(
        current, slots=slots, flights=tuple(item for item in current.flights if item[0] != flight)
    )
    return _learn_minute(_learn_day(settled, reading, now), reading, now)


def park(budget: Budget, because: str, seconds: float, now: float) -> Budget:
    """No call for so many seconds, as Xero asked (429, Retry-After)."""
    until = max(now + seconds, budget.parked_until or 0.0)
    return replace(budget, parked_until=until, parked_because=because)


def calls_in_minute(budget: Budget, now: float) -> int:
    """Calls that still count against the minute."""
    return sum(count for _, count in _recent(budget.slots, now))


def tier_of(remaining: int, used: int) -> int:
    """The day limit of an organisation with `remaining` calls left after `used` of ours in the last day."""
    seen = remaining + used
    return next((tier for tier in TIERS if seen <= tier), seen)


def _current(budget: Budget, now: float) -> Budget:
    """The budget with what time has undone taken out."""
    current = replace(
        budget,
        slots=_recent(budget.slots, now),
        flights=tuple(item for item in budget.flights if item[1] > now),
    )
    if budget.parked_until is not None and budget.parked_until <= now:
        # After a wait at the day's end nothing is known of the day until the next reply.
        current = replace(current, parked_until=None, parked_because="", day_remaining=_known_day(budget))
    return current


def _known_day(budget: Budget) -> int | None:
    return budget.day_remaining if budget.day_remaining else None


def _refusal(budget: Budget, priority: Priority, now: float) -> Refused | None:
    if budget.parked_until is not None:
        return Refused(budget.parked_because, budget.parked_until - now)
    if _over_day(budget, priority, now):
        return Refused("Xero's calls for today are kept for more urgent work.", READING_SECONDS / 2)
    wait = _minute_wait(budget, priority, now)
    if wait > 0:
        return Refused("Xero's calls for this minute are used up.", wait)
    if len(budget.flights) >= AT_ONCE - (priority == "background"):
        return Refused("Xero takes only five calls at once.", 0.5, crowded=True)
    return None


def _over_day(budget: Budget, priority: Priority, now: float) -> bool:
    if budget.day_remaining is None or _is_old(budget, now):
        return False
    return budget.day_remaining <= DAY_KEPT[priority] * budget.day_limit


def _is_old(budget: Budget, now: float) -> bool:
    return budget.seen_at is None or now - budget.seen_at > READING_SECONDS


def _minute_wait(budget: Budget, priority: Priority, now: float) -> float:
    """Seconds until enough slots have left the minute; 0 when there is room."""
    allowed = max(1, int(budget.minute_limit * (1 - MINUTE_KEPT[priority])))
    excess = sum(count for _, count in budget.slots) - allowed + 1
    if excess <= 0:
        return 0.0
    for second, count in budget.slots:
        excess -= count
        if excess <= 0:
            return max(0.05, second + MINUTE + 1 - now)
    return float(MINUTE)


def _learn_minute(budget: Budget, reading: Reading, now: float) -> Budget:
    """Xero counts calls we do not know of (another installation of the same app), or allows more than we thought."""
    if reading.minute_remaining is None:
        return budget
    ours = sum(count for _, count in budget.slots)
    limit = max(60, budget.minute_limit)
    if reading.minute_remaining + ours > 2 * limit:
        return replace(budget, minute_limit=reading.minute_remaining + ours)
    if reading.minute_remaining < 60 < budget.minute_limit:
        budget = replace(budget, minute_limit=60)
    unknown = budget.minute_limit - reading.minute_remaining - ours
    if unknown <= 0:
        return budget
    return replace(budget, slots=_added(budget.slots, int(now), unknown))


def _learn_day(budget: Budget, reading: Reading, now: float) -> Budget:
    if reading.day_remaining is None:
        return budget
    limit = budget.day_limit
    if reading.day_remaining > limit:
        limit = tier_of(reading.day_remaining, 0)
    return replace(budget, day_remaining=reading.day_remaining, day_limit=limit, seen_at=now)


def _recent(slots: Slots, now: float) -> Slots:
    return tuple((second, count) for second, count in slots if second + MINUTE + 1 > now)


def _added(slots: Iterable[tuple[int, int]], second: int, change: int) -> Slots:
    counts = dict(slots)
    counts[second] = counts.get(second, 0) + change
    return tuple(sorted((when, count) for when, count in counts.items() if count > 0))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Where the day's calls are heading. `runs_out_in` in seconds, None if they last."""

    used: int
    limit: int
    projected: int
    runs_out_in: float | None


def forecast(used: int, limit: int, last_hour: int) -> Forecast:
    """From the calls of the last 24 hours, the limit, and the pace of the last hour.

    Xero's day rolls, so at a steady pace the day fills to 24 hours of that pace; `projected` is that, or what is
    used already if more.
    """
    projected = max(used, last_hour * 24)
    left = max(0, limit - used)
    runs_out = left / last_hour * 3600 if last_hour and projected > limit else None
    return Forecast(used, limit, projected, runs_out)
