"""Rolling windows of calls."""

from __future__ import annotations

from sandbox.xero.core import limits


def quota() -> limits.Quota:
    return limits.Quota(limits.Window(limits.MINUTE))


def test_the_minute_is_rolling() -> None:
    held = quota()
    for second in range(60):
        assert held.refuse(float(second), limits.XERO, 1) is None
        held.spend(float(second))
    refusal = held.refuse(59.0, limits.XERO, 1)
    assert refusal == limits.Refusal("minute", 1)
    assert held.refuse(60.5, limits.XERO, 1) is None


def test_the_day_is_refused_with_the_seconds_until_it_eases() -> None:
    held = quota()
    for call in range(1000):
        held.spend(call * 2.0)
    assert held.refuse(3600.0, limits.STARTER, 1) == limits.Refusal("day", 86_400 - 3600)
    assert held.refuse(3600.0, limits.XERO, 1) is None


def test_five_calls_at_once_pass_and_a_sixth_does_not() -> None:
    held = quota()
    assert held.refuse(0.0, limits.XERO, 5) is None
    assert held.refuse(0.0, limits.XERO, 6) == limits.Refusal("concurrent", None)


def test_the_apps_minute_is_shared_by_its_organisations() -> None:
    app = limits.Window(limits.MINUTE)
    first, second = limits.Quota(app), limits.Quota(app)
    small = limits.Limits(concurrent=5, minute=60, day=5000, app_minute=2)
    first.spend(0.0)
    second.spend(1.0)
    assert first.refuse(2.0, small, 1) == limits.Refusal("appminute", 58)
    assert first.remaining(2.0, small) == limits.Remaining(minute=59, day=4999, app_minute=0)
