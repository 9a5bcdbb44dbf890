"""The journal: what was written is there again, whatever happened in between."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sandbox.kernel.store import Store

MOMENT = datetime(2026, 11, 22, 10, 15, 0, 123456, tzinfo=UTC)


def test_rows_come_back_with_their_kinds(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    store = Store(path)
    row: dict[str, Any] = {
        "amount": Decimal("38.30"), "at": MOMENT, "day": date(2026, 2, 28), "raw": b"\x00\xff",
        "nested": [{"rate": Decimal("0.000001")}], "none": None, "text": "Zoë",
    }  # fmt: skip
    store.table("shop.orders").put("1", row)
    store.close()
    store = Store(path)
    again = store.table("shop.orders")["1"]
    store.close()
    assert again == row
    assert str(again["amount"]) == "38.30"


def test_a_line_cut_off_by_a_kill_is_dropped_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    store = Store(path)
    store.table("t").put("1", {"x": 1})
    store.close()
    with path.open("ab") as journal:
        journal.write(b'["t","2",{"x"')
    store = Store(path)
    store.table("t").put("3", {"x": 3})
    store.close()
    store = Store(path)
    assert list(store.table("t")) == ["1", "3"]
    store.close()


def test_what_was_flushed_is_there_without_a_clean_end(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    store = Store(path)
    store.table("t").put("1", {"x": 1})
    store.flush()
    again = Store(path)
    assert "1" in again.table("t")
    again.close()
    store.close()


@given(st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 9))))
def test_a_replay_ends_where_the_writing_ended(steps: list[tuple[str, int | None]]) -> None:
    store, expected = Store(), dict[str, dict[str, int]]()
    for key, value in steps:
        if value is None:
            store.table("t").delete(key)
            expected.pop(key, None)
        else:
            store.table("t").put(key, {"v": value})
            expected[key] = {"v": value}
    assert {key: store.table("t")[key] for key in store.table("t")} == expected
