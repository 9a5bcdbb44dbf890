"""Whatever is made, paid, deleted, voided and allocated: the ledger balances, and so does each document."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sandbox.xero.core.money import ZERO
from tests.sandbox.xero.rig import Xero, credit_note, invoice, line, make_xero

PRICES = st.decimals("0.01", "999.99", places=2).map(str)
CURRENCIES = st.sampled_from(["GBP", "EUR"])
PLACES = st.integers(0, 30)
PERCENTS = st.integers(1, 120)
TAXES = st.sampled_from(["OUTPUT2", "RROUTPUT", "ZERORATEDOUTPUT"])
KINDS = st.sampled_from(["Inclusive", "Exclusive", "NoTax"])
RATES = st.decimals("0.5", "2", places=4).map(str)
CLEARING = {"GBP": "095", "EUR": "096"}


class Books(RuleBasedStateMachine):
    """Random bookkeeping through the API; refusals are as good as successes, but nothing may tear."""

    @initialize()
    def open(self) -> None:
        self.xero = make_xero()
        self.xero.world.switches["xero.limits"] = "off"
        self.count = 0

    def pick(self, name: str, place: int) -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = self.xero.system.truth()[name]
        return rows[place % len(rows)] if rows else None

    def number(self) -> str:
        self.count += 1
        return f"N-{self.count}"

    @rule(price=PRICES, second=PRICES, tax=TAXES, kind=KINDS, currency=CURRENCIES, rate=RATES)
    def make_invoice(self, **drawn: str) -> None:
        self.xero.put("Invoices", invoice(self.number(), *lines_of(drawn), **head_of(drawn)))

    @rule(price=PRICES, second=PRICES, tax=TAXES, kind=KINDS, currency=CURRENCIES, rate=RATES)
    def make_credit_note(self, **drawn: str) -> None:
        self.xero.put("CreditNotes", credit_note(self.number(), *lines_of(drawn), **head_of(drawn)))

    @rule(price=PRICES, currency=CURRENCIES, rate=RATES)
    def receive_too_much(self, price: str, currency: str, rate: str) -> None:
        transaction = {
            "Type": "RECEIVE-OVERPAYMENT",
            "Contact": {"Name": "Ada Brown"},
            "BankAccount": {"Code": CLEARING[currency]},
            "Date": "2026-06-15",
            "CurrencyRate": rate,
            "LineItems": [{"Description": "over", "LineAmount": price}],
        }
        self.xero.put("BankTransactions", transaction)

    @rule(place=PLACES, percent=PERCENTS, rate=RATES)
    def pay_invoice(self, place: int, percent: int, rate: str) -> None:
        row = self.pick("invoices", place)
        if row is not None:
            self.pay("Invoice", "InvoiceID", row, row["AmountDue"] * percent / 100, rate)

    @rule(place=PLACES, percent=PERCENTS, rate=RATES)
    def refund_credit_note(self, place: int, percent: int, rate: str) -> None:
        row = self.pick("credit_notes", place)
        if row is not None:
            self.pay("CreditNote", "CreditNoteID", row, row["RemainingCredit"] * percent / 100, rate)

    def pay(self, name: str, key: str, row: dict[str, Any], amount: Decimal, rate: str) -> None:
        paid = {
            name: {key: row[key]},
            "Account": {"Code": CLEARING[row["CurrencyCode"]]},
            "Date": "2026-06-20",
            "Amount": amount.quantize(Decimal("0.01")),
            "CurrencyRate": rate,
        }
        self.xero.put("Payments", paid)

    @rule(place=PLACES)
    def delete_payment(self, place: int) -> None:
        row = self.pick("payments", place)
        if row is not None:
            self.xero.call("POST", f"Payments/{row['PaymentID']}", {"Status": "DELETED"})

    @rule(place=PLACES, other=PLACES, percent=PERCENTS, over=st.booleans())
    def allocate(self, place: int, other: int, percent: int, *, over: bool) -> None:
        plural, key = ("Overpayments", "OverpaymentID") if over else ("CreditNotes", "CreditNoteID")
        credit = self.pick("overpayments" if over else "credit_notes", place)
        row = self.pick("invoices", other)
        if credit is not None and row is not None:
            amount = min(credit["RemainingCredit"], row["AmountDue"]) * percent / 100
            part = {"Amount": amount.quantize(Decimal("0.01")), "Invoice": {"InvoiceID": row["InvoiceID"]}}
            self.xero.call("PUT", f"{plural}/{credit[key]}/Allocations", part)

    @rule(place=PLACES)
    def take_allocation_back(self, place: int) -> None:
        row = self.pick("allocations", place)
        if row is not None:
            path = f"{row['CreditFamily']}/{row['CreditID']}/Allocations/{row['AllocationID']}"
            self.xero.call("DELETE", path)

    @rule(place=PLACES, credit=st.booleans())
    def void(self, place: int, *, credit: bool) -> None:
        row = self.pick("credit_notes" if credit else "invoices", place)
        if row is not None:
            plural, key = ("CreditNotes", "CreditNoteID") if credit else ("Invoices", "InvoiceID")
            self.xero.post(plural, {key: row[key], "Status": "VOIDED"})

    @rule(place=PLACES, price=PRICES)
    def correct_an_invoice(self, place: int, price: str) -> None:
        row = self.pick("invoices", place)
        if row is not None:
            self.xero.post("Invoices", {"InvoiceID": row["InvoiceID"], "LineItems": [line(price)]})

    @rule(prices=st.lists(PRICES, min_size=2, max_size=3))
    def send_a_batch_with_a_bad_one(self, prices: list[str]) -> None:
        good = [invoice(self.number(), line(price)) for price in prices]
        refused = self.xero.put("Invoices", *good, invoice(self.number(), LineItems=[]))
        assert refused.status == 400

    @invariant()
    def the_ledger_balances(self) -> None:
        truth = self.xero.system.truth()
        assert truth["trial_balance"] == 0
        assert sum((each["base"] for each in truth["balances"].values()), ZERO) == 0

    @invariant()
    def documents_keep_their_identity(self) -> None:
        truth = self.xero.system.truth()
        for row in truth["invoices"]:
            assert row["AmountDue"] == row["Total"] - row["AmountPaid"] - row["AmountCredited"]
            assert (row["Status"] == "PAID") is (row["FullyPaidOnDate"] is not None)
        for row in [*truth["credit_notes"], *truth["overpayments"]]:
            assert row["RemainingCredit"] == row["Total"] - row["AmountPaid"] - row["AmountCredited"]

    @invariant()
    def receivables_are_what_documents_leave_open(self) -> None:
        books = self.xero.system.books[self.xero.tenant]
        owed = sum((row["BaseLeft"] for row in books.invoices), ZERO)
        owed -= sum((row["BaseLeft"] for row in [*books.credit_notes, *books.overpayments]), ZERO)
        assert self.xero.balance("610") == owed

    @invariant()
    def clearing_is_what_payments_moved(self) -> None:
        truth = self.xero.system.truth()
        for code in CLEARING.values():
            moved = ZERO
            for row in truth["payments"]:
                if row["Status"] == "AUTHORISED" and row["AccountCode"] == code:
                    moved += row["Amount"] if row["PaymentType"] == "ACCRECPAYMENT" else -row["Amount"]
            account = next(a for a in self.xero.system.books[self.xero.tenant].accounts if a["Code"] == code)
            for row in truth["bank_transactions"]:
                moved += row["Total"] if row["AccountID"] == account["AccountID"] else ZERO
            assert self.xero.balance(code, "own") == moved


def lines_of(drawn: dict[str, str]) -> list[dict[str, Any]]:
    return [line(drawn["price"], TaxType=drawn["tax"]), line(drawn["second"], "3")]


def head_of(drawn: dict[str, str]) -> dict[str, Any]:
    return {
        "LineAmountTypes": drawn["kind"],
        "CurrencyCode": drawn["currency"],
        "CurrencyRate": drawn["rate"],
    }


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def test_the_trial_balance_report_agrees_on_any_day(xero: Xero) -> None:
    for place, day in enumerate((date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 15))):
        xero.made("Invoices", invoice(f"N-{place}", Date=day.isoformat()))
    for asked in ("2026-03-30", "2026-03-31", "2026-04-01", "2026-12-31"):
        [report] = xero.get("Reports/TrialBalance", date=asked).rows("Reports")
        _, debit, credit, year_debit, year_credit = (
            cell["Value"] for cell in report["Rows"][-1]["Rows"][0]["Cells"]
        )
        assert (debit, year_debit) == (credit, year_credit)
