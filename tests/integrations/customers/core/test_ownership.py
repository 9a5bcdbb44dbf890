"""Whose word counts, and when Xero is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.customers.core.ownership import (
    Change,
    Owner,
    Source,
    Standing,
    counts,
    is_echo,
    same,
    wants_push,
)
from integrations.customers.core.sides import contact_parts, shop_values, update_of, value_of, without_blanks


@pytest.mark.parametrize(
    ("owner", "source", "expected"),
    [
        ("shop", "shop", True), ("shop", "xero", False), ("xero", "xero", True), ("xero", "shop", False),
        ("latest", "shop", True), ("latest", "xero", True), ("person", "shop", False), ("person", "xero", False),
        ("person", "person", True), ("shop", "person", True),
    ],
)  # fmt: skip
def test_the_owners_word_counts(owner: Owner, source: Source, *, expected: bool) -> None:
    assert counts(Change(owner, source, "new", "old")) is expected


def test_a_blank_is_no_word_and_anything_fills_a_blank() -> None:
    assert not counts(Change("shop", "shop", " ", "old"))
    assert counts(Change("xero", "shop", "new", ""))


_WORDS = st.sampled_from(["Ada", "ada ", "Grace", "Mary", ""])


@given(st.lists(st.tuples(st.sampled_from(["shop", "xero"]), _WORDS), max_size=20))
def test_a_value_that_xero_spells_in_its_own_way_never_goes_back_and_forth(
    told: list[tuple[str, str]],
) -> None:
    """The shop owns the field, and Xero answers each push with its own spelling: no push follows an answer."""
    ours, theirs, pushed, heard, pushes, changes = "Start", "START.", None, False, 0, 0
    for source, word in told:
        if not word.strip():
            continue
        changed = not same(word, ours if source == "shop" else theirs)
        changes += changed
        if source == "shop":
            ours = word
        else:
            theirs, heard = word, heard or pushed is not None
        if changed and wants_push(Standing(ours, theirs, pushed, heard)):
            pushed, heard, pushes = ours, False, pushes + 1
            theirs = f"{ours}."
            answer = Standing(ours, theirs, pushed, heard)
            assert is_echo(answer)
            heard = True
    assert pushes <= changes


def test_what_xero_keeps_of_a_contact_reads_in_the_shops_shape_and_back() -> None:
    contact = {
        "Name": "Ada Moss (C-77)", "FirstName": "Ada", "LastName": "Moss", "EmailAddress": "ada@example.com",
        "Phones": [{"PhoneType": "DEFAULT", "PhoneCountryCode": "44", "PhoneAreaCode": "07700", "PhoneNumber": "900123"}],
        "Addresses": [{"AddressType": "POBOX", "AddressLine1": "14 Fossgate", "PostalCode": "YO1 7HH"}],
    }  # fmt: skip
    parts = contact_parts(contact, "C-77")
    assert parts["phone"] == "+447700900123"
    assert value_of("name", parts["name"]) == {"first_name": "Ada", "last_name": "Moss", "company": ""}
    assert value_of("billing_address", parts["billing_address"]) == {
        "line1": "14 Fossgate",
        "postcode": "YO1 7HH",
    }
    assert "tax_number" not in parts
    assert update_of(contact, {"email"}) == {"EmailAddress": "ada@example.com"}
    assert update_of(contact, {"phone"})["Phones"][0]["PhoneNumber"] == "900123"


def test_an_order_that_leaves_something_out_wipes_nothing_out() -> None:
    known = {"email": "ada@example.com", "phone": "07700 900123", "first_name": "Ada"}
    assert shop_values(without_blanks({"email": "new@example.com", "phone": ""}, known)) == {
        "name": {"first_name": "Ada", "last_name": "", "company": ""},
        "email": "new@example.com",
        "phone": "07700 900123",
    }
