from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.core.failures import OutcomeUnknown
from integrations.xero.core.replies import read_elements

ZERO = "00000000-0000-0000-0000-000000000000"


def invoice(number: str, **fields: Any) -> dict[str, Any]:
    return {
        "InvoiceID": f"id-{number}",
        "InvoiceNumber": number,
        "Status": "DRAFT",
        "Total": Decimal("24.00"),
        "AmountDue": Decimal("24.00"),
        "StatusAttributeString": "OK",
        "HasErrors": False,
        **fields,
    }


def refused(number: str, *messages: str) -> dict[str, Any]:
    errors = [{"Message": message} for message in messages]
    return invoice(
        number, InvoiceID=ZERO, StatusAttributeString="ERROR", HasErrors=True, ValidationErrors=errors
    )


def test_each_document_has_its_own_result_in_the_order_of_the_request() -> None:
    body = {
        "Status": "OK",
        "Invoices": [invoice("A"), refused("B", "Invoice # must be unique."), invoice("C")],
    }
    first, second, third = read_elements("Invoices", 200, body, 3)
    assert (first.ok, first.id, first.number, first.status) == (True, "id-A", "A", "DRAFT")
    assert (first.total, first.amount_due) == (Decimal("24.00"), Decimal("24.00"))
    assert (second.ok, second.id, second.messages) == (False, "", ("Invoice # must be unique.",))
    assert third.ok


def test_warnings_do_not_make_a_document_bad() -> None:
    warned = invoice("A", StatusAttributeString="WARNING", Warnings=[{"Message": "1:1 rate"}])
    (result,) = read_elements("Invoices", 200, {"Invoices": [warned]}, 1)
    assert result.ok
    assert result.warnings == ("1:1 rate",)


def test_reasons_are_found_wherever_they_are_nested_and_told_once() -> None:
    bad = refused("A", "One or more line items must be specified")
    bad["LineItems"] = [
        {"ValidationErrors": [{"Message": "Account must be valid."}]},
        {"ValidationErrors": [{"Message": "Account must be valid."}]},
    ]
    (result,) = read_elements("Invoices", 200, {"Invoices": [bad]}, 1)
    assert result.messages == ("One or more line items must be specified", "Account must be valid.")


def test_a_document_without_an_id_was_not_saved_even_when_nothing_else_says_so() -> None:
    element = {"BatchPaymentID": ZERO, "HasValidationErrors": False, "TotalAmount": Decimal("60.00")}
    (result,) = read_elements("BatchPayments", 200, {"BatchPayments": [element]}, 1)
    assert not result.ok
    assert result.messages == ("Xero did not save it and gave no reason.",)


def test_a_payment_tells_what_its_invoice_still_owes() -> None:
    element = {
        "PaymentID": "p1",
        "Reference": "ref",
        "Amount": Decimal("10.00"),
        "Status": "AUTHORISED",
        "Invoice": {"InvoiceID": "i1", "AmountDue": Decimal("14.00")},
        "HasValidationErrors": False,
    }
    (result,) = read_elements("Payments", 200, {"Payments": [element]}, 1)
    assert (result.id, result.number, result.total, result.amount_due) == (
        "p1",
        "ref",
        Decimal("10.00"),
        Decimal("14.00"),
    )


def test_the_status_of_a_contact_has_a_name_of_its_own() -> None:
    element = {
        "ContactID": "c1",
        "ContactNumber": "C-1",
        "ContactStatus": "ACTIVE",
        "StatusAttributeString": "OK",
    }
    (result,) = read_elements("Contacts", 200, {"Contacts": [element]}, 1)
    assert (result.ok, result.id, result.number, result.status) == (True, "c1", "C-1", "ACTIVE")


def test_a_refused_call_saved_nothing_and_spares_the_innocent() -> None:
    body = {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": [invoice("A", StatusAttributeString=None), refused("B", "Invoice # must be unique.")],
    }
    first, second = read_elements("Invoices", 400, body, 2)
    assert (first.ok, first.messages) == (False, ())
    assert second.messages == ("Invoice # must be unique.",)


def test_a_refused_call_that_lists_only_its_bad_documents_is_told_apart_by_numbers() -> None:
    body = {"Type": "ValidationException", "Elements": [refused("B", "Invoice # must be unique.")]}
    first, second = read_elements("Invoices", 400, body, 2, numbers=["A", "B"])
    assert (first.ok, first.messages) == (False, ())
    assert second.messages == ("Invoice # must be unique.",)


def test_without_numbers_every_document_shares_the_reasons() -> None:
    body = {"Type": "ValidationException", "Elements": [refused("B", "Invoice # must be unique.")]}
    results = read_elements("Invoices", 400, body, 2)
    assert [result.messages for result in results] == [("Invoice # must be unique.",)] * 2


@pytest.mark.parametrize(
    "body",
    [
        {"ErrorNumber": 17, "Type": "PostDataInvalidException", "Message": "JSON for post data was invalid"},
        {"Title": "Bad Request", "Detail": "JSON for post data was invalid"},
    ],
)
def test_one_message_for_the_whole_call_is_everybodys(body: dict[str, Any]) -> None:
    results = read_elements("Payments", 400, body, 2)
    assert [result.messages for result in results] == [("JSON for post data was invalid",)] * 2


def test_a_document_that_is_gone_is_not_saved() -> None:
    (result,) = read_elements("Invoices", 404, {}, 1)
    assert not result.ok
    assert "was not found" in result.messages[0]


@pytest.mark.parametrize("listed", [[], [invoice("A")], [invoice("A"), invoice("B"), invoice("C")]])
def test_a_reply_that_does_not_account_for_every_document_leaves_the_outcome_unknown(
    listed: list[Any],
) -> None:
    with pytest.raises(OutcomeUnknown):
        read_elements("Invoices", 200, {"Invoices": listed}, 2)
