"""Our documents against Xero's, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.proof.core.xero import (
    Document,
    Read,
    compare,
    days_that_differ,
    finding_from_json,
    unexplained,
    xero_equals_ours,
)

OURS = Document(
    "Payments",
    "p1",
    2400,
    "GBP",
    date(2026, 3, 9),
    (("095", 1),),
    words="Payment HF-1-1",
    ref="hf-1-1",
    posting=7,
)
NOW = datetime(2026, 3, 16, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("theirs", "what", "minor"),
    [
        (replace(OURS, status="DELETED"), "lost", -2400),
        (replace(OURS, minor=2300), "changed", -100),
        (replace(OURS, on=date(2026, 3, 8)), "changed", 0),
        (replace(OURS, accounts=(("096", 1),)), "moved", -2400),
    ],
)
def test_each_way_of_differing_has_its_name(theirs: Document, what: str, minor: int) -> None:
    [found] = compare([OURS], [theirs], "095", {})
    assert (found.what, found.minor, found.posting, found.words) == (what, minor, 7, "Payment HF-1-1")
    assert finding_from_json(found.as_json()) == found
    assert compare([OURS], [theirs], "095", {theirs.key: theirs.as_seen()}) == []


def test_what_was_accepted_is_told_of_again_once_it_changes_again() -> None:
    seen = replace(OURS, minor=2300).as_seen()
    assert compare([OURS], [replace(OURS, minor=2200)], "095", {OURS.key: seen})[0].minor == -200


def test_a_document_that_should_have_been_listed_and_was_not_is_lost() -> None:
    assert compare([OURS], [], "095", {}) == []
    [found] = compare([OURS], [], "095", {}, is_whole=lambda document: True)
    assert (found.what, found.minor) == ("lost", -2400)


def test_a_stranger_is_a_double_when_it_is_like_one_of_ours() -> None:
    other = replace(OURS, id="p2", posting=None, words="Payment p2")
    [doubled] = compare([OURS], [OURS, other], "095", {})
    assert (doubled.what, doubled.minor, doubled.posting) == ("doubled", 2400, 7)
    [strange] = compare([OURS], [OURS, replace(other, minor=50)], "095", {})
    assert (strange.what, strange.minor, strange.posting) == ("strange", 50, 7)
    [unknown] = compare([OURS], [OURS, replace(other, minor=50, ref="")], "095", {})
    assert (unknown.what, unknown.words, unknown.posting) == ("strange", "Payment p2", None)
    assert compare([OURS], [OURS, replace(other, accounts=(("200", 1),))], "095", {}) == []


def test_what_documents_do_not_explain_is_said_as_such() -> None:
    [found] = compare([OURS], [replace(OURS, minor=2300)], "095", {})
    assert unexplained("095", "GBP", -100, [found]) is None
    rest = unexplained("095", "GBP", 600, [found])
    assert rest is not None and (rest.what, rest.minor) == ("unexplained", 700)


@given(
    st.dictionaries(st.integers(0, 120), st.integers(-999, 999), max_size=20),
    st.sets(st.integers(0, 120), max_size=4),
)
def test_the_days_that_differ_are_found_in_few_calls(moves: dict[int, int], wrong: set[int]) -> None:
    start = date(2026, 1, 1)
    ours = {start + timedelta(days=day): minor for day, minor in moves.items()}
    xero = dict(ours)
    for day in wrong:
        key = start + timedelta(days=day)
        xero[key] = xero.get(key, 0) + 10_000 + day
    calls = 0

    def ask(first: date, last: date) -> int:
        nonlocal calls
        calls += 1
        return sum(minor for day, minor in xero.items() if first <= day <= last)

    found = days_that_differ(ours, start, start + timedelta(days=120), ask, 100)
    assert found == sorted(start + timedelta(days=day) for day in wrong)
    assert calls <= 1 + 16 * len(wrong)


def test_a_reading_that_is_old_is_no_green() -> None:
    read = Read(NOW - timedelta(hours=1), 100, 100)
    assert xero_equals_ours("095", "GBP", read, 100, NOW).light == "green"
    assert (
        xero_equals_ours("095", "GBP", replace(read, at=NOW - timedelta(days=3)), 100, NOW).light == "amber"
    )
    assert xero_equals_ours("095", "GBP", None, 100, NOW).light == "unknown"
    assert xero_equals_ours("095", "GBP", replace(read, xero_minor=90), 100, NOW).difference == -10
