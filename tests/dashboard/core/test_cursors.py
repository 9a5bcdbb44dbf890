from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dashboard.core.cursors import BadCursorError, Cursor, decode_cursor, encode_cursor

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside


NUMBERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=255)


@given(st.one_of(NUMBERS, TEXTS, MOMENTS), NUMBERS)
@example("\N{SLICE OF PIZZA}" * 255, 1)
@example("\1" * 255, 2**63 - 1)
def test_a_cursor_is_read_as_it_was_written(value: int | str | datetime, key: int) -> None:
    assert decode_cursor(encode_cursor(Cursor(value, key))) == Cursor(value, key)


@given(st.text(max_size=80))
def test_anything_else_is_refused_and_never_breaks(text: str) -> None:
    try:
        decode_cursor(text)
    except BadCursorError:
        return
    assert encode_cursor(decode_cursor(text))


@pytest.mark.parametrize(
    "forged",
    [
        ["t", "2026-01-01T00:00:00", 1],
        ["v", True, 1],
        ["v", 1.5, 1],
        ["x", 1, 1],
        ["v", 1, "1"],
        ["v", 1, 2**63],
        ["v", -(2**63) - 1, 1],
        ["v", "half a pair: \ud83d", 1],
        ["v", "nothing: \0", 1],
    ],
)
def test_forged_values_are_refused(forged: list[object]) -> None:
    text = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode()
    with pytest.raises(BadCursorError):
        decode_cursor(text)


def test_brackets_without_end_are_refused() -> None:
    with pytest.raises(BadCursorError):
        decode_cursor(base64.urlsafe_b64encode(b"[" * 1500).decode())
