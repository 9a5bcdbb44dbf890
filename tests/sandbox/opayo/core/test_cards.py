from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.opayo.core.cards import (
    PI_CARD_TYPES,
    TEST_CARDS,
    TestCard,
    luhn_is_right,
    payment_system_of,
    read_card,
)
from sandbox.opayo.core.status_codes import Refusal

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize("card", TEST_CARDS, ids=lambda card: card.number)
def test_every_published_card_is_valid_and_of_a_type_pi_knows(card: TestCard) -> None:
    assert luhn_is_right(card.number)
    assert payment_system_of(card.number) in PI_CARD_TYPES


@given(st.text("0123456789", min_size=11, max_size=18))
def test_exactly_one_check_digit_is_right(digits: str) -> None:
    assert sum(luhn_is_right(f"{digits}{last}") for last in range(10)) == 1


@pytest.mark.parametrize(
    ("number", "system"),
    [
        ("4111111111111111", "VISA"),
        ("2223000048400011", "MC"),
        ("2720990000000007", "MC"),
        ("341111111111111", "AMEX"),
        ("6011000990139424", "DC"),
        ("3530111333300000", "JCB"),
        ("5020000000000000", "MAESTRO"),
        ("4917610000000000", "UKE"),
    ],
)
def test_the_scheme_of_a_number_that_is_not_published(number: str, system: str) -> None:
    assert payment_system_of(number) == system


def test_only_what_may_be_kept_is_kept() -> None:
    card = read_card("4929000000006", " Ada Moss ", "1230", "123", TODAY)
    assert card.last_four == "0006"
    assert card.holder == "Ada Moss"
    assert "4929000000006" not in repr(card)
    assert "123'" not in repr(card).replace("1230", "")


@pytest.mark.parametrize(
    ("number", "holder", "expiry", "code", "refusal"),
    [
        ("", "A", "1230", "123", "5010"),
        ("4929 0000 0000 6", "A", "1230", "123", "5026"),
        ("4929000000007", "A", "1230", "123", "5011"),
        ("0000000000000", "A", "1230", "123", "4021"),
        ("4929000000006", " ", "1230", "123", "5012"),
        ("4929000000006", "A" * 51, "1230", "123", "5024"),
        ("4929000000006", "4929 0000 0000 6", "1230", "123", "5054"),
        ("4929000000006", "A", "", "123", "5014"),
        ("4929000000006", "A", "1330", "123", "5028"),
        ("4929000000006", "A", "0526", "123", "5013"),
        ("4929000000006", "A", "1230", "12a", "5019"),
        ("4929000000006", "A", "1230", "1234", "5018"),
        ("374200000000004", "A", "1230", "123", "5018"),
    ],
)
def test_details_that_are_refused(number: str, holder: str, expiry: str, code: str, refusal: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_card(number, holder, expiry, code, TODAY)
    assert refused.value.code == refusal


def test_a_card_is_good_to_the_end_of_its_month() -> None:
    assert read_card("4929000000006", "A", "0626", "123", TODAY).expiry == "0626"


def test_a_valid_number_that_is_not_published_is_declined_unless_the_switch_lets_it_pass() -> None:
    number = "4111111111111111"
    assert not read_card(number, "A", "1230", "123", TODAY).is_approved
    assert read_card(number, "A", "1230", "123", TODAY, accept_any=True).is_approved
