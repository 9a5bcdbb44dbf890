from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import ApiCall, Connection
from integrations.xero.client import XeroClient
from integrations.xero.core.replies import ElementResult, read_elements
from integrations.xero.core.wire import dumps
from integrations.xero.lookups import (
    KEYS_PER_CALL,
    find_bank_transactions,
    find_contacts,
    find_contacts_by_name,
    find_invoices,
    find_invoices_by_id,
    find_payments,
    get_one,
)


@pytest.fixture
def client(connection: Connection) -> XeroClient:
    return XeroClient(connection)


def put(client: XeroClient, collection: str, *elements: dict[str, Any]) -> list[ElementResult]:
    body = dumps({collection: list(elements)})
    reply = client.call(
        "PUT", f"/{collection}", purpose="invoices", body=body, params={"summarizeErrors": "false"}
    )
    results = read_elements(collection, reply.status, reply.body, len(elements))
    assert all(result.ok for result in results), results
    return results


def invoice(number: str, **fields: Any) -> dict[str, Any]:
    line = {"Description": "Teapot", "Quantity": 1, "UnitAmount": Decimal("24.00"), "AccountCode": "200"}
    return {
        "Type": "ACCREC",
        "InvoiceNumber": number,
        "Contact": {"Name": "Ada Moss"},
        "Date": "2026-11-20",
        "DueDate": "2026-11-20",
        "LineAmountTypes": "Inclusive",
        "Status": "AUTHORISED",
        "LineItems": [line],
        **fields,
    }


def paid(client: XeroClient, number: str, reference: str) -> ElementResult:
    (made,) = put(client, "Invoices", invoice(number))
    payment = {
        "Invoice": {"InvoiceID": made.id},
        "Account": {"Code": "095"},
        "Date": "2026-11-20",
        "Amount": Decimal("10.00"),
        "Reference": reference,
    }
    (result,) = put(client, "Payments", payment)
    assert result.amount_due == Decimal("14.00")
    return made


def test_invoices_are_found_by_number_as_the_lost_answer_would_have_told(client: XeroClient) -> None:
    made = put(client, "Invoices", invoice("HF-1"), invoice("HF-2"))
    found = find_invoices(client, ["HF-1", "HF-2", "HF-3"])
    assert set(found) == {"HF-1", "HF-2"}
    assert found["HF-1"].as_result() == made[0]
    assert found["HF-1"].total == Decimal("24.00")
    assert found["HF-1"].dated == date(2026, 11, 20)


def test_a_number_with_a_comma_is_found_too(client: XeroClient) -> None:
    put(client, "Invoices", invoice("HF-1,5"))
    assert set(find_invoices(client, ["HF-1,5", "HF-1"])) == {"HF-1,5"}


def test_a_voided_invoice_is_found_because_it_keeps_its_number(client: XeroClient) -> None:
    (made,) = put(client, "Invoices", invoice("HF-1"))
    client.call("POST", f"/Invoices/{made.id}", purpose="invoices", body=dumps({"Status": "VOIDED"}))
    assert find_invoices(client, ["HF-1"])["HF-1"].status == "VOIDED"


def test_hundreds_of_numbers_take_few_calls(client: XeroClient) -> None:
    find_invoices(client, [f"HF-{number}" for number in range(KEYS_PER_CALL * 2 + 1)])
    assert ApiCall.objects.filter(purpose="lookups").count() == 3


def test_nothing_to_find_takes_no_call(client: XeroClient) -> None:
    assert find_invoices(client, []) == {}
    assert find_payments(client) == []
    assert ApiCall.objects.count() == 0


def test_invoices_are_found_by_id(client: XeroClient) -> None:
    (made,) = put(client, "Invoices", invoice("HF-1"))
    assert find_invoices_by_id(client, [made.id])[made.id].number == "HF-1"


def test_contacts_are_found_by_their_number_and_by_name(client: XeroClient) -> None:
    put(
        client,
        "Contacts",
        {"Name": 'Ada "Tea" Moss', "ContactNumber": "C-1"},
        {"Name": "Bo", "ContactNumber": "C-2"},
    )
    by_number = find_contacts(client, ["C-1", "C-2", "C-3"])
    assert set(by_number) == {"C-1", "C-2"}
    by_name = find_contacts_by_name(client, ["bo", 'ada "tea" moss'])
    assert {found.number for found in by_name.values()} == {"C-1", "C-2"}
    assert by_name["bo"].contact_id == by_number["C-2"].id


def test_payments_are_found_by_invoice_and_by_reference(client: XeroClient) -> None:
    first, second = paid(client, "HF-1", "HF-1-1"), paid(client, "HF-2", "HF-2-1")
    (by_invoice,) = find_payments(client, invoice_ids=[first.id])
    assert (by_invoice.reference, by_invoice.invoice_id) == ("HF-1-1", first.id)
    assert (by_invoice.total, by_invoice.status) == (Decimal("10.00"), "AUTHORISED")
    (by_reference,) = find_payments(client, references=["HF-2-1", "HF-9-1"])
    assert by_reference.invoice_id == second.id


def test_a_deleted_payment_is_not_found(client: XeroClient) -> None:
    made = paid(client, "HF-1", "HF-1-1")
    (payment,) = find_payments(client, invoice_ids=[made.id])
    client.call("POST", f"/Payments/{payment.id}", purpose="payments", body=dumps({"Status": "DELETED"}))
    assert find_payments(client, invoice_ids=[made.id]) == []


def test_bank_transactions_are_found_by_reference_within_their_days(client: XeroClient) -> None:
    line = {"Description": "Card fees", "Quantity": 1, "UnitAmount": Decimal("1.50"), "AccountCode": "404"}
    fee = {
        "Type": "SPEND",
        "Contact": {"Name": "Opayo"},
        "BankAccount": {"Code": "095"},
        "Date": "2026-11-20",
        "Reference": "fee po_77",
        "LineItems": [line],
    }
    (made,) = put(client, "BankTransactions", fee)
    day = date(2026, 11, 20)
    (found,) = find_bank_transactions(client, ["fee po_77"], since=day, until=day)
    assert (found.id, found.total) == (made.id, Decimal("1.50"))
    assert find_bank_transactions(client, ["fee po_78"], since=day, until=day) == []


def test_one_document_comes_with_its_lines(client: XeroClient) -> None:
    put(client, "Invoices", invoice("HF 1ü"))
    found = get_one(client, "Invoices", "HF 1ü")
    assert found is not None
    assert found.raw["LineItems"][0]["UnitAmount"] == Decimal("24.0000")
    assert get_one(client, "Invoices", "HF-404") is None
