"""The auditor over the real systems: books kept by a careful person are sound, careless ones are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import pytest_asyncio

from sandbox.auditor import audit
from sandbox.kernel.server import Options, Sandbox
from sandbox.kernel.wire import Request
from sandbox.kernel.wire_json import decode
from sandbox.systems import build
from tests.sandbox.bridge import bridge_for

pytestmark = pytest.mark.asyncio

CLEARING = {"GBP": "095", "EUR": "096", "USD": "097"}
TAX_TYPES = {"20": "OUTPUT2", "5": "RROUTPUT", "0": "ZERORATEDOUTPUT"}


@asynccontextmanager
async def trading(mix: dict[str, int]) -> AsyncIterator[Sandbox]:
    """A sandbox in which forty orders were placed and most of them paid, and all that followed has happened."""
    sandbox = Sandbox(Options(port=0), build)
    await sandbox.start()
    async with bridge_for(sandbox):
        sandbox.trade.start({"orders": 40, "seed": 11, "mix": mix})
        for _ in range(3000):
            if sandbox.trade.status()["state"] == "finished" and not sandbox.queue.busy:
                break
            await asyncio.sleep(0.01)
        while sandbox.trade.status()["after_sales"]["next"] is not None:
            sandbox.control.move_clock(86_400)
    try:
        yield sandbox
    finally:
        await sandbox.stop()


@pytest_asyncio.fixture
async def traded() -> AsyncIterator[Sandbox]:
    """Nothing happened after the payments."""
    async with trading({"server": 60, "checkout": 30, "pi": 10}) as sandbox:
        yield sandbox


def truth(sandbox: Sandbox) -> dict[str, Any]:
    told: dict[str, Any] = decode(sandbox.control(Request("GET", "/truth")).body)
    return told


def keep_books(sandbox: Sandbox) -> None:
    """Book every order as its lines say, and every payment Opayo took, by hand in Xero."""
    told = truth(sandbox)
    taken = {
        tx["vendortxcode"].rsplit("-", 1)[0]: tx
        for tx in told["opayo"]["transactions"]
        if Decimal(tx["captured"]) and tx["type"] == "PAYMENT"
    }
    known: set[str] = set()
    for row in told["shop"]["orders"]:
        order = row["order"]
        if order["customer"]["id"] not in known:
            known.add(order["customer"]["id"])
            person = f"{order['customer']['first_name']} {order['customer']['last_name']}"
            contact = {
                "ContactNumber": order["customer"]["id"],
                "Name": f"{person} {order['customer']['id']}",
            }
            edit(sandbox, "Contacts", contact)
        paid = row["number"] in taken
        edit(sandbox, "Invoices", invoice_of(order, "AUTHORISED" if paid else "DRAFT"))
        if paid:
            edit(sandbox, "Payments", payment_of(order))


def edit(sandbox: Sandbox, path: str, body: dict[str, Any]) -> None:
    xero: Any = sandbox.systems["xero"]
    reply = xero.person_edits("PUT", path, body)
    assert reply.status == 200, reply.body


def invoice_of(order: dict[str, Any], status: str) -> dict[str, Any]:
    return {
        "Type": "ACCREC", "Status": status, "InvoiceNumber": order["number"], "Date": order["placed_at"][:10],
        "DueDate": order["placed_at"][:10], "CurrencyCode": order["currency"], "LineAmountTypes": "Inclusive",
        "Contact": {"ContactNumber": order["customer"]["id"]}, "LineItems": lines_of(order),
    }  # fmt: skip


def lines_of(order: dict[str, Any]) -> list[dict[str, Any]]:
    charged = [*order["lines"], *([order["delivery"]] if order.get("delivery") else [])]
    discount = Decimal(order.get("discount", {}).get("total", 0))
    goods = sum(Decimal(line["total"]) for line in charged)
    lines, left, before = [], discount, goods
    for line in charged:
        total, rate = Decimal(line["total"]), Decimal(line["tax_rate"])
        off = (left * total / before).quantize(Decimal("0.01"), ROUND_HALF_UP) if before else Decimal(0)
        left, before = left - off, before - total
        tax = ((total - off) * rate / (100 + rate)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        tax_type = "EXEMPTOUTPUT" if line.get("tax_code") else TAX_TYPES[line["tax_rate"]]
        lines.append(
            {
                "Description": line["name"], "Quantity": 1, "UnitAmount": str(total - off), "AccountCode": "200",
                "TaxType": tax_type, "TaxAmount": str(tax),
            }
        )  # fmt: skip
    return lines


def payment_of(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "Invoice": {"InvoiceNumber": order["number"]}, "Account": {"Code": CLEARING[order["currency"]]},
        "Date": order["placed_at"][:10], "Amount": order["total"],
    }  # fmt: skip


async def test_books_kept_with_care_are_sound(traded: Sandbox) -> None:
    keep_books(traded)
    report = audit(truth(traded))
    unpaid = [each for each in report["problems"] if each["fault"] != "confirmations_missing"]
    assert unpaid == []
    assert (report["orders"], report["proof_ok"], report["ledger_balanced"]) == (40, True, True)
    assert report["paid"] == report["confirmations_missing"] > 30
    assert report["post_latency_p50_ms"] is not None


async def test_books_not_kept_at_all_lack_everything(traded: Sandbox) -> None:
    report = audit(truth(traded))
    assert report["missing"] >= report["paid"] > 30
    assert report["clearing_difference"] > 0
    assert report["proof_ok"] is False


async def test_one_payment_taken_back_is_found_by_its_order_and_its_sum(traded: Sandbox) -> None:
    keep_books(traded)
    xero: Any = traded.systems["xero"]
    payment = next(each for each in truth(traded)["xero"]["payments"] if each["AccountCode"] == "095")
    xero.person_edits("POST", f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
    report = audit(truth(traded))
    assert (report["missing"], report["clearing_difference"]) == (1, Decimal(payment["Amount"]))


# Money that went back


def keep_refunds(sandbox: Sandbox) -> None:
    """A credit note and a cash refund for every refund Opayo made; all of them are of whole orders."""
    told = truth(sandbox)
    sales = {tx["vpstxid"]: tx["vendortxcode"] for tx in told["opayo"]["transactions"]}
    orders = {row["number"]: row["order"] for row in told["shop"]["orders"]}
    for tx in told["opayo"]["transactions"]:
        if tx["type"] == "REFUND":
            order = orders[sales[tx["related"]].rsplit("-", 1)[0]]
            book_credit(sandbox, order, tx["vendortxcode"], CLEARING[order["currency"]])


def book_credit(sandbox: Sandbox, order: dict[str, Any], code: str, account: str) -> None:
    note = {**invoice_of(order, "AUTHORISED"), "Type": "ACCRECCREDIT", "CreditNoteNumber": f"CN-{code}"}
    del note["InvoiceNumber"], note["DueDate"]
    edit(sandbox, "CreditNotes", {**note, "Reference": code})
    cash = {**payment_of(order), "Account": {"Code": account}, "Reference": code}
    del cash["Invoice"]
    edit(sandbox, "Payments", {**cash, "CreditNote": {"CreditNoteNumber": f"CN-{code}"}})


def keep_disputes(sandbox: Sandbox) -> None:
    """Each dispute on disputed receivables and its fee, then won or written off."""
    for dispute in truth(sandbox)["acquirer"]["disputes"]:
        amount, fee = str(dispute["amount"]), Decimal(dispute["fee"])
        book_bank(sandbox, dispute, "SPEND", "615", amount)
        if fee:
            book_bank(sandbox, dispute, "SPEND", "406", str(fee))
        if dispute["is_lost"]:
            sides = [
                {"AccountCode": "405", "LineAmount": amount},
                {"AccountCode": "615", "LineAmount": f"-{amount}"},
            ]
            lost = {
                "Narration": f"Dispute {dispute['case_id']} lost",
                "Status": "POSTED",
                "JournalLines": sides,
            }
            edit(sandbox, "ManualJournals", lost)
        else:
            book_bank(sandbox, dispute, "RECEIVE", "615", amount)


def book_bank(sandbox: Sandbox, dispute: dict[str, Any], kind: str, account: str, amount: str) -> None:
    line = {
        "Description": "Dispute",
        "Quantity": 1,
        "UnitAmount": amount,
        "AccountCode": account,
        "TaxType": "NONE",
    }
    entry = {
        "Type": kind, "BankAccount": {"Code": CLEARING[dispute["currency"]]}, "Reference": dispute["case_id"],
        "Contact": {"Name": "Elavon"}, "LineItems": [line],
    }  # fmt: skip
    edit(sandbox, "BankTransactions", entry)


def faults(report: dict[str, Any]) -> list[dict[str, str]]:
    """Nobody confirms anything to the shop here."""
    return [each for each in report["problems"] if each["fault"] != "confirmations_missing"]


async def test_refunds_and_voids_kept_with_care_are_sound() -> None:
    async with trading({"server": 1, "pi": 1, "refund": 30, "void": 30}) as sandbox:
        keep_books(sandbox)
        report = audit(truth(sandbox))
        assert report["missing"] == report["refunded"] > 5
        assert report["clearing_difference"] > 0
        keep_refunds(sandbox)
        report = audit(truth(sandbox))
    assert faults(report) == []
    assert report["proof_ok"] is True
    assert report["voided"] > 5


async def test_a_credit_note_without_its_money_is_found() -> None:
    async with trading({"server": 1, "refund": 40}) as sandbox:
        keep_books(sandbox)
        keep_refunds(sandbox)
        told = truth(sandbox)
        payment = next(each for each in told["xero"]["payments"] if each["Property"] == "CreditNote")
        xero: Any = sandbox.systems["xero"]
        xero.person_edits("POST", f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
        report = audit(truth(sandbox))
    assert (report["missing"], report["duplicates"], report["wrong_amount"]) == (1, 0, 0)
    assert report["clearing_difference"] == Decimal(payment["Amount"])


async def test_disputes_kept_with_care_leave_nothing_disputed() -> None:
    async with trading({"server": 1, "disputes": 40}) as sandbox:
        keep_books(sandbox)
        report = audit(truth(sandbox))
        assert report["missing"] == report["disputes"] > 5
        keep_disputes(sandbox)
        report = audit(truth(sandbox))
    assert faults(report) == []
    assert report["dispute_accounts"]["disputed"] == 0
    assert report["dispute_accounts"]["fees"] > 0
    assert report["proof_ok"] is True
