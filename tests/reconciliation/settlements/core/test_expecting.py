from __future__ import annotations

from datetime import date

import pytest

from reconciliation.settlements.core.lag import learned_lag
from reconciliation.settlements.core.lateness import lateness

TUESDAY, FRIDAY, MONDAY = date(2026, 3, 10), date(2026, 3, 13), date(2026, 3, 16)


def test_the_most_usual_lag_is_learned_and_the_odd_late_payment_does_not_change_it() -> None:
    usual = [(date(2026, 3, day), date(2026, 3, day + 1)) for day in (9, 10, 11, 12)]
    assert learned_lag([*usual, (TUESDAY, FRIDAY), (FRIDAY, MONDAY)]) == 1


def test_nothing_is_learned_from_a_few_payments() -> None:
    assert learned_lag([(TUESDAY, FRIDAY)] * 4) is None


def test_of_two_equally_usual_lags_the_longer_is_learned() -> None:
    assert learned_lag([(TUESDAY, date(2026, 3, 11))] * 3 + [(TUESDAY, date(2026, 3, 12))] * 3) == 2


@pytest.mark.parametrize(
    ("due", "seen_to", "verdict"),
    [
        (TUESDAY, None, ""),
        (TUESDAY, TUESDAY, ""),
        (TUESDAY, date(2026, 3, 11), "late"),
        (FRIDAY, date(2026, 3, 15), ""),
        (FRIDAY, MONDAY, "late"),
        (TUESDAY, FRIDAY, "missing"),
    ],
)
def test_money_is_late_only_as_far_as_statements_reach(due: date, seen_to: date | None, verdict: str) -> None:
    assert lateness(due, seen_to) == verdict
