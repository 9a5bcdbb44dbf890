"""Which sale a dispute is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.money import Money
from integrations.disputes.core.ties import Disputed, Sale, certain, scored

DAY = date(2026, 11, 20)
SALE = Sale("HF-1-1", Money(3834, "GBP"), "HF-1", "4255", "999777", "0006", DAY)
OTHER = replace(SALE, code="HF-2-1", order_number="HF-2", retrieval_reference="4256")
TOLD = Disputed(Money(3834, "GBP"), "4255", "999777", "0006", DAY)


def test_the_retrieval_reference_says_which() -> None:
    tie = certain(TOLD, [SALE, OTHER])
    assert tie is not None and tie.code == "HF-1-1"
    assert tie.reasons == (
        "the retrieval reference is the sale's",
        "the bank's authorisation code is the sale's",
        "the amount is the whole sale",
        "the card ends in 0006",
        "it was sold on that day",
    )
    assert tie.score == 100


def test_noughts_in_front_of_a_reference_say_nothing() -> None:
    assert certain(replace(TOLD, retrieval_reference="000000004255"), [SALE, OTHER]) is not None


def test_without_a_reference_the_one_of_that_card_and_day_is_meant() -> None:
    told = replace(TOLD, retrieval_reference="")
    assert certain(told, [SALE]) is not None
    assert certain(told, [SALE, OTHER]) is None, "two fit, so a person says which"


def test_of_several_on_one_card_and_day_the_one_of_that_whole_amount_is_meant() -> None:
    told = replace(TOLD, retrieval_reference="")
    larger = replace(OTHER, captured=Money(9999, "GBP"))
    tie = certain(told, [SALE, larger])
    assert tie is not None and tie.code == "HF-1-1"
    assert certain(replace(told, amount=Money(1000, "GBP")), [SALE, larger]) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"retrieval_reference": "9"},
        {"bank_auth_code": "123456"},
        {"last_four": "1111"},
        {"sold_on": date(2026, 11, 1)},
    ],
)
def test_what_contradicts_the_notice_is_never_tied_by_itself(wrong: dict[str, Any]) -> None:
    sale = replace(SALE, **wrong)
    assert certain(TOLD, [sale]) is None
    (tie,) = scored(TOLD, [sale])
    assert len(tie.against) == 1 and not tie.fits


def test_a_sale_in_another_currency_or_of_less_is_none() -> None:
    assert scored(TOLD, [replace(SALE, captured=Money(3834, "EUR"))]) == ()
    assert scored(TOLD, [replace(SALE, captured=Money(3833, "GBP"))]) == ()


def test_an_amount_and_nothing_else_is_too_little() -> None:
    assert certain(Disputed(Money(3834, "GBP")), [SALE]) is None
    assert certain(Disputed(Money(3834, "GBP"), last_four="0006"), [SALE]) is None


sales = st.builds(
    Sale,
    st.from_regex(r"HF-[0-9]{1,3}", fullmatch=True),
    st.builds(Money, st.sampled_from([1000, 3834, 5000]), st.sampled_from(["GBP", "EUR"])),
    retrieval_reference=st.sampled_from(["", "4255", "4256"]),
    bank_auth_code=st.sampled_from(["", "999777", "111111"]),
    last_four=st.sampled_from(["0006", "0009"]),
    sold_on=st.sampled_from([DAY, date(2026, 11, 22), date(2026, 10, 1)]),
)
notices = st.builds(
    Disputed,
    st.builds(Money, st.sampled_from([500, 3834]), st.just("GBP")),
    st.sampled_from(["", "4255"]),
    st.sampled_from(["", "999777"]),
    st.sampled_from(["", "0006"]),
    st.sampled_from([None, DAY]),
)


@given(notices, st.lists(sales, max_size=6, unique_by=lambda sale: sale.code))
def test_what_is_tied_fits_alone_and_could_pay_it(told: Disputed, known: list[Sale]) -> None:
    tie = certain(told, known)
    if tie is None:
        return
    sale = next(each for each in known if each.code == tie.code)
    assert tie.fits and told.amount <= sale.captured
    twin = replace(sale, code="HF-TWIN")
    assert certain(told, [*known, twin]) is None, "with another one just like it, nobody can say which"
    assert scored(told, known)[0].score >= tie.score
