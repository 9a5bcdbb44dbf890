"""Data before and after a step: every field once, and what differs is marked."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mapping.core.flows.seen import FieldSeen, fields_seen

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(value=values)
def test_a_value_beside_itself_shows_no_difference(value: object) -> None:
    assert [field for field in fields_seen(value, value) if field.is_changed] == []


def test_changed_new_and_lost_fields_are_told_apart() -> None:
    before = {"total": Decimal("10.00"), "lines": [{"sku": "A"}], "note": "x"}
    after = {"total": Decimal("10.50"), "lines": [{"sku": "A"}], "tags": ["large"]}
    assert fields_seen(before, after) == (
        FieldSeen("total", "10.00", "10.50"),
        FieldSeen("lines[0].sku", "A", "A"),
        FieldSeen("tags[0]", None, "large"),
        FieldSeen("note", "x", None),
    )


def test_nothing_before_leaves_the_column_empty() -> None:
    assert fields_seen(None, {"Type": "ACCREC"}) == (FieldSeen("Type", None, "ACCREC"),)


def test_blanks_are_written_in_words() -> None:
    assert fields_seen(None, {"a": None, "b": True, "c": []}) == (
        FieldSeen("a", None, "nothing"),
        FieldSeen("b", None, "yes"),
        FieldSeen("c", None, "empty"),
    )
