from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.balance import WHOLE, Heap, balance

PLACES = ("posted", "on_its_way", "needs_you", "unmatched", "unplaced")
HEAPS = st.lists(
    st.builds(Heap, st.sampled_from(PLACES), st.sampled_from(["GBP", "EUR", "JPY"]), st.integers(0, 10**12), st.integers(1, 9999)),
    unique_by=lambda heap: (heap.place, heap.currency),
)  # fmt: skip


@given(HEAPS)
def test_every_penny_captured_is_in_exactly_one_place(heaps: list[Heap]) -> None:
    for line in balance(heaps, "GBP").lines:
        mine = [heap for heap in heaps if heap.currency == line.currency]
        assert line.captured.minor == sum(heap.minor for heap in mine)
        assert line.captured.minor == line.posted.minor + line.on_its_way.minor + line.needs_you.minor
        assert line.captured.count == line.posted.count + line.on_its_way.count + line.needs_you.count


@given(HEAPS)
def test_the_bar_is_filled_and_shows_whatever_is_there(heaps: list[Heap]) -> None:
    for line in balance(heaps, "GBP").lines:
        segments = line.segments
        if line.captured.minor:
            assert sum(segment.width for segment in segments) == WHOLE
            shown = {segment.tone for segment in segments}
            assert shown == {
                tone
                for heap, tone in ((line.posted, "ok"), (line.on_its_way, "work"), (line.needs_you, "bad"))
                if heap.minor
            }
        else:
            assert segments == []


@pytest.mark.parametrize(
    ("places", "verdict"),
    [
        ((), "empty"),
        (("posted",), "well"),
        (("posted", "on_its_way"), "working"),
        (("posted", "on_its_way", "unmatched"), "needs_you"),
        (("unplaced",), "needs_you"),
    ],
)
def test_the_verdict_is_the_worst_of_what_is_there(places: tuple[str, ...], verdict: str) -> None:
    assert balance([Heap(place, "GBP", 100, 1) for place in places], "GBP").verdict == verdict


def test_the_base_currency_comes_first_and_then_the_larger_amounts() -> None:
    heaps = [Heap("posted", "EUR", 10, 1), Heap("posted", "USD", 999, 1), Heap("posted", "GBP", 1, 1)]
    assert [line.currency for line in balance(heaps, "GBP").lines] == ["GBP", "USD", "EUR"]
