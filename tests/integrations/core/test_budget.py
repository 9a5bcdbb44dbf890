from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.core.budget import (
    AT_ONCE,
    READING_SECONDS,
    Budget,
    Priority,
    Reading,
    Refused,
    calls_in_minute,
    forecast,
    park,
    settle,
    take,
    tier_of,
)

NOW = 1_800_000_000.0


def taken(budget: Budget, count: int, now: float = NOW, priority: Priority = "urgent") -> Budget:
    """The budget after so many calls that were answered at once."""
    for number in range(count):
        outcome = take(budget, f"f{number}", priority, now)
        assert isinstance(outcome, Budget), outcome
        budget = settle(outcome, f"f{number}", now, Reading(), now)
    return budget


def refused(budget: Budget, priority: Priority = "urgent", now: float = NOW) -> Refused:
    outcome = take(budget, "next", priority, now)
    assert isinstance(outcome, Refused)
    return outcome


def test_sixty_calls_fit_into_a_minute_and_no_more() -> None:
    full = taken(Budget(), 60)
    refusal = refused(full)
    assert "minute" in refusal.because
    assert 60 <= refusal.retry_after <= 61
    assert isinstance(take(full, "later", "urgent", NOW + refusal.retry_after), Budget)


def test_background_work_leaves_calls_of_the_minute_to_urgent_work() -> None:
    some = taken(Budget(), 42, priority="background")
    refused(some, "background")
    more = taken(some, 15, priority="normal")
    refused(more, "normal")
    full = taken(more, 3, priority="urgent")
    refused(full, "urgent")


def test_five_calls_at_once_and_polling_leaves_one_of_them_free() -> None:
    budget = Budget()
    for number in range(AT_ONCE - 1):
        outcome = take(budget, f"f{number}", "urgent", NOW)
        assert isinstance(outcome, Budget)
        budget = outcome
    assert refused(budget, "background").crowded
    fifth = take(budget, "f5", "urgent", NOW)
    assert isinstance(fifth, Budget)
    assert refused(fifth, "urgent").crowded
    landed = settle(fifth, "f0", NOW, Reading(), NOW + 1)
    assert isinstance(take(landed, "f6", "urgent", NOW + 1), Budget)


def test_the_calls_of_a_killed_process_do_not_stand_in_the_way_for_long() -> None:
    budget = Budget()
    for number in range(AT_ONCE):
        outcome = take(budget, f"f{number}", "urgent", NOW)
        assert isinstance(outcome, Budget)
        budget = outcome
    assert isinstance(take(budget, "next", "urgent", NOW + 13), Budget)


def test_a_call_counts_from_its_answer_because_xero_may_have_counted_it_late() -> None:
    full = Budget()
    for number in range(60):
        outcome = take(full, f"f{number}", "urgent", NOW)
        assert isinstance(outcome, Budget)
        full = settle(outcome, f"f{number}", NOW, Reading(), NOW + 5)
    refused(full, now=NOW + 62)
    assert isinstance(take(full, "next", "urgent", NOW + 66), Budget)


def test_calls_of_others_count_too() -> None:
    outcome = take(Budget(), "f", "urgent", NOW)
    assert isinstance(outcome, Budget)
    learnt = settle(outcome, "f", NOW, Reading(minute_remaining=3), NOW)
    assert calls_in_minute(learnt, NOW) == 57
    refused(taken(learnt, 3))


def test_where_xero_allows_thousands_we_do_not_hold_back() -> None:
    outcome = take(Budget(), "f", "urgent", NOW)
    assert isinstance(outcome, Budget)
    free = settle(outcome, "f", NOW, Reading(minute_remaining=9_999, day_remaining=999_999), NOW)
    assert isinstance(taken(free, 2_000), Budget)
    back = settle(free, "x", NOW, Reading(minute_remaining=59), NOW + 120)
    assert back.minute_limit == 60


def test_nothing_goes_out_before_the_time_xero_named() -> None:
    parked = park(Budget(day_remaining=0, seen_at=NOW), "Xero allows no more calls today.", 7_200, NOW)
    refusal = refused(parked)
    assert refusal.because == "Xero allows no more calls today."
    assert refusal.retry_after == 7_200
    assert isinstance(take(parked, "next", "urgent", NOW + 7_200), Budget)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    parked = park(park(Budget(), "day", 7_200, NOW), "minute", 30, NOW)
    assert refused(parked).retry_after == 7_200


