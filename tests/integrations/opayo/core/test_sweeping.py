from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.money import Money
from integrations.opayo.core.reporting import OpayoTransaction
from integrations.opayo.core.sweeping import LONGEST, Booked, dedupe_key, is_news, is_whole, start_of, windows

NOW = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)
TEN = Money(1000, "GBP")


def _told(state: int | None, **changes: object) -> OpayoTransaction:
    values = {"vps_tx_id": "A", "vendor_tx_code": "HF-1", "tx_type": "PAYMENT", "amount": TEN, **changes}
    return OpayoTransaction(tx_state_id=state, **values)  # type: ignore[arg-type]


def test_a_sweep_goes_back_an_hour_and_a_deep_one_three_days() -> None:
    swept_to = NOW - timedelta(minutes=5)
    assert start_of(swept_to, LONG_AGO, NOW, is_deep=False) == swept_to - timedelta(hours=1)
    assert start_of(swept_to, LONG_AGO, NOW, is_deep=True) == NOW - timedelta(days=3)


def test_a_sweep_that_was_away_for_long_makes_up_for_it() -> None:
    swept_to = NOW - timedelta(days=50)
    assert start_of(swept_to, LONG_AGO, NOW, is_deep=True) == swept_to - timedelta(hours=1)


def test_nothing_from_before_the_connection_is_looked_at() -> None:
    assert start_of(None, NOW, NOW, is_deep=True) == NOW - timedelta(hours=1)
    assert start_of(NOW, NOW - timedelta(hours=2), NOW, is_deep=True) == NOW - timedelta(hours=3)


@pytest.mark.parametrize("is_deep", [False, True])
def test_a_mark_ahead_of_a_clock_that_was_set_back_hides_nothing(is_deep: bool) -> None:
    ahead = NOW + timedelta(days=20)
    assert start_of(ahead, LONG_AGO, NOW, is_deep=is_deep) == NOW - LONGEST
    assert start_of(None, ahead, NOW, is_deep=is_deep) == NOW - LONGEST


@pytest.mark.parametrize("is_deep", [False, True])
def test_sweeps_meet_where_the_connection_is_younger_than_the_clock_says(is_deep: bool) -> None:
    swept_to = NOW - timedelta(days=5)
    begin = start_of(swept_to, NOW + timedelta(days=20), NOW, is_deep=is_deep)
    assert begin == swept_to - timedelta(hours=1)


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_windows_cover_a_period_without_gaps_and_none_is_too_long(length: timedelta) -> None:
    found = list(windows(NOW - length, NOW))
    assert sum((end - start for start, end in found), timedelta()) == length
    assert all(end - start <= LONGEST for start, end in found)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(found))


@pytest.mark.parametrize(
    ("state", "booked", "expected"),
    [
        (16, None, True),
        (16, Booked("registered"), True),
        (16, Booked("captured", TEN), False),
        (16, Booked("captured", Money(900, "GBP")), True),
        (18, Booked("captured", TEN), True),
        (18, Booked("reversed", TEN), False),
        (12, Booked("failed", TEN), False),
        (12, Booked("registered", TEN), True),
        (14, Booked("waiting", TEN), False),
        (16, Booked("waiting", TEN), True),
        (7, None, False),
    ],
)
def test_news_is_what_the_record_does_not_say_yet(state: int, booked: Booked | None, expected: bool) -> None:
    assert is_news(_told(state), booked, was_seen=False) is expected


def test_a_state_seen_before_is_no_news() -> None:
    assert not is_news(_told(16), None, was_seen=True)


def test_a_refund_is_news_until_it_was_seen() -> None:
    assert is_news(_told(16, tx_type="REFUND"), Booked("captured", TEN), was_seen=False)


def test_a_row_that_names_no_transaction_is_no_news() -> None:
    assert not is_news(_told(16, vendor_tx_code=""), None, was_seen=False)


def test_a_row_is_whole_with_state_and_amount() -> None:
    assert is_whole(_told(16))
    assert not is_whole(_told(16, amount=None))
    assert not is_whole(_told(None, result="SUCCESS"))


def test_each_state_is_an_event_of_its_own() -> None:
    assert dedupe_key(_told(16)) == "A:16"
    assert dedupe_key(_told(None, result="SUCCESS")) == "A:SUCCESS"
