"""Credit notes and overpayments, allocated and taken back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero.rig import Answer, Xero, contact, credit_note, invoice, line


def allocate(xero: Xero, note: dict[str, Any], made: dict[str, Any], amount: str) -> Answer:
    body = {"Amount": amount, "Invoice": {"InvoiceID": made["InvoiceID"]}}
    return xero.call("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", body)


def both(xero: Xero) -> tuple[dict[str, Any], dict[str, Any]]:
    """An open invoice of 24.00 and a credit note of 12.00 for the same contact."""
    return xero.made("Invoices", invoice()), xero.made("CreditNotes", credit_note())


def note_now(xero: Xero) -> dict[str, Any]:
    return xero.get("CreditNotes/CN-1").rows("CreditNotes")[0]


def invoice_now(xero: Xero) -> dict[str, Any]:
    return xero.get("Invoices/ORD-1").rows("Invoices")[0]


def test_a_credit_note_posts_against_sales(xero: Xero) -> None:
    made = xero.made("CreditNotes", credit_note())
    assert (made["RemainingCredit"], made["ID"]) == (12, made["CreditNoteID"])
    assert (xero.balance("610"), xero.balance("200"), xero.balance("820")) == (-12, 10, 2)


def test_an_allocation_settles_both_documents(xero: Xero) -> None:
    made, note = both(xero)
    [allocation] = allocate(xero, note, made, "12.00").rows("Allocations")
    assert allocation["Date"] == "/Date(1781568000000+0000)/"
    after = invoice_now(xero)
    assert (after["AmountCredited"], after["AmountDue"], after["Status"]) == (12, 12, "AUTHORISED")
    assert after["CreditNotes"][0]["AppliedAmount"] == 12
    noted = note_now(xero)
    assert (noted["Status"], noted["RemainingCredit"], noted["Allocations"][0]["Amount"]) == ("PAID", 0, 12)
    assert xero.balance("610") == 12


def test_taking_an_allocation_back_opens_both_again(xero: Xero) -> None:
    made, note = both(xero)
    [allocation] = allocate(xero, note, made, "5.00").rows("Allocations")
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations/{allocation['AllocationID']}"
    gone = xero.call("DELETE", path)
    assert (gone.status, gone.json()["IsDeleted"]) == (200, True)
    assert (invoice_now(xero)["AmountDue"], note_now(xero)["RemainingCredit"]) == (24, 12)
    assert xero.call("DELETE", path).status == 404


def test_an_allocation_needs_no_id_in_its_reply_by_the_switch(xero: Xero) -> None:
    xero.world.switches["xero.allocation_id_in_reply"] = False
    made, note = both(xero)
    assert "AllocationID" not in allocate(xero, note, made, "5.00").rows("Allocations")[0]
    assert note_now(xero)["Allocations"][0]["AllocationID"]


@pytest.mark.parametrize("amount", ["12.01", "0", "-1"])
def test_an_amount_that_is_too_much_or_nothing_is_refused(xero: Xero, amount: str) -> None:
    made, note = both(xero)
    assert allocate(xero, note, made, amount).status == 400
    assert note_now(xero)["RemainingCredit"] == 12


def test_allocations_want_one_contact_one_currency_and_approved_documents(xero: Xero) -> None:
    note = xero.made("CreditNotes", credit_note())
    other = xero.made("Invoices", invoice("A", Contact={"Name": "Tom Green"}))
    foreign = xero.made("Invoices", invoice("B", CurrencyCode="EUR"))
    draft = xero.made("Invoices", invoice("C", Status="DRAFT"))
    reasons = [allocate(xero, note, made, "1.00").reasons()[0] for made in (other, foreign, draft)]
    assert ["contact" in reasons[0], "currency" in reasons[1], "Authorised" in reasons[2]] == [True] * 3


def test_several_allocations_in_one_call_are_all_or_nothing(xero: Xero) -> None:
    made, note = both(xero)
    part = {"Amount": "7.00", "Invoice": {"InvoiceID": made["InvoiceID"]}}
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    assert xero.call("PUT", path, {"Allocations": [part, part]}).status == 400
    assert note_now(xero)["RemainingCredit"] == 12
    assert xero.call("PUT", path, {"Allocations": [part, {**part, "Amount": "5.00"}]}).status == 200
    assert note_now(xero)["Status"] == "PAID"


def test_an_allocated_note_can_neither_change_nor_end(xero: Xero) -> None:
    made, note = both(xero)
    allocate(xero, note, made, "5.00")
    for changes in ({"Status": "VOIDED"}, {"LineItems": [line("5.00")]}):
        assert xero.post("CreditNotes", {"CreditNoteID": note["CreditNoteID"], **changes}).status == 400


def test_a_draft_note_is_changed_approved_and_voided(xero: Xero) -> None:
    note = xero.made("CreditNotes", credit_note(Status="DRAFT"))
    key = {"CreditNoteID": note["CreditNoteID"]}
    assert xero.post("CreditNotes", {**key, "LineItems": [line("6.00")]}).rows("CreditNotes")[0]["Total"] == 6
    xero.post("CreditNotes", {**key, "Status": "AUTHORISED"})
    assert xero.balance("610") == -6
    xero.post("CreditNotes", {**key, "Status": "VOIDED"})
    assert (xero.balance("610"), note_now(xero)["Status"]) == (0, "VOIDED")


@pytest.mark.parametrize(
    "changes",
    [
        {"Type": "ACCREC"},
        {"Status": "PAID"},
        {"Contact": None},
        {"LineItems": []},
        {"LineItems": [line(DiscountRate=5)]},
        {"LineItems": [line("-5.00")]},
    ],
)
def test_bad_credit_notes_are_refused(xero: Xero, changes: dict[str, Any]) -> None:
    assert xero.put("CreditNotes", credit_note(**changes)).status == 400
    assert xero.get("CreditNotes").rows("CreditNotes") == []


def test_numbers_are_unique_and_given_where_there_is_none(xero: Xero) -> None:
    xero.made("CreditNotes", credit_note("CN-9"))
    assert xero.put("CreditNotes", credit_note("CN-9")).status == 400
    assert xero.made("CreditNotes", credit_note(CreditNoteNumber=None))["CreditNoteNumber"] == "CN-0001"


def test_a_locked_period_keeps_notes_as_they_are(xero: Xero) -> None:
    note = xero.made("CreditNotes", credit_note())
    xero.system.set_lock_dates(end_of_year=date(2026, 6, 16))
    assert xero.put("CreditNotes", credit_note("CN-2")).status == 400
    assert xero.post("CreditNotes", {"CreditNoteID": note["CreditNoteID"], "Status": "VOIDED"}).status == 400


def test_a_foreign_credit_at_another_rate_leaves_the_difference_in_gains(xero: Xero) -> None:
    made = xero.made("Invoices", invoice("ORD-1", line("120"), CurrencyCode="EUR", CurrencyRate="1.2"))
    note = xero.made("CreditNotes", credit_note("CN-1", line("120"), CurrencyCode="EUR", CurrencyRate="1.0"))
    assert allocate(xero, note, made, "120.00").status == 200
    assert (xero.balance("610"), xero.balance("499")) == (0, -20)


# -- over- and prepayments


def received(xero: Xero, kind: str, **changes: Any) -> dict[str, Any]:
    """Money received ahead of what it is for."""
    person = xero.get("Contacts", searchTerm="Ada").rows("Contacts") or [xero.made("Contacts", contact())]
    lines = [{"Description": "too much", "LineAmount": "5.00", "AccountCode": "200", "TaxType": "NONE"}]
    transaction = {
        "Type": f"RECEIVE-{kind}",
        "Contact": {"ContactID": person[0]["ContactID"]},
        "BankAccount": {"Code": "095"},
        "Date": "2026-06-15",
        "LineItems": lines,
        **changes,
    }
    return xero.made("BankTransactions", transaction)


@pytest.mark.parametrize(("kind", "plural", "name"), [
    ("OVERPAYMENT", "Overpayments", "OverpaymentID"),
    ("PREPAYMENT", "Prepayments", "PrepaymentID"),
])  # fmt: skip
def test_money_received_ahead_is_allocated_and_refunded(
    xero: Xero, kind: str, plural: str, name: str
) -> None:
    made = xero.made("Invoices", invoice())
    ahead = received(xero, kind)
    assert (xero.balance("095"), xero.balance("610")) == (5, 19)
    body = {"Amount": "3.00", "Invoice": {"InvoiceID": made["InvoiceID"]}}
    [allocation] = xero.call("PUT", f"{plural}/{ahead[name]}/Allocations", body).rows("Allocations")
    after = invoice_now(xero)
    assert (after["AmountDue"], after["AmountCredited"], len(after[plural])) == (21, 3, 1)
    refund = {
        plural[:-1]: {name: ahead[name]},
        "Account": {"Code": "095"},
        "Date": "2026-06-15",
        "Amount": "2.00",
    }
    assert xero.made("Payments", refund)["PaymentType"] == f"AR{kind}PAYMENT"
    [read] = xero.get(f"{plural}/{ahead[name]}").rows(plural)
    assert (read["Status"], read["RemainingCredit"], read["Total"]) == ("PAID", 0, 5)
    assert (xero.balance("095"), xero.balance("610")) == (3, 21)
    xero.call("DELETE", f"{plural}/{ahead[name]}/Allocations/{allocation['AllocationID']}")
    assert xero.get(plural).rows(plural)[0]["RemainingCredit"] == Decimal(3)
