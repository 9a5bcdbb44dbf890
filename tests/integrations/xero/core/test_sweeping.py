from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from integrations.xero.core.sweeping import (
    LONGEST,
    OVERLAP,
    REMEMBERED,
    SHARE_OF_DAY,
    SUBJECTS,
    Cursor,
    Request,
    advanced,
    first_request,
    fresh_elements,
    next_interval,
    read_cursor,
)

INVOICES = SUBJECTS[0]
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def invoice(number: int, after: timedelta = timedelta()) -> dict[str, Any]:
    ms = round((START + after).timestamp() * 1000)
    return {"InvoiceID": f"i{number}", "UpdatedDateUTC": f"/Date({ms}+0000)/"}


def test_the_first_poll_begins_where_the_connection_did() -> None:
    assert read_cursor(None, START) == Cursor(START)
    assert first_request(Cursor(START)).header() == "2026-11-22T11:58:00"


def test_the_next_page_begins_where_the_last_one_ended() -> None:
    first = Request(START)
    page = [invoice(number, timedelta(milliseconds=400 * number)) for number in range(10)]
    assert first.following(page) == Request(START + timedelta(seconds=3))
    assert first.following(page[:2]) == Request(START, 2)
    assert Request(START, 2).following(page) == Request(START + timedelta(seconds=3))


def test_a_cursor_is_kept_without_loss() -> None:
    cursor = advanced(Cursor(START), [invoice(1, timedelta(seconds=5))], INVOICES)
    assert read_cursor(cursor.as_json(), START) == cursor


def test_what_the_overlap_brings_again_is_not_news() -> None:
    cursor = advanced(Cursor(START), [invoice(1, timedelta(seconds=5))], INVOICES)
    again, changed, new = invoice(1, timedelta(seconds=5)), invoice(1, timedelta(seconds=9)), invoice(2)
    assert fresh_elements(cursor, [again], INVOICES) == []
    assert fresh_elements(cursor, [changed, new], INVOICES) == [changed, new]


def test_the_cursor_follows_xeros_own_clock_and_never_goes_back() -> None:
    later = advanced(
        Cursor(START), [invoice(1, timedelta(minutes=5)), invoice(2, timedelta(minutes=3))], INVOICES
    )
    assert later.since == START + timedelta(minutes=5)
    assert advanced(later, [invoice(3, timedelta(minutes=4))], INVOICES).since == later.since
    assert advanced(later, [], INVOICES) == later


def test_only_the_overlap_is_remembered() -> None:
    early = advanced(Cursor(START), [invoice(1)], INVOICES)
    late = advanced(early, [invoice(2, OVERLAP * 2)], INVOICES)
    assert set(late.seen) == {"i2"}
    many = advanced(Cursor(START), [invoice(number) for number in range(REMEMBERED + 50)], INVOICES)
    assert len(many.seen) == REMEMBERED


def test_changes_bring_the_next_poll_nearer_and_quiet_puts_it_off() -> None:
    assert next_interval(1_200, changes=3, day_limit=5_000, calls_per_poll=4) == 600
    assert next_interval(1_000, changes=0, day_limit=5_000, calls_per_poll=4) == 1_500
    assert next_interval(LONGEST, changes=0, day_limit=5_000, calls_per_poll=4) == LONGEST


@given(
    previous=st.floats(1, 100_000),
    changes=st.integers(0, 1_000),
    day_limit=st.sampled_from([300, 1_000, 5_000, 1_000_000]),
    calls=st.integers(4, 200),
)
def test_polling_never_takes_more_than_its_share_of_the_day(
    previous: float, changes: int, day_limit: int, calls: int
) -> None:
    seconds = next_interval(previous, changes, day_limit, calls)
    assert 86_400 / seconds * calls <= SHARE_OF_DAY * day_limit * 1.000001
