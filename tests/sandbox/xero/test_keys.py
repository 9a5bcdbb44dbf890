"""No reply has a key that Xero's would not have: every reply is walked against the published schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.xero.rig import Answer, Xero, contact, credit_note, invoice, line, payment
from tests.sandbox.xero.schemas import SCHEMAS

ZERO = "00000000-0000-0000-0000-000000000000"


def unknown(value: Any, schema: str, path: str) -> Iterator[str]:
    """Paths of keys that the schema does not have."""
    if isinstance(value, list):
        for item in value:
            yield from unknown(item, schema, path)
    elif isinstance(value, dict) and schema:
        for key, item in value.items():
            if key not in SCHEMAS[schema]:
                yield f"{path}.{key}"
            else:
                yield from unknown(item, SCHEMAS[schema][key], f"{path}.{key}")


def require_known(answer: Answer, schema: str = "Envelope") -> None:
    assert answer.status == 200, answer.text
    assert list(unknown(answer.json(), schema, "")) == []


def a_busy_day(xero: Xero) -> Iterator[Answer]:
    """One reply of every kind of write."""
    yield xero.put(
        "Contacts", contact(ContactNumber="C-1", Phones=[{"PhoneNumber": "1"}], ContactPersons=[{}])
    )
    yield xero.put(
        "Invoices", invoice("A", line(DiscountRate=10), Url="https://shop.example/1", SentToContact=True)
    )
    yield xero.put(
        "Invoices", invoice("B", CurrencyCode="EUR", CurrencyRate=1), query={"summarizeErrors": "false"}
    )
    yield xero.put("Invoices", invoice("C"), invoice("C"), query={"summarizeErrors": "false"})
    third = xero.get("Invoices/C").rows("Invoices")[0]
    yield xero.put("Payments", payment(third, "10.00"))
    yield xero.put("CreditNotes", credit_note())
    note = xero.get("CreditNotes/CN-1").rows("CreditNotes")[0]
    part = {"Amount": "1.00", "Invoice": {"InvoiceID": third["InvoiceID"]}}
    yield xero.call("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", part)
    members = {"Payments": [{"Invoice": {"InvoiceNumber": "A"}, "Amount": "1.00"}]}
    yield xero.put("BatchPayments", {"Account": {"Code": "095"}, "Reference": "r", **members})
    for type_ in ("SPEND", "RECEIVE-OVERPAYMENT", "RECEIVE-PREPAYMENT"):
        lines = [line("5", AccountCode="615", TaxType="NONE")]
        money = {
            "Type": type_,
            "Contact": {"ContactNumber": "C-1"},
            "BankAccount": {"Code": "096"},
            "LineItems": lines,
        }
        yield xero.put("BankTransactions", money)
    ends = {"FromBankAccount": {"Code": "095"}, "ToBankAccount": {"Code": "090"}}
    yield xero.put("BankTransfers", {**ends, "Amount": "1"})
    lines = [{"LineAmount": 1, "AccountCode": "405"}, {"LineAmount": -1, "AccountCode": "615"}]
    yield xero.put("ManualJournals", {"Narration": "n", "JournalLines": lines})
    yield xero.call("PUT", "Invoices/A/History", {"HistoryRecords": [{"Details": "note"}]})
    yield xero.call("PUT", "Accounts", {"Code": "099", "Name": "Reserve", "Type": "BANK"})
    rate = {"Name": "Odd", "ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "VAT", "Rate": "12.5"}]}
    yield xero.put("TaxRates", rate)
    yield xero.put("Currencies", {"Code": "NZD"})


READS = (
    "Organisation",
    "Organisation/Actions",
    "Accounts",
    "TaxRates",
    "Currencies",
    "Contacts",
    "Contacts/C-1",
    "Invoices",
    "Invoices/C",
    "CreditNotes",
    "CreditNotes/CN-1",
    "Payments",
    "BatchPayments",
    "BankTransactions",
    "BankTransfers",
    "Overpayments",
    "Prepayments",
    "ManualJournals",
    "Invoices/A/History",
    "Reports/TrialBalance",
    "Reports/BankSummary",
)


def test_every_key_is_xeros(xero: Xero) -> None:
    xero.world.switches["xero.limits"] = "off"
    for answer in a_busy_day(xero):
        require_known(answer)
    for path in READS:
        require_known(xero.get(path))
        require_known(xero.get(path, page="1", unitdp="4"))


def test_the_walk_finds_a_key_that_is_not(xero: Xero) -> None:
    row = {"Invoices": [{"InvoiceID": ZERO, "Payments": [{"Colour": "red"}]}]}
    assert list(unknown(row, "Envelope", "")) == [".Invoices.Payments.Colour"]


@pytest.mark.parametrize("headers", [{"authorization": ""}, {"xero-tenant-id": ""}])
def test_problems_have_their_own_form(xero: Xero, headers: dict[str, str]) -> None:
    assert list(xero.get("Accounts", headers).json()) == [
        "Type",
        "Title",
        "Status",
        "Detail",
        "Instance",
        "Extensions",
    ]


def test_a_refusal_has_no_envelope(xero: Xero) -> None:
    refused = xero.put("Invoices", invoice(LineItems=[])).json()
    assert list(refused) == ["ErrorNumber", "Type", "Message", "Elements"]
    assert not list(unknown(refused["Elements"], "Invoice", ""))
