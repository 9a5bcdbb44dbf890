from __future__ import annotations

import json
from decimal import Decimal
from html import unescape
from re import sub

from hypothesis import given
from hypothesis import strategies as st

from dashboard.core.changes import changed_lines
from dashboard.core.evidence import highlighted, member_of, pretty_json, pretty_value, readable

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def plain(html: str) -> str:
    return unescape(sub(r"</?span[^>]*>", "", html))


@given(JSON)
def test_a_value_is_shown_whole_and_exact(value: object) -> None:
    assert json.loads(pretty_value(value), parse_float=Decimal) == value


@given(JSON)
def test_marking_up_changes_no_character(value: object) -> None:
    text = pretty_value(value)
    assert plain(highlighted(text)) == text


@given(st.text())
def test_marking_up_lets_no_tag_through(text: str) -> None:
    assert "<script" not in highlighted(f"<script>{text}")
    assert plain(highlighted(text)) == text or "<" in text or "&" in text


def test_numbers_keep_their_own_digits() -> None:
    assert '"Amount": 12.50' in pretty_json('{"Amount":12.50}')


def test_what_is_no_json_stays_as_it_came() -> None:
    assert pretty_json("{broken") == "{broken"
    assert readable(b"plain words") == "plain words"


def test_form_fields_are_shown_one_a_line() -> None:
    assert (
        readable(b"Status=OK&VendorTxCode=HF-1%2D1&Empty=") == "Status = OK\nVendorTxCode = HF-1-1\nEmpty = "
    )


def test_bytes_that_are_no_text_do_not_break_the_page() -> None:
    assert "\N{REPLACEMENT CHARACTER}" in readable(b"\xff\xfe\x00")


def test_one_document_is_taken_out_of_its_batch() -> None:
    body = '{"Invoices": [{"InvoiceNumber": "A"}, {"InvoiceNumber": "B", "Total": 1.10}]}'
    assert member_of(body, 1) == '{\n  "InvoiceNumber": "B",\n  "Total": 1.10\n}'
    assert member_of(body, 2) is None
    assert member_of("not json", 0) is None
    assert member_of('{"InvoiceNumber": "A"}', 0) == '{\n  "InvoiceNumber": "A"\n}'


def test_a_difference_shows_what_went_and_what_came() -> None:
    lines = [(line.kind, line.text) for line in changed_lines("a\nb\nc", "a\nB\nc")]
    assert lines == [("same", "a"), ("removed", "b"), ("added", "B"), ("same", "c")]


def test_no_difference_is_no_lines() -> None:
    assert changed_lines("a\nb", "a\nb") == []
