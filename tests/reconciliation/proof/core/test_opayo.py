"""Opayo's batches against our records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.proof.core.lights import Proved
from reconciliation.proof.core.opayo import BatchRow, BatchWorth, Recorded, Unread, opayo_equals_records

AT = datetime(2026, 3, 9, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 9, 18, tzinfo=UTC)


def row(number: int, minor: int | None = 2400, **known: bool) -> BatchRow:
    return BatchRow(f"V{number}", f"HF-{number}", minor, **known)


def record(number: int, minor: int = 2400, at: datetime = AT) -> Recorded:
    return Recorded("payment", number, f"V{number}", f"HF-{number}", minor, at)


def proved(batches: list[BatchWorth], records: list[Recorded], unread: tuple[Unread, ...] = ()) -> Proved:
    return opayo_equals_records("GBP", batches, records, unread, AT)


def test_batches_and_the_list_agree_with_our_records() -> None:
    batch = BatchWorth("1001", 5, 1400, (row(1), row(2, -1000)))
    found = proved([batch], [record(1), record(2, -1000), record(3)])
    assert (found.light, found.left.minor, found.difference) == ("green", 3800, 0)
    assert proved([batch], [record(1), record(2, -1000), record(3, at=LATER)]).light == "amber"


@given(st.lists(st.integers(1, 9_000), min_size=1, max_size=8), st.data())
def test_a_record_changed_or_lost_is_named_whether_or_not_rows_tell_amounts(
    amounts: list[int], data: st.DataObject
) -> None:
    rows = tuple(row(number, minor) for number, minor in enumerate(amounts))
    batch = BatchWorth("1001", 5, sum(amounts), rows)
    which = data.draw(st.integers(0, len(amounts) - 1))
    records = [record(number, minor) for number, minor in enumerate(amounts)]
    changed = [*records[:which], replace(records[which], minor=amounts[which] + 7), *records[which + 1 :]]
    found = proved([batch], changed)
    assert (found.difference, [each.words for each in found.breaks]) == (-7, [f"HF-{which}"])
    lost = proved([batch], [each for each in records if each.id != which])
    assert (lost.difference, [each.words for each in lost.breaks]) == (amounts[which], [f"HF-{which}"])
    bare = replace(batch, rows=tuple(replace(each, minor=None) for each in rows))
    assert [each.words for each in proved([bare], changed).breaks] == ["Batch 1001"]


def test_what_the_bank_did_not_settle_after_all_counts_on_neither_side() -> None:
    batch = BatchWorth("1001", 5, 4800, (row(1), row(2, is_withdrawn=True)))
    assert proved([batch], [record(1), record(2, 0)]).light == "green"


def test_paypal_may_or_may_not_be_in_what_a_batch_is_worth() -> None:
    rows = (row(1), row(2, is_settled_elsewhere=True))
    records = [record(1), record(2)]
    assert proved([BatchWorth("1001", 5, 2400, rows)], records).light == "green"
    assert proved([BatchWorth("1001", 5, 4800, rows)], records).light == "green"


def test_the_same_transaction_in_two_batches_counts_once() -> None:
    first = BatchWorth("1001", 5, 2400, (row(1),))
    again = proved([first, BatchWorth("1002", 6, 2400, (row(1),))], [record(1)])
    assert (again.difference, again.breaks[0].words) == (2400, "Batch 1002")


def test_a_message_nobody_could_read_is_a_break_and_one_to_be_read_is_under_way() -> None:
    batch = BatchWorth("1001", 5, 2400, (row(1),))
    assert proved([batch], [record(1)], (Unread(9, "PAYMENT HF-9", 0, needs_person=True),)).light == "red"
    assert proved([batch], [record(1)], (Unread(9, "PAYMENT HF-9", 0, needs_person=False),)).light == "amber"


def test_before_anything_was_read_nothing_is_claimed() -> None:
    assert opayo_equals_records("GBP", [], [record(1)], (), None).light == "unknown"
