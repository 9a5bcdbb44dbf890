from __future__ import annotations

from typing import Any

import pytest

from mapping.core.compiler import compile_mapping
from mapping.core.contacts import LONGEST_NAME, name_with_number
from mapping.core.defaults import default_document
from mapping.core.evaluate import Evaluation
from tests.mapping.builders import a_context, an_order

CONTACT = compile_mapping(default_document("contact"))


def contact(**customer: Any) -> Evaluation:
    order = an_order()
    return CONTACT.evaluate({"customer": {**order["customer"], **customer}}, a_context())


def test_a_customer_becomes_a_contact_with_phone_and_both_addresses() -> None:
    address = {"AddressLine1": "88 High Street", "City": "Leeds", "PostalCode": "LS1 4AB", "Country": "GB"}
    assert contact().document == {
        "Name": "Ada Moss",
        "ContactNumber": "C-77",
        "FirstName": "Ada",
        "LastName": "Moss",
        "EmailAddress": "ada@example.com",
        "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "+441234567890"}],
        "Addresses": [{"AddressType": "POBOX", **address}, {"AddressType": "STREET", **address}],
    }


@pytest.mark.parametrize(
    ("customer", "name"),
    [
        ({"company": "Moss & Daughters Ltd"}, "Moss & Daughters Ltd"),
        ({"first_name": "", "last_name": "Moss"}, "Moss"),
        ({"first_name": " Ada ", "last_name": "  Moss <3"}, "Ada Moss 3"),
        ({"first_name": None, "last_name": None}, "ada@example.com"),
        ({"first_name": "", "last_name": "", "email": ""}, "C-77"),
    ],
)
def test_the_name_is_company_then_person_then_whatever_there_is(customer: dict[str, Any], name: str) -> None:
    result = contact(**customer)
    assert result.is_usable
    assert result.document["Name"] == name


def test_a_customer_without_any_name_is_refused_in_words() -> None:
    result = CONTACT.evaluate({"customer": {}}, a_context())
    assert [(problem.target, problem.cause) for problem in result.problems] == [("Name", "record")]
    assert "Name is missing" in result.problems[0].message


def test_missing_phone_and_addresses_leave_no_empty_elements() -> None:
    document = contact(phone="", billing_address=None).document
    assert "Phones" not in document
    assert [address["AddressType"] for address in document["Addresses"]] == ["STREET"]


def test_an_invalid_address_is_left_out_with_a_warning_and_the_contact_goes_on() -> None:
    result = contact(email="jörg@example")
    assert "EmailAddress" not in result.document
    assert result.is_usable
    assert [problem.target for problem in result.problems] == ["EmailAddress"]


def test_long_values_are_cut_to_xeros_lengths_and_reported() -> None:
    result = contact(first_name="A" * 400, phone="0" * 80)
    assert len(result.document["Name"]) == len(result.document["FirstName"]) == 255
    assert len(result.document["Phones"][0]["PhoneNumber"]) == 50
    assert {problem.target for problem in result.problems} == {"Name", "FirstName", "Phones[0].PhoneNumber"}
    assert result.is_usable


def test_the_customer_number_of_the_bridge_goes_before_the_shops() -> None:
    assert contact(contact_number="S1-C-77").document["ContactNumber"] == "S1-C-77"
    assert contact(id="").document["ContactNumber"] == "ada@example.com"
    assert "ContactNumber" not in contact(id="X" * 51).document


def test_a_taken_name_gets_the_number_behind_it_within_the_length() -> None:
    assert name_with_number("Ada Moss", "C-77") == "Ada Moss (C-77)"
    assert name_with_number("Ada Moss", "") == "Ada Moss"
    longest = name_with_number("A" * 300, "C-77")
    assert len(longest) == LONGEST_NAME
    assert longest.endswith("A (C-77)")
