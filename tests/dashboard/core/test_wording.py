from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.wording import counted, written_ago, written_moment, written_money, written_span
from integrations.core.currencies import EXPONENTS
from integrations.core.money import Money

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        (123_450, "GBP", "£1,234.50"),
        (-300, "EUR", "−€3.00"),
        (6245, "USD", "US$62.45"),
        (1200, "JPY", "JPY\N{NO-BREAK SPACE}1,200"),
        (1_234_567, "KWD", "KWD\N{NO-BREAK SPACE}1,234.567"),
        (0, "GBP", "£0.00"),
    ],
)
def test_amounts_read_as_people_write_them(minor: int, currency: str, words: str) -> None:
    assert written_money(minor, currency) == words


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_no_written_amount_loses_a_minor_unit(minor: int, currency: str) -> None:
    digits = "".join(sign for sign in written_money(minor, currency) if sign.isdigit() or sign == ".")
    assert Decimal(digits) == abs(Money(minor, currency).to_decimal())


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW, "14:05"),
        (NOW - timedelta(days=19), "3 Nov 14:05"),
        (NOW - timedelta(days=150), "25 Jun 15:05"),
        (datetime(2025, 12, 31, 23, 59, tzinfo=UTC), "31 Dec 2025 23:59"),
    ],
)
def test_moments_are_told_in_the_pairs_zone(at: datetime, words: str) -> None:
    assert written_moment(at, "Europe/London", NOW) == words


def test_today_is_the_pairs_today_and_not_that_of_utc() -> None:
    after_midnight_in_paris = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert written_moment(after_midnight_in_paris, "Europe/Paris", NOW) == "00:30"
    assert written_moment(after_midnight_in_paris, "Europe/London", NOW) == "21 Nov 23:30"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "now"), (12, "12 s"), (125, "2 min"), (7300, "2 h"), (90_000, "1 day"), (180_000, "2 days")],
)
def test_spans_use_their_largest_unit(seconds: float, words: str) -> None:
    assert written_span(timedelta(seconds=seconds)) == words


def test_the_past_is_ago_and_the_future_is_in() -> None:
    assert written_ago(NOW - timedelta(minutes=5), NOW) == "5 min ago"
    assert written_ago(NOW + timedelta(hours=3), NOW) == "in 3 h"


def test_one_is_not_many() -> None:
    assert [counted(1, "order"), counted(1204, "order"), counted(2, "query", "queries")] == [
        "1 order",
        "1,204 orders",
        "2 queries",
    ]
