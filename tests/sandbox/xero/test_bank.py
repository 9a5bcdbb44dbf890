"""Spent and received money, transfers, manual journals, and the reports over them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.xero.rig import Xero, invoice, line, payment


def spend(**changes: Any) -> dict[str, Any]:
    """A card fee of 1.50 out of the clearing account."""
    fee = line("1.50", AccountCode="404", TaxType="EXEMPTINPUT")
    return {
        "Type": "SPEND",
        "Contact": {"Name": "The Acquirer"},
        "BankAccount": {"Code": "095"},
        "Date": "2026-06-15",
        "Reference": "batch 7",
        "LineItems": [fee],
        **changes,
    }


def transfer(**changes: Any) -> dict[str, Any]:
    return {
        "FromBankAccount": {"Code": "095"},
        "ToBankAccount": {"Code": "090"},
        "Amount": "50.00",
        "Date": "2026-06-16",
        "Reference": "payout",
        **changes,
    }


def test_money_spent_leaves_the_account_tax_inside(xero: Xero) -> None:
    made = xero.made(
        "BankTransactions", spend(LineItems=[line("12.00", AccountCode="404", TaxType="INPUT2")])
    )
    assert (made["LineAmountTypes"], made["Total"], made["TotalTax"]) == ("Inclusive", 12, 2)
    assert (xero.balance("095"), xero.balance("404"), xero.balance("820")) == (-12, 10, 2)


def test_money_received_enters_it(xero: Xero) -> None:
    xero.made(
        "BankTransactions", spend(Type="RECEIVE", LineItems=[line("36", AccountCode="615", TaxType="NONE")])
    )
    assert (xero.balance("095"), xero.balance("615")) == (36, -36)


@pytest.mark.parametrize(
    "changes",
    [
        {"Type": "SPEND-TRANSFER"},
        {"Contact": None},
        {"LineItems": []},
        {"LineItems": [line("0.00", AccountCode="404", TaxType="NONE")]},
        {"LineItems": [line("12.00", AccountCode="404", TaxType="INPUT2", TaxAmount="1.99")]},
        {"BankAccount": {"Code": "200"}},
        {"BankAccount": {"Code": "615"}},
        {"BankAccount": None},
        {"CurrencyCode": "EUR"},
    ],
)
def test_bad_transactions_are_refused(xero: Xero, changes: dict[str, Any]) -> None:
    assert xero.put("BankTransactions", spend(**changes)).status == 400
    assert xero.balance("095") == 0


def test_a_transaction_is_deleted_or_corrected(xero: Xero) -> None:
    made = xero.made("BankTransactions", spend())
    key = {"BankTransactionID": made["BankTransactionID"]}
    fee = line("2.00", AccountCode="406", TaxType="NONE")
    assert (
        xero.post("BankTransactions", {**key, "LineItems": [fee]}).rows("BankTransactions")[0]["Total"] == 2
    )
    assert (xero.balance("404"), xero.balance("406")) == (0, 2)
    xero.post("BankTransactions", {**key, "Status": "DELETED"})
    assert xero.balance("095") == 0
    assert xero.post("BankTransactions", {**key, "Reference": "x"}).status == 400


@pytest.mark.parametrize(("mode", "status"), [("refuse", 400), ("allow", 200)])
def test_a_reconciled_transaction_by_the_switch(xero: Xero, mode: str, status: int) -> None:
    xero.world.switches["xero.reconciled_delete"] = mode
    made = xero.made("BankTransactions", spend(IsReconciled=True))
    deletion = {"BankTransactionID": made["BankTransactionID"], "Status": "DELETED"}
    assert xero.post("BankTransactions", deletion).status == status


def test_a_foreign_account_keeps_its_own_currency(xero: Xero) -> None:
    made = xero.made("BankTransactions", spend(BankAccount={"Code": "096"}, CurrencyRate="1.2"))
    assert (made["CurrencyCode"], made["CurrencyRate"]) == ("EUR", Decimal("1.2"))
    assert (xero.balance("096", "own"), xero.balance("096")) == (Decimal("-1.50"), Decimal("-1.25"))


def test_a_transfer_moves_money_and_is_deleted(xero: Xero) -> None:
    made = xero.made("BankTransfers", transfer())
    assert (made["FromBankAccount"]["Code"], made["ToBankAccount"]["Code"]) == ("095", "090")
    assert (xero.balance("095"), xero.balance("090")) == (-50, 50)
    gone = xero.post("BankTransfers", {"BankTransferID": made["BankTransferID"], "Status": "DELETED"})
    assert gone.rows("BankTransfers")[0]["Status"] == "DELETED"
    assert (xero.balance("095"), xero.balance("090")) == (0, 0)
    assert xero.get("BankTransfers").rows("BankTransfers") == []
    assert len(xero.get("BankTransfers", includeDeleted="true").rows("BankTransfers")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"ToBankAccount": {"Code": "095"}},
        {"ToBankAccount": {"Code": "615"}},
        {"FromBankAccount": None},
        {"Amount": "0"},
        {"Amount": None},
        {"Amount": "1.005"},
    ],
)
def test_bad_transfers_are_refused(xero: Xero, changes: dict[str, Any]) -> None:
    assert xero.put("BankTransfers", transfer(**changes)).status == 400


def test_a_transfer_between_currencies_uses_a_rate(xero: Xero) -> None:
    xero.made("BankTransfers", transfer(FromBankAccount={"Code": "096"}, Amount="100", CurrencyRate="0.85"))
    assert (xero.balance("096", "own"), xero.balance("090", "own")) == (-100, 85)
    assert (xero.balance("096"), xero.balance("090")) == (-85, 85)


def test_nothing_moves_in_a_locked_period(xero: Xero) -> None:
    made = xero.made("BankTransfers", transfer())
    spent = xero.made("BankTransactions", spend())
    xero.system.set_lock_dates(period=date(2026, 6, 30))
    assert xero.put("BankTransfers", transfer()).status == 400
    assert xero.put("BankTransactions", spend()).status == 400
    for plural, name, row in (
        ("BankTransfers", "BankTransferID", made),
        ("BankTransactions", "BankTransactionID", spent),
    ):
        assert xero.post(plural, {name: row[name], "Status": "DELETED"}).status == 400


# -- manual journals


def journal(*amounts: str, **changes: Any) -> dict[str, Any]:
    codes = ("405", "615", "860")
    lines = [{"LineAmount": a, "AccountCode": code} for a, code in zip(amounts, codes, strict=False)]
    return {"Narration": "Dispute lost", "Date": "2026-06-15", "JournalLines": lines, **changes}


def test_a_journal_is_drafted_posted_and_voided(xero: Xero) -> None:
    made = xero.made("ManualJournals", journal("36", "-36"))
    key = {"ManualJournalID": made["ManualJournalID"]}
    assert (made["Status"], xero.balance("405")) == ("DRAFT", 0)
    xero.post("ManualJournals", {**key, "Status": "POSTED"})
    assert (xero.balance("405"), xero.balance("615")) == (36, -36)
    xero.post("ManualJournals", {**key, "Status": "VOIDED"})
    assert xero.balance("405") == 0
    assert xero.post("ManualJournals", {**key, "Status": "POSTED"}).status == 400


def test_a_journal_must_balance_in_xeros_words(xero: Xero) -> None:
    assert xero.put("ManualJournals", journal("100", "-10")).reasons() == [
        "The total debits (100.00) must equal total credits (-10.00)"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"Narration": None},
        {"JournalLines": []},
        {"JournalLines": [{"LineAmount": 1, "AccountCode": "610"}, {"LineAmount": -1, "AccountCode": "405"}]},
        {"JournalLines": [{"LineAmount": 1, "AccountCode": "090"}, {"LineAmount": -1, "AccountCode": "405"}]},
    ],
)
def test_bad_journals_are_refused(xero: Xero, changes: dict[str, Any]) -> None:
    assert xero.put("ManualJournals", journal("1", "-1", **changes)).status == 400


def test_a_journal_may_carry_tax(xero: Xero) -> None:
    taxed = {"LineAmount": "100", "AccountCode": "404", "TaxType": "INPUT2"}
    lines = [taxed, {"LineAmount": "-120", "AccountCode": "615", "TaxType": "NONE"}]
    xero.made("ManualJournals", journal(JournalLines=lines, LineAmountTypes="Exclusive", Status="POSTED"))
    assert (xero.balance("404"), xero.balance("820"), xero.balance("615")) == (100, 20, -120)


# -- reports


def cells(row: dict[str, Any]) -> list[str]:
    return [cell["Value"] for cell in row["Cells"]]


def bank_summary(xero: Xero, **query: str) -> dict[str, list[str]]:
    [report] = xero.get("Reports/BankSummary", **query).rows("Reports")
    return {cells(row)[0]: cells(row)[1:] for row in report["Rows"][1]["Rows"]}


def test_the_bank_summary_opens_and_closes_with_the_period(xero: Xero) -> None:
    for number, day in (("A", "2026-05-20"), ("B", "2026-06-03")):
        xero.made("Payments", payment(xero.made("Invoices", invoice(number, Date=day)), Date=day))
    xero.made("BankTransactions", spend())
    june = bank_summary(xero, fromDate="2026-06-01", toDate="2026-06-30")
    assert june["Opayo clearing GBP"] == ["24.00", "24.00", "1.50", "46.50"]
    assert june["Total"] == ["24.00", "24.00", "1.50", "46.50"]
    assert bank_summary(xero)["Opayo clearing GBP"] == june["Opayo clearing GBP"]


def test_foreign_accounts_are_summed_in_sterling_or_their_own_by_the_switch(xero: Xero) -> None:
    made = xero.made("Invoices", invoice(CurrencyCode="EUR"))
    xero.made("Payments", payment(made, Account={"Code": "096"}, CurrencyRate="1.2"))
    assert bank_summary(xero)["Opayo clearing EUR"][-1] == "20.00"
    xero.world.switches["xero.bank_summary_currency"] = "own"
    assert bank_summary(xero)["Opayo clearing EUR"][-1] == "24.00"


def trial_balance(xero: Xero, day: str) -> dict[str, list[str]]:
    [report] = xero.get("Reports/TrialBalance", date=day).rows("Reports")
    sections = [row for row in report["Rows"] if row["RowType"] == "Section"]
    return {cells(row)[0]: cells(row)[1:] for section in sections for row in section["Rows"]}


def test_the_trial_balance_agrees_and_keeps_last_years_profit_apart(xero: Xero) -> None:
    xero.made("Invoices", invoice("A", Date="2026-03-31"))
    xero.made("Invoices", invoice("B", Date="2026-06-01"))
    rows = trial_balance(xero, "2026-06-15")
    assert rows["Sales (200)"] == ["", "20.00", "", "20.00"]
    assert rows["Retained Earnings (960)"] == ["", "", "", "20.00"]
    assert rows["Accounts Receivable (610)"] == ["24.00", "", "48.00", ""]
    assert rows["Total"] == ["24.00", "24.00", "48.00", "48.00"]
    assert trial_balance(xero, "2026-03-31")["Total"][2:] == ["24.00", "24.00"]


def test_a_report_for_no_date_is_refused(xero: Xero) -> None:
    assert xero.get("Reports/TrialBalance", date="someday").json()["ErrorNumber"] == 16


# -- history


def test_notes_stay_with_their_document(xero: Xero) -> None:
    made, paid = xero.paid_invoice()
    path = f"Invoices/{made['InvoiceID']}/History"
    assert xero.call("PUT", path, {"HistoryRecords": [{"Details": "Paid by card"}]}).status == 200
    assert [each["Details"] for each in xero.get(path + "/").rows("HistoryRecords")] == ["Paid by card"]
    assert xero.get(f"Payments/{paid['PaymentID']}/History").rows("HistoryRecords") == []
    assert xero.call("PUT", path, {"HistoryRecords": [{"Details": "x" * 2501}]}).status == 400
    assert xero.get("Invoices/none/History").status == 404
