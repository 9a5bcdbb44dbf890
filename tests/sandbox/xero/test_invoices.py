"""Invoices: what is needed, what follows, which status may come next."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero.rig import Xero, credit_note, invoice, line, payment

NOT_EDITABLE = "This document cannot be edited as it has a payment or credit note allocated to it."
NUMBER_TAKEN = "Invoice # must be unique."


def only(xero: Xero, number: str = "ORD-1") -> dict[str, Any]:
    """The invoice of that number as it is now."""
    return xero.get(f"Invoices/{number}").rows("Invoices")[0]


def changed(xero: Xero, made: dict[str, Any], **changes: Any) -> Any:
    return xero.post("Invoices", {"InvoiceID": made["InvoiceID"], **changes})


# -- creating


def test_a_draft_needs_only_type_and_contact(xero: Xero) -> None:
    made = xero.made("Invoices", {"Type": "ACCREC", "Contact": {"Name": "Ada"}})
    assert (made["Status"], made["LineAmountTypes"], made["Total"]) == ("DRAFT", "Exclusive", 0)
    assert (made["InvoiceNumber"], made["DateString"]) == ("INV-0001", "2026-06-15T00:00:00")
    assert xero.balance("610") == 0


def test_an_approved_invoice_is_in_the_books(xero: Xero) -> None:
    lines = [line("12.00", "2"), line("9.99", TaxType="ZERORATEDOUTPUT"), line("3.95", AccountCode="260")]
    made = xero.made("Invoices", invoice("A", *lines))
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (
        Decimal("33.28"),
        Decimal("4.66"),
        Decimal("37.94"),
    )
    balances = {code: xero.balance(code) for code in ("610", "200", "260", "820")}
    assert balances == {
        "610": Decimal("37.94"),
        "200": Decimal("-29.99"),
        "260": Decimal("-3.29"),
        "820": Decimal("-4.66"),
    }


def test_a_bill_posts_the_other_way(xero: Xero) -> None:
    bought = line("100", AccountCode="404", TaxType="INPUT2")
    bill = invoice("S-1", bought, Type="ACCPAY", LineAmountTypes="Exclusive", Contact={"Name": "Acquirer"})
    assert xero.made("Invoices", bill)["Total"] == 120
    assert xero.made("Invoices", {**bill, "Reference": "lost"})["Reference"] == ""
    assert (xero.balance("800"), xero.balance("404"), xero.balance("820")) == (-240, 200, 40)


def test_several_reasons_come_together_in_xeros_order(xero: Xero) -> None:
    refused = xero.put("Invoices", {"Type": "ACCREC", "Status": "PAID"})
    assert refused.reasons() == [
        "One or more line items must be specified",
        "Invoice not of valid status for creation",
        "A Contact must be specified for this type of transaction",
    ]
    element = refused.json()["Elements"][0]
    assert element["InvoiceID"] == "00000000-0000-0000-0000-000000000000"
    assert element["HasErrors"] is True


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Type": "ACCRECCREDIT"}, "Invoice not of valid type for creation"),
        ({"Status": "VOIDED"}, "Invoice not of valid status for creation"),
        ({"Contact": {"FirstName": "x"}}, "The Contact must contain at least 1 of the following elements"),
        ({"CurrencyCode": "NZD"}, "Organisation is not subscribed to currency NZD"),
        (
            {"LineItems": [line(AccountCode="999")]},
            "Account code '999' is not a valid code for this document.",
        ),
        (
            {"LineItems": [line(AccountCode="090")]},
            "Account code '090' is not a valid code for this document.",
        ),
        (
            {"LineItems": [line(AccountCode="610")]},
            "Account code '610' is not a valid code for this document.",
        ),
        ({"LineItems": [line(AccountCode=None)]}, "Account must be valid."),
        (
            {"LineItems": [line(TaxType="INPUT2")]},
            "The TaxType code 'INPUT2' cannot be used with account code '200'.",
        ),
        ({"LineItems": [line(TaxType="VAT99")]}, "The TaxType code 'VAT99' does not exist"),
        ({"LineItems": [line(ItemCode="W-1")]}, "Item code 'W-1' is not valid"),
        (
            {"LineItems": [line(Tracking=[{"Name": "Region"}])]},
            "The tracking category or option was not found",
        ),
        ({"LineItems": [line(Quantity=-1)]}, "The quantity value '-1.0000' is invalid."),
        ({"LineItems": [line(TaxAmount="13.00")]}, "The tax amount cannot be greater than the line amount"),
        ({"LineItems": [line(LineAmount="12.01")]}, "The line total 12.01 does not match"),
        ({"LineItems": [line(UnitAmount="much")]}, "'much' is not a valid number for UnitAmount"),
        ({"LineItems": [line("-1.00")]}, "The document total must not be less than zero."),
        ({"Date": "yesterday"}, "'yesterday' is not a valid date for Date"),
        ({"Total": "1.00"}, "The document Total 1.00 does not equal"),
        ({"InvoiceNumber": "x" * 256}, "The InvoiceNumber field must not be more than 255 characters long."),
        ({"LineAmountTypes": "Gross"}, "'Gross' is not a valid value for LineAmountTypes"),
        ({"Status": "PAYED"}, "'PAYED' is not a valid status"),
    ],
)
def test_bad_invoices_are_refused(xero: Xero, changes: dict[str, Any], reason: str) -> None:
    reasons = xero.put("Invoices", invoice(**changes)).reasons()
    assert any(each.startswith(reason) for each in reasons), reasons
    assert xero.get("Invoices").rows("Invoices") == []


def test_an_archived_account_is_refused_until_it_is_restored(xero: Xero) -> None:
    xero.system.archive_account("200")
    assert xero.put("Invoices", invoice()).reasons() == [
        "Account code '200' has been archived, or has been deleted. Each line item must reference a valid account."
    ]
    xero.system.restore_account("200")
    assert xero.put("Invoices", invoice()).status == 200


def test_a_sales_number_is_unique_for_put_and_an_update_for_post(xero: Xero) -> None:
    made = xero.made("Invoices", invoice(Status="DRAFT"))
    assert xero.put("Invoices", invoice()).reasons() == [NUMBER_TAKEN]
    posted = xero.post("Invoices", invoice(Reference="again")).rows("Invoices")[0]
    assert (posted["InvoiceID"], posted["Reference"]) == (made["InvoiceID"], "again")


def test_two_elements_of_a_batch_cannot_share_a_number(xero: Xero) -> None:
    refused = xero.put("Invoices", invoice(), invoice())
    assert refused.reasons() == [NUMBER_TAKEN]


def test_numbers_given_by_xero_skip_those_in_use(xero: Xero) -> None:
    xero.made("Invoices", invoice("INV-0001"))
    assert xero.made("Invoices", invoice(InvoiceNumber=None))["InvoiceNumber"] == "INV-0002"


@pytest.mark.parametrize(("reuse", "status"), [(False, 400), (True, 200)])
def test_the_number_of_a_voided_invoice_by_the_switch(xero: Xero, reuse: bool, status: int) -> None:
    xero.world.switches["xero.reuse_voided_number"] = reuse
    changed(xero, xero.made("Invoices", invoice()), Status="VOIDED")
    assert xero.put("Invoices", invoice()).status == status


def test_an_edited_tax_amount_is_taken_unless_the_switch_is_strict(xero: Xero) -> None:
    made = xero.made("Invoices", invoice("A", line(TaxAmount="1.90")))
    assert (made["TotalTax"], made["SubTotal"]) == (Decimal("1.90"), Decimal("10.10"))
    xero.world.switches["xero.edited_tax_tolerance"] = "0.05"
    assert xero.put("Invoices", invoice("B", line(TaxAmount="1.90"))).status == 400
    assert xero.put("Invoices", invoice("C", line(TaxAmount="1.96"))).status == 200


def test_half_a_penny_of_tax_is_rounded_by_the_switch(xero: Xero) -> None:
    half = line("0.50", TaxType="RROUTPUT")
    assert xero.made("Invoices", invoice("A", half, LineAmountTypes="Exclusive"))["TotalTax"] == Decimal(
        "0.03"
    )
    xero.world.switches["xero.rounding"] = "half_even"
    assert xero.made("Invoices", invoice("B", half, LineAmountTypes="Exclusive"))["TotalTax"] == Decimal(
        "0.02"
    )


def test_no_tax_takes_no_tax_whatever_the_lines_say(xero: Xero) -> None:
    made = xero.made("Invoices", invoice(LineAmountTypes="NoTax"))
    assert (made["Total"], made["TotalTax"], made["LineItems"][0]["TaxType"]) == (24, 0, "NONE")


def test_what_a_line_leaves_out_is_worked_out(xero: Xero) -> None:
    lines = [
        {"LineAmount": "10.00", "AccountCode": "200", "Description": "only the amount"},
        {"LineAmount": "10.00", "Quantity": 3, "AccountCode": "200", "Description": "no price"},
        {"UnitAmount": "10.00", "AccountCode": "200", "Description": "no quantity"},
        {"Description": "just text"},
    ]
    made = xero.made("Invoices", invoice(LineItems=lines))
    assert [each.get("Quantity") for each in made["LineItems"]] == [1, 3, 1, None]
    assert [each["LineAmount"] for each in made["LineItems"]] == [10, 10, 10, 0]
    assert made["LineItems"][0]["TaxType"] == "OUTPUT2"
    assert made["Total"] == 30


def test_discounts_are_for_sales_only(xero: Xero) -> None:
    made = xero.made("Invoices", invoice("A", line("10.00", DiscountRate="12.5")))
    assert (made["Total"], made["IsDiscounted"]) == (Decimal("8.75"), True)
    bill = invoice("B", line(DiscountRate=10, AccountCode="404", TaxType="INPUT2"), Type="ACCPAY")
    assert xero.put("Invoices", bill).status == 400


def test_an_approved_invoice_of_nothing_is_paid_at_once_by_the_switch(xero: Xero) -> None:
    assert xero.made("Invoices", invoice("A", line("0.00")))["Status"] == "PAID"
    xero.world.switches["xero.zero_total_paid"] = False
    assert xero.made("Invoices", invoice("B", line("0.00")))["Status"] == "AUTHORISED"


def test_a_missing_due_date_is_the_date_or_refused_by_the_switch(xero: Xero) -> None:
    assert xero.made("Invoices", invoice("A", DueDate=None))["DueDateString"] == "2026-06-15T00:00:00"
    xero.world.switches["xero.due_date_default"] = "required"
    assert xero.put("Invoices", invoice("B", DueDate=None)).reasons() == ["DueDate is required"]


# -- the status machine


@pytest.mark.parametrize(
    ("start", "wanted", "good"),
    [
        ("DRAFT", "SUBMITTED", True),
        ("DRAFT", "AUTHORISED", True),
        ("DRAFT", "DELETED", True),
        ("DRAFT", "VOIDED", False),
        ("DRAFT", "PAID", False),
        ("SUBMITTED", "AUTHORISED", True),
        ("SUBMITTED", "DELETED", True),
        ("SUBMITTED", "DRAFT", False),
        ("AUTHORISED", "VOIDED", True),
        ("AUTHORISED", "DRAFT", False),
        ("AUTHORISED", "DELETED", False),
        ("AUTHORISED", "PAID", False),
    ],
)
def test_which_status_may_follow_which(xero: Xero, start: str, wanted: str, good: bool) -> None:
    made = xero.made("Invoices", invoice(Status=start))
    answer = changed(xero, made, Status=wanted)
    assert (answer.status == 200) is good
    assert only(xero)["Status"] == (wanted if good else start)


def test_voiding_takes_an_invoice_out_of_the_books(xero: Xero) -> None:
    changed(xero, xero.made("Invoices", invoice()), Status="VOIDED")
    assert (xero.balance("610"), xero.balance("200"), xero.balance("820")) == (0, 0, 0)
    assert changed(xero, only(xero), Reference="x").reasons() == [
        "Invoice not of valid status for modification"
    ]


@pytest.mark.parametrize("wanted", ["DRAFT", "SUBMITTED", "VOIDED"])
def test_a_paid_invoice_keeps_its_status(xero: Xero, wanted: str) -> None:
    made, _ = xero.paid_invoice()
    assert changed(xero, made, Status=wanted).reasons() == [
        f"The status {wanted} cannot be applied to the invoice because it has payments or credit notes allocated to it."
    ]


def test_a_paid_invoice_lets_only_its_words_and_codes_change(xero: Xero) -> None:
    made, _ = xero.paid_invoice()
    assert changed(xero, made, LineItems=[line("13.00")]).reasons() == [NOT_EDITABLE]
    assert changed(xero, made, Date="2026-06-01").reasons() == [NOT_EDITABLE]
    held = made["LineItems"][0]
    moved = {**held, "AccountCode": "260", "Description": "Cup"}
    answer = changed(xero, made, Reference="new", DueDate="2026-08-01", LineItems=[moved])
    after = answer.rows("Invoices")[0]
    assert (after["Status"], after["Reference"], after["AmountDue"]) == ("PAID", "new", 0)
    assert after["LineItems"][0]["LineItemID"] == held["LineItemID"]
    assert (xero.balance("200"), xero.balance("260")) == (0, -20)


def test_lines_not_sent_stay_and_lines_left_out_go(xero: Xero) -> None:
    made = xero.made("Invoices", invoice("ORD-1", line("10.00"), line("5.00")))
    assert changed(xero, made, Reference="x").rows("Invoices")[0]["Total"] == 15
    kept = {**made["LineItems"][1], "UnitAmount": "6.00", "LineAmount": None, "TaxAmount": None}
    after = changed(xero, made, LineItems=[kept]).rows("Invoices")[0]
    assert (after["Total"], len(after["LineItems"])) == (6, 1)
    assert after["LineItems"][0]["LineItemID"] == made["LineItems"][1]["LineItemID"]
    assert xero.balance("610") == 6


@pytest.mark.parametrize("status", [400, 404])
def test_an_unknown_id_by_the_switch(xero: Xero, status: int) -> None:
    xero.world.switches["xero.unknown_id"] = status
    refused = xero.post("Invoices", {"InvoiceID": "11111111-2222-3333-4444-555555555555", "Status": "VOIDED"})
    assert refused.status == status


def test_the_contact_stays_once_a_credit_note_is_applied(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    assert changed(xero, made, Contact={"Name": "Tom"}).status == 200
    changed(xero, made, Contact={"Name": "Ada Brown"})
    note = xero.made("CreditNotes", credit_note())
    part = {"Amount": "1.00", "Invoice": {"InvoiceID": made["InvoiceID"]}}
    assert xero.call("PUT", f"CreditNotes/{note['CreditNoteID']}/Allocations", part).status == 200
    assert changed(xero, made, Contact={"Name": "Tom"}).reasons() == [NOT_EDITABLE]


# -- lock dates


def test_nothing_is_posted_in_a_locked_period(xero: Xero) -> None:
    made = xero.made("Invoices", invoice("A", Date="2026-05-31"))
    xero.system.set_lock_dates(period=date(2026, 5, 31), end_of_year=date(2026, 3, 31))
    refused = xero.put("Invoices", invoice("B", Date="2026-03-31"))
    assert refused.reasons() == [
        "The document date cannot be before the period lock date, currently set at 31-May-2026",
        "The document date cannot be before the end of year lock date, currently set at 31-Mar-2026",
    ]
    assert changed(xero, made, Status="VOIDED").status == 400
    assert xero.put("Invoices", invoice("C", Date="2026-05-01", Status="DRAFT")).status == 200
    assert xero.put("Invoices", invoice("D", Date="2026-06-01")).status == 200
    shown = xero.get("Organisation").rows("Organisations")[0]
    assert shown["PeriodLockDate"] == "/Date(1780185600000+0000)/"
    xero.system.set_lock_dates()
    assert changed(xero, made, Status="VOIDED").status == 200


# -- currencies


def test_a_foreign_invoice_is_kept_in_both_currencies(xero: Xero) -> None:
    made = xero.made("Invoices", invoice(CurrencyCode="EUR", CurrencyRate="1.2000"))
    assert (made["Total"], made["CurrencyRate"]) == (24, Decimal("1.200000"))
    assert (xero.balance("610"), xero.balance("820")) == (Decimal("20.00"), Decimal("-3.33"))


def test_a_foreign_invoice_without_a_rate_takes_the_days(xero: Xero) -> None:
    made = xero.made("Invoices", invoice(CurrencyCode="USD"))
    assert Decimal("1.2") < made["CurrencyRate"] < Decimal("1.4")


def test_a_rate_of_one_on_a_foreign_invoice_only_warns(xero: Xero) -> None:
    made = xero.made("Invoices", invoice(CurrencyCode="EUR", CurrencyRate=1))
    assert made["Warnings"]
    single = xero.put(
        "Invoices", invoice("B", CurrencyCode="EUR", CurrencyRate=1), query={"summarizeErrors": "false"}
    )
    assert single.rows("Invoices")[0]["StatusAttributeString"] == "WARNING"


def test_a_rate_on_a_sterling_invoice_counts_for_nothing(xero: Xero) -> None:
    assert xero.made("Invoices", invoice(CurrencyRate="1.5"))["CurrencyRate"] == 1


# -- people


def test_a_person_may_change_what_an_app_made(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    done = xero.system.person_edits("POST", f"Invoices/{made['InvoiceID']}", {"Status": "VOIDED"})
    assert done.status == 200
    assert only(xero)["Status"] == "VOIDED"


def test_part_paid_is_still_authorised(xero: Xero) -> None:
    made = xero.made("Invoices", invoice())
    xero.made("Payments", payment(made, "10.00"))
    after = only(xero)
    assert (after["Status"], after["AmountPaid"], after["AmountDue"]) == ("AUTHORISED", 10, 14)
    assert "FullyPaidOnDate" not in after
