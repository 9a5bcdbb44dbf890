from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.settlements.core.lines import Line
from reconciliation.settlements.core.ties import Transaction, tie

DAY = date(2026, 3, 9)


def line(identity: str = "a", minor: int = 2400, **known: Any) -> Line:
    return Line(identity, known.pop("kind", "sale"), minor, happened_on=DAY, **known)


def ours(key: str = "payment:1", minor: int = 2400, **known: Any) -> Transaction:
    return Transaction(key, known.pop("is_refund", False), minor, known.pop("day", DAY), **known)


def test_a_retrieval_reference_ties_whatever_else_is_told() -> None:
    found = tie(
        [line(retrieval_reference="0012345", last_four="9999")],
        [ours(references=("12345",), last_four="1111")],
    )
    assert (found["a"].key, found["a"].method) == ("payment:1", "retrieval_reference")


def test_another_reference_is_another_transaction_where_references_are_found_to_be_ours() -> None:
    alike = ours("payment:2", last_four="0006", references=("777",))
    doubtful = line("b", retrieval_reference="888", last_four="0006")
    assert tie([doubtful], [alike])["b"].method == "card_and_day"
    known = [line("a", 100, retrieval_reference="12345"), doubtful]
    assert tie(known, [alike, ours(minor=100, references=("12345",))])["b"].method == "none"


def test_a_reference_with_another_amount_ties_nothing() -> None:
    found = tie([line(minor=2500, retrieval_reference="12345")], [ours(references=("12345",))])
    assert found["a"].key == ""


def test_a_refund_is_never_a_sale() -> None:
    found = tie([line(kind="refund", minor=-2400, last_four="0006")], [ours(last_four="0006")])
    assert found["a"].key == ""


def test_amount_card_and_day_tie_when_only_one_of_ours_fits() -> None:
    others = [ours("payment:2", last_four="0042"), ours("payment:3", minor=100, last_four="0006")]
    found = tie([line(last_four="0006")], [ours(last_four="0006"), *others])
    assert (found["a"].key, found["a"].method) == ("payment:1", "card_and_day")


def test_two_payments_that_fit_one_line_leave_it_open_and_say_so() -> None:
    found = tie([line(last_four="0006")], [ours(last_four="0006"), ours("payment:2", last_four="0006")])
    assert (found["a"].key, found["a"].method) == ("", "ambiguous")
    assert "2 of ours fit 1 lines" in found["a"].reasons[0]


def test_twins_are_tied_when_there_are_as_many_of_ours() -> None:
    found = tie(
        [line("a", last_four="0006"), line("b", last_four="0006")],
        [ours(last_four="0006"), ours("payment:2", last_four="0006")],
    )
    assert {found["a"].key, found["b"].key} == {"payment:1", "payment:2"}
    assert "does not matter" in found["a"].reasons[1]


def test_a_sale_that_the_acquirer_dates_after_the_weekend_is_still_found() -> None:
    found = tie([line(last_four="0006")], [ours(day=date(2026, 3, 6), last_four="0006")])
    assert (found["a"].key, found["a"].method) == ("payment:1", "card_and_days")


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["0006", "0042", ""])), max_size=12))
def test_no_transaction_is_given_to_two_lines(rows: list[tuple[int, str]]) -> None:
    lines = [line(str(number), minor, last_four=card) for number, (minor, card) in enumerate(rows)]
    transactions = [
        ours(f"payment:{number}", minor, last_four=card) for number, (minor, card) in enumerate(rows[::2])
    ]
    keys = [tied.key for tied in tie(lines, transactions).values() if tied.key]
    assert len(keys) == len(set(keys))
    assert len(tie(lines, transactions)) == len(lines)
