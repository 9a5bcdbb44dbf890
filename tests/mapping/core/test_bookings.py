from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.core.bookings import NOTHING, bookings_of, total_of


def line(**changes: Any) -> dict[str, Any]:
    return {
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
        "TaxAmount": Decimal("4.00"),
        "LineAmount": Decimal("24.00"),
    } | changes


def invoice(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "Type": "ACCREC",
        "Status": "AUTHORISED",
        "LineAmountTypes": "Inclusive",
        "CurrencyCode": "GBP",
        "LineItems": list(lines or [line()]),
    } | changes


def test_a_sale_credits_its_accounts_without_vat() -> None:
    booked = bookings_of(
        "xero:Invoice", invoice(line(), line(AccountCode="260", LineAmount=Decimal("12.00"))), ""
    )

    assert booked.accounts == {("200", "GBP"): Decimal("-20.00"), ("260", "GBP"): Decimal("-8.00")}
    assert booked.tax == {("OUTPUT2", "GBP"): (Decimal("28.00"), Decimal("8.00"))}


def test_prices_without_vat_are_net_as_they_stand() -> None:
    booked = bookings_of("xero:Invoice", invoice(LineAmountTypes="Exclusive"), "")

    assert booked.accounts == {("200", "GBP"): Decimal("-24.00")}


def test_a_credit_note_takes_back_what_the_invoice_booked() -> None:
    note = invoice(Type="ACCRECCREDIT")
    sale, taken_back = bookings_of("xero:Invoice", invoice(), ""), bookings_of("xero:CreditNote", note, "")

    assert {key: -amount for key, amount in taken_back.accounts.items()} == sale.accounts
    assert taken_back.tax == {("OUTPUT2", "GBP"): (Decimal("-20.00"), Decimal("-4.00"))}


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED", "VOIDED", "DELETED"])
def test_an_invoice_that_is_not_approved_books_nothing(status: str) -> None:
    assert bookings_of("xero:Invoice", invoice(Status=status), "") == NOTHING


def test_an_invoice_without_a_status_is_a_draft() -> None:
    document = invoice()
    del document["Status"]

    assert bookings_of("xero:Invoice", document, "") == NOTHING
    assert total_of("xero:Invoice", document) == Decimal("24.00")


def test_money_spent_debits_the_expense_and_credits_the_bank() -> None:
    spent = invoice(
        line(AccountCode="404", TaxType="EXEMPTINPUT", TaxAmount=Decimal(0), LineAmount=Decimal("1.50")),
        Type="SPEND",
        BankAccount={"Code": "090"},
    )

    booked = bookings_of("xero:BankTransaction", spent, "GBP")

    assert booked.accounts == {("404", "GBP"): Decimal("1.50"), ("090", "GBP"): Decimal("-1.50")}
    assert booked.tax == {("EXEMPTINPUT", "GBP"): (Decimal("-1.50"), Decimal(0))}


def test_a_payment_goes_into_its_account_and_out_of_it_for_a_credit_note() -> None:
    payment = {"Account": {"Code": "091"}, "Amount": Decimal("38.34")}

    assert bookings_of("xero:Payment", payment, "EUR").accounts == {("091", "EUR"): Decimal("38.34")}
    refund = payment | {"CreditNote": {"CreditNoteNumber": "CN-1"}}
    assert bookings_of("xero:Payment", refund, "EUR").accounts == {("091", "EUR"): Decimal("-38.34")}


def test_a_transfer_leaves_one_account_for_the_other() -> None:
    transfer = {
        "FromBankAccount": {"Code": "091"},
        "ToBankAccount": {"Code": "090"},
        "Amount": Decimal("1082.40"),
    }

    assert bookings_of("xero:BankTransfer", transfer, "GBP").accounts == {
        ("091", "GBP"): Decimal("-1082.40"),
        ("090", "GBP"): Decimal("1082.40"),
    }


def test_amounts_that_xero_works_out_are_worked_out_likewise() -> None:
    short = {
        "AccountCode": "200",
        "TaxType": "OUTPUT2",
        "Quantity": Decimal(3),
        "UnitAmount": Decimal("10.01"),
        "DiscountRate": Decimal(10),
    }

    booked = bookings_of("xero:Invoice", invoice(short, LineAmountTypes="Exclusive"), "")

    # 30.03 less 10 per cent, and 20 per cent of that.
    assert booked.tax == {("OUTPUT2", "GBP"): (Decimal("27.03"), Decimal("5.41"))}


def test_vat_within_a_price_is_the_rate_s_share_half_a_penny_up() -> None:
    short = {"TaxType": "OUTPUT2", "AccountCode": "200", "LineAmount": Decimal("0.03")}

    booked = bookings_of("xero:Invoice", invoice(short), "")

    assert booked.tax == {("OUTPUT2", "GBP"): (Decimal("0.02"), Decimal("0.01"))}


def test_a_document_without_vat_has_none_whatever_its_lines_say() -> None:
    booked = bookings_of("xero:Invoice", invoice(LineAmountTypes="NoTax"), "")

    assert booked.tax == {("NONE", "GBP"): (Decimal("24.00"), Decimal(0))}
