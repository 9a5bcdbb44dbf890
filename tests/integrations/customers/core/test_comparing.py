"""Comparing customers: normal forms, reasons, and what the threshold finds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.customers.core.addresses import house_number, normal_postcode
from integrations.customers.core.comparing import SUGGEST_AT, compare
from integrations.customers.core.names import read_name
from integrations.customers.core.phones import normal_phone
from integrations.customers.core.traits import match_keys, read_traits
from tests.integrations.customers.core.people import labelled

ADA = {
    "first_name": "Ada",
    "last_name": "Moss",
    "email": "ada@example.com",
    "phone": "07700 900123",
    "billing_address": {"line1": "14b Fossgate", "city": "York", "postcode": "YO1 7HH", "country": "GB"},
}


@pytest.mark.parametrize("written", ["Ada Moss", "Dr Ada MOSS OBE", "Moss, Ada", "Mrs. Ada Möss", "moss ada"])
def test_a_name_is_the_same_however_it_is_written(written: str) -> None:
    assert read_name(written).words == ("ada", "moss")


@pytest.mark.parametrize(
    "written", ["Moss & Daughters Ltd", "The Moss and Daughters Limited", "MOSS DAUGHTERS LTD."]
)
def test_a_company_is_the_same_whatever_its_legal_form(written: str) -> None:
    assert read_name(written).company == ("moss", "daughters")


@pytest.mark.parametrize(
    "written",
    ["07700 900123", "+44 7700 900123", "0044 (0)7700 900123", "+44 (0) 7700-900-123", "447700900123"],
)
def test_a_telephone_number_is_the_same_however_it_is_written(written: str) -> None:
    assert normal_phone(written) == "+447700900123"


def test_a_number_of_another_country_takes_that_countrys_code() -> None:
    assert normal_phone("06 12 34 56 78", "FR") == "+33612345678"
    assert normal_phone("1234") == ""


def test_postcodes_and_house_numbers_are_found_in_any_spelling() -> None:
    assert [normal_postcode(each) for each in ("yo17hh", "YO1 7HH", "75 001")] == [
        "YO1 7HH",
        "YO1 7HH",
        "75001",
    ]
    assert [house_number(each) for each in ("Flat 2, 14b Fossgate", "Flat 2", "Rose Cottage")] == [
        "14b",
        "2",
        "",
    ]


def test_each_reason_says_what_was_seen_and_what_it_weighs() -> None:
    result = compare(read_traits(ADA), read_traits({**ADA, "first_name": "A", "email": ""}))
    assert [(each.about, each.points) for each in result.reasons] == [
        ("phone", 35),
        ("address", 35),
        ("name", 22),
    ]
    assert "the initial fits" in result.reasons[2].words
    assert result.score == 92


def test_a_name_alone_is_never_enough_and_a_household_is_not_one_person() -> None:
    name_only = {"first_name": "Ada", "last_name": "Moss"}
    assert compare(read_traits(name_only), read_traits(name_only)).score < SUGGEST_AT
    sister = {**ADA, "first_name": "Grace", "email": "grace@example.com"}
    assert compare(read_traits(ADA), read_traits(sister)).score < SUGGEST_AT


_TEXTS = st.sampled_from(
    ["", "Ada", "Moss", "ada@example.com", "07700 900123", "YO1 7HH", "14 Fossgate", "Ltd", "Ø", " "]
)
_CUSTOMERS = st.fixed_dictionaries(
    dict.fromkeys(("first_name", "last_name", "company", "email", "phone"), _TEXTS),
    optional={
        "billing_address": st.fixed_dictionaries({"line1": _TEXTS, "postcode": _TEXTS, "country": _TEXTS})
    },
)


@given(_CUSTOMERS, _CUSTOMERS)
def test_comparing_is_symmetric_and_stays_within_its_scale(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    there, back = compare(read_traits(one), read_traits(other)), compare(read_traits(other), read_traits(one))
    assert there.score == back.score
    assert 0 <= there.score <= 100


def test_what_the_threshold_finds_among_two_hundred_labelled_pairs(record_property: Any) -> None:
    found: Counter[tuple[bool, bool]] = Counter()
    missed: Counter[str] = Counter()
    for pair in labelled():
        one, other = read_traits(pair.one), read_traits(pair.other)
        shares_key = bool({*match_keys(one)} & {*match_keys(other)})
        is_suggested = shares_key and compare(one, other).is_suggested
        found[pair.is_one, is_suggested] += 1
        if is_suggested != pair.is_one:
            missed[pair.kind] += 1
    precision = found[True, True] / (found[True, True] + found[False, True])
    recall = found[True, True] / (found[True, True] + found[True, False])
    record_property("precision", precision)
    record_property("recall", recall)
    assert sum(found.values()) == 200
    assert precision >= 0.95, missed
    assert recall >= 0.9, missed
    print(f"precision {precision:.3f} recall {recall:.3f} wrong {dict(missed)}")  # noqa: T201
