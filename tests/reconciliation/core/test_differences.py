"""Why money differs, and how a difference may be closed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.core.differences import Closing, Gap, Known, explanations, refusal

BANKS = frozenset({"090", "095"})


def gap(minor: int, *known: Known, text: str = "") -> Gap:
    return Gap(minor, settled=5_000, currency="GBP", cap=5, text=text, known=known)


def kinds(given: Gap) -> list[tuple[str, bool]]:
    return [(each.kind, each.is_exact) for each in explanations(given)]


def refused(minor: int, kind: str, account: str = "") -> str:
    return refusal(minor, Closing(kind, account), cap=5, currency="GBP", forbidden=BANKS)


def test_what_is_known_to_the_penny_comes_first() -> None:
    refund = Known("refund", -60, "It is exactly the refund R1.")
    assert kinds(gap(-60, refund)) == [("refund", True), ("fee", False), ("date", False)]


def test_what_is_known_of_another_amount_explains_nothing() -> None:
    assert ("refund", True) not in kinds(gap(-60, Known("refund", -61, "R1")))


def test_a_few_pence_may_be_rounding_and_a_twentieth_a_fee() -> None:
    assert kinds(gap(-5)) == [("rounding", False), ("fee", False), ("date", False)]
    assert kinds(gap(-250)) == [("fee", False), ("date", False)]
    assert kinds(gap(-2_000)) == [("date", False)]


def test_more_money_than_was_settled_is_no_fee_and_nothing_that_is_still_to_come() -> None:
    assert kinds(gap(250)) == []
    assert kinds(gap(250, text="PAYPAL EUR @ 1.1734")) == [("fx", False)]


def test_no_difference_needs_no_reason() -> None:
    assert (explanations(gap(0)), refused(0, "")) == ((), "")


@pytest.mark.parametrize(
    ("minor", "kind", "account", "words"),
    [
        (-60, "", "", "£0.60 are missing: say why"),
        (60, "", "", "£0.60 are too much"),
        (-6, "rounding", "", "Rounding closes at most £0.05"),
        (60, "date", "", "only money that is missing can be that"),
        (60, "refund", "", "only money that is missing can be that"),
        (-60, "other", "", "Enter the code of the account"),
        (-60, "other", "090", "090 is a bank or clearing account"),
    ],
)
def test_a_difference_is_not_closed_without_a_reason_that_can_be(
    minor: int, kind: str, account: str, words: str
) -> None:
    assert words in refused(minor, kind, account)


@given(st.integers(-5, 5))
def test_rounding_closes_what_is_within_the_cap_either_way(minor: int) -> None:
    assert refused(minor, "rounding") == ""


@given(st.integers(-10_000, -1), st.sampled_from(["fee", "fx", "date", "refund", "dispute"]))
def test_missing_money_may_have_any_reason_a_person_gives(minor: int, kind: str) -> None:
    assert refused(minor, kind) == ""
