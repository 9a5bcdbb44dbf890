"""Payments, batches of them, refunds, and what deleting them does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero.rig import Xero, credit_note, invoice, line, payment

TOO_LARGE = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"


def status_of(xero: Xero, number: str = "ORD-1") -> str:
    status: str = xero.get(f"Invoices/{number}").rows("Invoices")[0]["Status"]
    return status


def deleted(xero: Xero, paid: dict[str, Any]) -> Any:
    return xero.call("POST", f"Payments/{paid['PaymentID']}", {"Status": "DELETED"})


def test_a_payment_in_full_makes_the_invoice_paid_on_its_date(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    paid = xero.made("Payments", payment(made, Date="2026-06-20"))
    assert (paid["PaymentType"], paid["BankAmount"]) == ("ACCRECPAYMENT", 24)
    assert (paid["Invoice"]["AmountDue"], paid["Invoice"]["AmountPaid"]) == (0, 24)
    read = xero.get("Invoices/ORD-1").rows("Invoices")[0]
    assert (read["Status"], read["FullyPaidOnDate"]) == ("PAID", "/Date(1781913600000+0000)/")
    assert [each["PaymentID"] for each in read["Payments"]] == [paid["PaymentID"]]
    assert (xero.balance("095"), xero.balance("610")) == (24, 0)


def test_deleting_it_takes_everything_back(xero: Xero) -> None:
    _, paid = xero.paid_invoice()
    assert deleted(xero, paid).rows("Payments")[0]["Status"] == "DELETED"
    assert status_of(xero) == "AUTHORISED"
    assert (xero.balance("095"), xero.balance("610")) == (0, 24)
    assert xero.get("Invoices/ORD-1").rows("Invoices")[0]["Payments"] == []
    assert deleted(xero, paid).status == 400


@pytest.mark.parametrize(
    ("status", "amount", "reasons"),
    [
        ("AUTHORISED", "24.01", [TOO_LARGE]),
        ("DRAFT", "24.00", [NOT_AUTHORISED]),
        ("DRAFT", "25.00", [NOT_AUTHORISED, TOO_LARGE]),
        ("AUTHORISED", "0.00", ["Payment amount must be greater than zero"]),
        ("AUTHORISED", None, ["Amount is required"]),
    ],
)
def test_payments_that_cannot_be_made(
    xero: Xero, status: str, amount: str | None, reasons: list[str]
) -> None:
    made = xero.made("Invoices", invoice(Status=status))
    refused = xero.put("Payments", {**payment(made), "Amount": amount})
    assert refused.reasons() == reasons
    assert refused.json()["Elements"][0]["PaymentID"] == "00000000-0000-0000-0000-000000000000"
    assert refused.json()["Elements"][0]["HasValidationErrors"] is True


def test_paying_twice_gives_both_reasons(xero: Xero) -> None:
    made, _ = xero.paid_invoice()
    assert xero.put("Payments", payment(made, "24.00")).reasons() == [NOT_AUTHORISED, TOO_LARGE]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Account": {"Code": "999"}}, "Account could not be found"),
        ({"Account": {"Code": "200"}}, "Account type is invalid for making a payment to/from"),
        ({"Account": None}, "Account could not be found"),
        ({"Date": None}, "Date is required"),
        ({"Invoice": None}, "Payment must be made against exactly one"),
        ({"CreditNote": {"CreditNoteID": "x"}}, "Payment must be made against exactly one"),
        (
            {"Invoice": {"InvoiceNumber": "NO-SUCH"}},
            "An existing invoice with the specified ID could not be found",
        ),
    ],
)
def test_payments_that_lack_something(xero: Xero, changes: dict[str, Any], reason: str) -> None:
    made = xero.made("Invoices", invoice())
    assert xero.put("Payments", payment(made, **changes)).reasons()[0].startswith(reason)


def test_an_account_with_payments_enabled_will_do(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    xero.made("Payments", payment(made, Account={"Code": "615"}))
    assert xero.balance("615") == 24


def test_an_archived_clearing_account_cannot_be_found(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    xero.system.archive_account("095")
    assert xero.put("Payments", payment(made)).reasons() == ["Account could not be found"]


def test_a_locked_period_takes_no_payment_and_gives_none_back(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    paid = xero.made("Payments", payment(made, "10.00"))
    xero.system.set_lock_dates(period=date(2026, 6, 15))
    locked = ["Organisation accounts are locked on the specified payment date"]
    assert xero.put("Payments", payment(made, "1.00")).reasons() == locked
    assert deleted(xero, paid).reasons() == locked


def test_one_object_may_be_posted_and_the_number_will_do(xero: Xero) -> None:
    xero.made("Invoices", invoice())
    single = {
        "Invoice": {"InvoiceNumber": "ORD-1"},
        "Account": {"Code": "095"},
        "Date": "2026-06-15",
        "Amount": 24,
    }
    assert xero.call("POST", "Payments", single).status == 200
    assert status_of(xero) == "PAID"


@pytest.mark.parametrize(("mode", "status"), [("refuse", 400), ("allow", 200)])
def test_a_reconciled_payment_by_the_switch(xero: Xero, mode: str, status: int) -> None:
    xero.world.switches["xero.reconciled_delete"] = mode
    made = xero.made("Invoices", invoice())
    paid = xero.made("Payments", payment(made, IsReconciled=True))
    assert paid["IsReconciled"] is True
    assert deleted(xero, paid).status == status


def test_payments_cannot_be_changed(xero: Xero) -> None:
    _, paid = xero.paid_invoice()
    assert xero.call("POST", f"Payments/{paid['PaymentID']}", {"Reference": "x"}).status == 400


# -- other currencies


def test_what_rates_moved_between_invoice_and_payment_is_a_gain(xero: Xero) -> None:
    made = xero.made("Invoices", invoice("A", line("120.00"), CurrencyCode="EUR", CurrencyRate="1.2"))
    paid = xero.made("Payments", payment(made, Account={"Code": "096"}, CurrencyRate="1.0"))
    assert paid["BankAmount"] == 120
    assert xero.balance("096", "own") == 120
    assert (xero.balance("096"), xero.balance("610"), xero.balance("499")) == (120, 0, -20)


def test_a_euro_invoice_paid_into_a_sterling_account_shows_the_sterling(xero: Xero) -> None:
    made = xero.made("Invoices", invoice("A", line("120.00"), CurrencyCode="EUR", CurrencyRate="1.2"))
    paid = xero.made("Payments", payment(made, CurrencyRate="1.2", BankAmount="99.00"))
    assert paid["BankAmount"] == 99
    assert (xero.balance("095"), xero.balance("499")) == (99, 1)


@pytest.mark.parametrize(("mode", "status"), [("refuse", 400), ("allow", 200)])
def test_an_account_of_a_third_currency_by_the_switch(xero: Xero, mode: str, status: int) -> None:
    xero.world.switches["xero.third_currency_bank"] = mode
    made = xero.made("Invoices", invoice(CurrencyCode="EUR"))
    assert xero.put("Payments", payment(made, Account={"Code": "097"})).status == status


# -- refunds


def test_a_refund_is_paid_out_of_the_credit_note(xero: Xero) -> None:
    note = xero.made("CreditNotes", credit_note())
    refund = payment(
        {"InvoiceID": "", "AmountDue": "12.00"},
        Invoice=None,
        CreditNote={"CreditNoteID": note["CreditNoteID"]},
    )
    paid = xero.made("Payments", refund)
    assert paid["PaymentType"] == "ARCREDITPAYMENT"
    assert (paid["Invoice"]["Type"], paid["Invoice"]["InvoiceID"]) == ("ACCRECCREDIT", note["CreditNoteID"])
    read = xero.get("CreditNotes/CN-1").rows("CreditNotes")[0]
    assert (read["Status"], read["RemainingCredit"]) == ("PAID", 0)
    assert (xero.balance("095"), xero.balance("610"), xero.balance("200")) == (-12, 0, 10)
    assert deleted(xero, paid).status == 200
    assert xero.get("CreditNotes/CN-1").rows("CreditNotes")[0]["RemainingCredit"] == 12


# -- batches


def batch_of(xero: Xero, *numbers: str, **changes: Any) -> dict[str, Any]:
    """A batch payment of new invoices of 24.00 each."""
    made = [xero.made("Invoices", invoice(number)) for number in numbers]
    parts = [{"Invoice": {"InvoiceID": each["InvoiceID"]}, "Amount": "24.00"} for each in made]
    return {
        "Account": {"Code": "095"},
        "Date": "2026-06-15",
        "Details": "PAYOUT 77",
        "Payments": parts,
        **changes,
    }


def test_a_batch_pays_all_its_invoices_and_is_deleted_whole(xero: Xero) -> None:
    saved = xero.made("BatchPayments", batch_of(xero, "A", "B"))
    assert (saved["Type"], saved["TotalAmount"], len(saved["Payments"])) == ("RECBATCH", 48, 2)
    [first, _] = saved["Payments"]
    assert deleted(xero, first).reasons() == ["Payments within a batch cannot be deleted."]
    gone = xero.post("BatchPayments", {"BatchPaymentID": saved["BatchPaymentID"], "Status": "DELETED"})
    assert (gone.rows("BatchPayments")[0]["Status"], gone.rows("BatchPayments")[0]["Payments"]) == (
        "DELETED",
        [],
    )
    assert (status_of(xero, "A"), xero.balance("095")) == ("AUTHORISED", 0)


def test_a_batch_with_one_bad_payment_makes_none(xero: Xero) -> None:
    batch = batch_of(xero, "A", "B")
    batch["Payments"][1]["Amount"] = "99.00"
    assert xero.put("BatchPayments", batch).reasons() == [TOO_LARGE]
    assert status_of(xero, "A") == "AUTHORISED"
    assert xero.balance("095") == Decimal(0)


def test_a_batch_takes_only_sterling_invoices_of_one_kind(xero: Xero) -> None:
    foreign = xero.made("Invoices", invoice("E", CurrencyCode="EUR"))
    batch = batch_of(xero, "A")
    batch["Payments"].append({"Invoice": {"InvoiceID": foreign["InvoiceID"]}, "Amount": 1})
    assert "base currency" in xero.put("BatchPayments", batch).reasons()[0]
    assert "18 characters" in xero.put("BatchPayments", batch_of(xero, "B", Narrative="x" * 19)).reasons()[0]
