"""Which call goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel.faults import LONGEST_STREAK, Fault, Faults, Kind, Rule
from sandbox.kernel.profiles import PROFILES

API_ROUTES = ("xero.invoices.write", "xero.contacts.read", "xero.auth", "opayo.register", "opayo.pi",
              "opayo.reporting", "shop.confirmations")  # fmt: skip
OUTGOING_ROUTES = ("opayo.notification", "shop.orders", "xero.webhook")


def outcomes(faults: Faults, route: str, count: int) -> list[Fault | None]:
    return [faults.decide(route, f"call {number}", 30.0) for number in range(count)]


def test_without_rules_nothing_goes_wrong() -> None:
    assert outcomes(Faults(), "xero.invoices.write", 100) == [None] * 100


def test_a_rule_strikes_only_the_routes_it_names() -> None:
    faults = Faults([Rule("xero.invoices.*", Kind.SERVER_ERROR)])
    assert faults.decide("xero.invoices.write", "a", 0.0) == Fault(Kind.SERVER_ERROR, 0.0)
    assert faults.decide("xero.contacts.write", "b", 0.0) is None


def test_a_rule_strikes_about_as_often_as_its_probability_says() -> None:
    faults = Faults([Rule("xero.*", Kind.DROP, 0.2)], seed=3)
    struck = sum(1 for each in outcomes(faults, "xero.invoices.write", 5000) if each)
    assert 900 < struck < 1100


@given(st.integers(0, 2**31))
def test_the_same_seed_decides_the_same(seed: int) -> None:
    first, second = (Faults(PROFILES["hostile"], seed=seed) for _ in range(2))
    assert outcomes(first, "xero.invoices.write", 200) == outcomes(second, "xero.invoices.write", 200)


def test_the_same_call_fails_only_so_often_in_a_row_before_it_is_let_through() -> None:
    faults = Faults([Rule("*", Kind.DROP)])
    tries = [faults.decide("xero.invoices.write", "one key", 0.0) for _ in range(2 * LONGEST_STREAK + 2)]
    assert tries.index(None) == LONGEST_STREAK
    assert tries.count(None) == 2


def test_a_rule_with_a_number_of_strikes_stops_after_them() -> None:
    faults = Faults([Rule("*", Kind.UNAVAILABLE, remaining=2)])
    assert [bool(each) for each in outcomes(faults, "opayo.pi", 4)] == [True, True, False, False]


def test_the_latest_single_rule_goes_before_the_others() -> None:
    faults = Faults([Rule("*", Kind.DROP)])
    faults.add(Rule("opayo.*", Kind.LATENCY, seconds=2.0))
    assert faults.decide("opayo.pi", "a", 0.0) == Fault(Kind.LATENCY, 2.0)


def test_maintenance_strikes_within_its_window_only() -> None:
    faults = Faults([Rule("*", Kind.MAINTENANCE, seconds=2.0, period=60.0)])
    assert faults.decide("xero.auth", "a", 121.9) == Fault(Kind.MAINTENANCE, 2.0)
    assert faults.decide("xero.auth", "b", 122.0) is None


@pytest.mark.parametrize(
    "wrong", [{"probability": 1.5}, {"probability": -0.1}, {"seconds": -1.0}, {"period": -1.0}]
)
def test_a_rule_with_impossible_numbers_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be between|cannot be negative"):
        Rule("*", Kind.DROP, **wrong)


def test_maintenance_without_pause_is_refused() -> None:
    with pytest.raises(ValueError, match="period longer"):
        Rule("*", Kind.MAINTENANCE, seconds=5.0, period=5.0)


@pytest.mark.parametrize("route", API_ROUTES)
def test_hostile_spoils_about_one_call_in_seven(route: str) -> None:
    struck = sum(1 for each in outcomes(Faults(PROFILES["hostile"], seed=1), route, 4000) if each)
    assert 0.09 < struck / 4000 < 0.16


@pytest.mark.parametrize("route", OUTGOING_ROUTES)
def test_hostile_doubles_and_delays_what_is_sent_out(route: str) -> None:
    kinds = {each.kind for each in outcomes(Faults(PROFILES["hostile"], seed=1), route, 2000) if each}
    assert kinds == {Kind.DUPLICATE, Kind.DELAY, Kind.REORDER, Kind.TIMEOUT_AFTER, Kind.DROP}


def test_rough_spoils_a_few_in_a_hundred() -> None:
    found = outcomes(Faults(PROFILES["rough"], seed=1), "xero.invoices.write", 4000)
    assert 0.02 < sum(1 for each in found if each) / 4000 < 0.07


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_no_profile_withdraws_consent_because_only_a_person_can_mend_that(profile: str) -> None:
    assert all(rule.kind is not Kind.REVOKE_TOKENS for rule in PROFILES[profile])