@pytest.mark.parametrize(
    ("remaining", "priority", "allowed"),
    [
        (751, "background", True),
        (750, "background", False),
        (101, "normal", True),
        (100, "normal", False),
        (1, "urgent", True),
        (0, "urgent", False),
    ],
)
def test_the_last_calls_of_the_day_are_for_what_matters_most(
    remaining: int, priority: Priority, allowed: bool
) -> None:
    budget = Budget(day_remaining=remaining, seen_at=NOW)
    assert isinstance(take(budget, "f", priority, NOW), Budget) is allowed


def test_an_old_reading_of_the_day_is_worth_one_call_to_learn_it_anew() -> None:
    old = Budget(day_remaining=0, seen_at=NOW - READING_SECONDS - 1)
    probing = take(old, "f", "background", NOW)
    assert isinstance(probing, Budget)
    refused(probing, "background")


def test_each_call_takes_one_from_the_day_until_xero_tells_again() -> None:
    budget = taken(Budget(day_remaining=4_000, seen_at=NOW), 3)
    assert budget.day_remaining == 3_997
    told = settle(budget, "f", NOW, Reading(day_remaining=3_000), NOW)
    assert told.day_remaining == 3_000


@pytest.mark.parametrize(
    ("remaining", "used", "limit"),
    [(999, 1, 1_000), (600, 400, 1_000), (4_984, 16, 5_000), (700, 900, 5_000), (90_000, 0, 90_000)],
)
def test_the_tier_follows_from_what_remains_and_what_we_used(remaining: int, used: int, limit: int) -> None:
    assert tier_of(remaining, used) == limit


def test_a_steady_pace_is_projected_over_the_rolling_day() -> None:
    steady = forecast(used=1_000, limit=5_000, last_hour=100)
    assert (steady.projected, steady.runs_out_in) == (2_400, None)
    fast = forecast(used=4_000, limit=5_000, last_hour=500)
    assert fast.projected == 12_000
    assert fast.runs_out_in == 7_200
    assert forecast(used=4_900, limit=5_000, last_hour=0).runs_out_in is None


@dataclass
class RollingXero:
    """Xero's own count: 60 calls in any 60 seconds, 5 at once."""

    counted: list[float] = field(default_factory=list)

    def arrive(self, now: float) -> None:
        """Count a call; fails the test where Xero would answer 429."""
        assert self.remaining(now) > 0, "429 minute"
        self.counted.append(now)

    def remaining(self, now: float) -> int:
        self.counted = [moment for moment in self.counted if moment > now - 60]
        return 60 - len(self.counted)


@settings(max_examples=60, deadline=None)
@given(
    latencies=st.lists(
        st.tuples(st.floats(0, 8), st.floats(0, 8)).map(lambda pair: (min(pair), max(pair))),
        min_size=1,
        max_size=12,
    ),
    workers=st.integers(1, 8),
    hidden=st.booleans(),
)
def test_xero_never_has_to_refuse_us(
    latencies: list[tuple[float, float]], workers: int, hidden: bool
) -> None:
    """Workers call as fast as they may; however late their calls arrive and are answered, the limits hold."""
    xero, budget = RollingXero(), Budget()
    turns = itertools.cycle(latencies)
    order = itertools.count()
    queue: list[tuple[float, int, str, str, float]] = [
        (NOW, next(order), "take", f"w{n}", 0.0) for n in range(workers)
    ]
    done = 0
    flights = 0
    while queue and done < 200:
        now, _, act, name, began = heapq.heappop(queue)
        if act == "take":
            outcome = take(budget, f"{name}-{done}", "urgent", now)
            if isinstance(outcome, Refused):
                assert outcome.retry_after > 0
                heapq.heappush(queue, (now + outcome.retry_after, next(order), "take", name, 0.0))
                continue
            budget = outcome
            done += 1
            flights += 1
            assert flights <= AT_ONCE
            arrival, answer = next(turns)
            heapq.heappush(queue, (now + arrival, next(order), "arrive", name, now))
            heapq.heappush(queue, (now + answer, next(order), "answer", outcome.flights[-1][0], now))
        elif act == "arrive":
            xero.arrive(now)
        else:
            flights -= 1
            reading = Reading() if hidden else Reading(minute_remaining=xero.remaining(now))
            budget = settle(budget, name, began, reading, now)
            heapq.heappush(queue, (now, next(order), "take", name.partition("-")[0], 0.0))
