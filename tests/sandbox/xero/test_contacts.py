"""Contacts: found, made, changed, archived."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.xero.rig import Xero, contact, invoice

DUPLICATE = (
    "The contact name Ada Brown is already assigned to another contact. "
    "The contact name must be unique across all active contacts."
)
NUMBER_TAKEN = "Another contact has this contact number. Please enter a different contact number."


def test_a_new_contact_has_both_addresses_and_all_phones(xero: Xero) -> None:
    made = xero.made("Contacts", contact(Addresses=[{"AddressType": "STREET", "City": "Hull"}]))
    assert [(each["AddressType"], each["City"]) for each in made["Addresses"]] == [
        ("STREET", "Hull"),
        ("POBOX", ""),
    ]
    assert {each["PhoneType"] for each in made["Phones"]} == {"DDI", "DEFAULT", "FAX", "MOBILE"}
    assert made["ContactStatus"] == "ACTIVE"


def test_put_refuses_a_name_or_number_that_is_taken_in_any_case(xero: Xero) -> None:
    xero.made("Contacts", contact(ContactNumber="C-1"))
    assert xero.put("Contacts", contact("Ada Brown")).reasons() == [DUPLICATE]
    assert xero.put("Contacts", contact("ADA  brown ")).status == 400
    assert xero.put("Contacts", contact("Other", ContactNumber="C-1")).reasons() == [NUMBER_TAKEN]


def test_post_matches_by_id_then_number_then_name_and_keeps_the_rest(xero: Xero) -> None:
    made = xero.made("Contacts", contact(ContactNumber="C-1", EmailAddress="ada@example.com"))
    by_name = xero.post("Contacts", contact("ada brown", FirstName="Ada")).rows("Contacts")[0]
    by_number = xero.post("Contacts", {"ContactNumber": "C-1", "LastName": "Brown"}).rows("Contacts")[0]
    by_id = xero.post("Contacts", {"ContactID": made["ContactID"], "Name": "Ada Green"}).rows("Contacts")[0]
    assert by_name["ContactID"] == by_number["ContactID"] == by_id["ContactID"] == made["ContactID"]
    assert (by_id["Name"], by_id["FirstName"], by_id["LastName"]) == ("Ada Green", "Ada", "Brown")
    assert by_id["EmailAddress"] == "ada@example.com"


def test_persons_that_are_not_listed_are_removed(xero: Xero) -> None:
    persons = [{"FirstName": "Tom"}, {"FirstName": "Sue"}]
    made = xero.made("Contacts", contact(ContactPersons=persons))
    changed = xero.call("POST", f"Contacts/{made['ContactID']}", {"ContactPersons": persons[:1]})
    assert [each["FirstName"] for each in changed.rows("Contacts")[0]["ContactPersons"]] == ["Tom"]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"EmailAddress": "not an address"}, "Email address must be valid."),
        ({"EmailAddress": "jürgen@example.com"}, "Email address must be valid."),
        ({"Name": ""}, "at least 1 of the following"),
        ({"Name": "x" * 256}, "255 characters"),
        ({"ContactNumber": "x" * 51}, "50 characters"),
        ({"Name": "<b>"}, "not a valid name"),
        ({"ContactPersons": [{}] * 6}, "at most 5"),
        ({"DefaultCurrency": "NZD"}, "Organisation is not subscribed to currency NZD"),
        ({"Addresses": [{"City": "x" * 256}]}, "255 characters"),
    ],
)
def test_bad_contacts_are_refused(xero: Xero, changes: dict[str, Any], part: str) -> None:
    assert part in xero.put("Contacts", contact(**changes)).reasons()[0]


def test_an_archived_contact_is_hidden_frees_its_name_and_can_come_back(xero: Xero) -> None:
    made = xero.made("Contacts", contact())
    xero.post("Contacts", {"ContactID": made["ContactID"], "ContactStatus": "ARCHIVED"})
    assert xero.get("Contacts").rows("Contacts") == []
    assert len(xero.get("Contacts", includeArchived="true").rows("Contacts")) == 1
    another = xero.made("Contacts", contact())
    back = xero.post("Contacts", {"ContactID": made["ContactID"], "ContactStatus": "ACTIVE"})
    assert back.reasons() == [DUPLICATE]
    xero.post("Contacts", {"ContactID": another["ContactID"], "Name": "Someone else"})
    assert xero.post("Contacts", {"ContactID": made["ContactID"], "ContactStatus": "ACTIVE"}).status == 200


def test_a_document_for_an_archived_contact_is_refused(xero: Xero) -> None:
    made = xero.made("Contacts", contact())
    xero.post("Contacts", {"ContactID": made["ContactID"], "ContactStatus": "ARCHIVED"})
    assert xero.put("Invoices", invoice(Contact={"ContactID": made["ContactID"]})).status == 400


def test_a_document_makes_finds_or_changes_its_contact(xero: Xero) -> None:
    first = xero.made("Invoices", invoice("A", Contact={"Name": "New Person"}))
    second = xero.made("Invoices", invoice("B", Contact={"Name": "new person"}))
    assert first["Contact"]["ContactID"] == second["Contact"]["ContactID"]
    named = {"ContactID": first["Contact"]["ContactID"], "EmailAddress": "new@example.com"}
    xero.made("Invoices", invoice("C", Contact=named))
    read = xero.get(f"Contacts/{named['ContactID']}").rows("Contacts")[0]
    assert (read["EmailAddress"], read["IsCustomer"]) == ("new@example.com", True)


def test_a_refused_invoice_leaves_no_contact_behind(xero: Xero) -> None:
    xero.put("Invoices", invoice(Contact={"Name": "Ghost"}, LineItems=[]))
    xero.put("Invoices", invoice("A"), invoice("B", Contact={"Name": "Ghost"}, LineItems=[]))
    assert xero.get("Contacts").rows("Contacts") == []


def test_balances_show_what_is_owed_and_overdue(xero: Xero) -> None:
    xero.made("Invoices", invoice("A", DueDate="2026-06-14"))
    made = xero.made("Invoices", invoice("B"))
    read = xero.get(f"Contacts/{made['Contact']['ContactID']}").rows("Contacts")[0]
    assert read["Balances"]["AccountsReceivable"] == {"Outstanding": 48, "Overdue": 24}


def test_becoming_a_customer_does_not_count_as_a_change(xero: Xero) -> None:
    made = xero.made("Contacts", contact())
    xero.world.clock.advance(60, machine=True)
    xero.made("Invoices", invoice())
    read = xero.get(f"Contacts/{made['ContactID']}").rows("Contacts")[0]
    assert read["IsCustomer"] is True
    assert read["UpdatedDateUTC"] == made["UpdatedDateUTC"]


def test_contacts_are_found_by_number_in_the_path_by_search_and_by_filter(xero: Xero) -> None:
    xero.made("Contacts", contact(ContactNumber="C-1", EmailAddress="Ada@Example.com"))
    xero.made("Contacts", contact("Tom Green"))
    assert xero.get("Contacts/C-1").rows("Contacts")[0]["Name"] == "Ada Brown"
    for query in (
        {"searchTerm": "BROWN"},
        {"where": 'EmailAddress=="ada@example.COM"'},
        {"where": 'Name=="ada brown"'},
    ):
        assert [each["Name"] for each in xero.get("Contacts", **query).rows("Contacts")] == ["Ada Brown"]


def test_a_summary_leaves_out_the_heavy_parts(xero: Xero) -> None:
    xero.made("Contacts", contact())
    [row] = xero.get("Contacts", summaryOnly="true").rows("Contacts")
    assert not {"Addresses", "Balances", "ContactPersons", "IsCustomer"} & set(row)
