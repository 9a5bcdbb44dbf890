"""A careful bookkeeper over the real systems: everything that happened, booked by hand in Xero."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.kernel.server import Options, Sandbox
from sandbox.kernel.wire import Request
from sandbox.kernel.wire_json import decode
from sandbox.systems import build
from tests.sandbox.bridge import bridge_for

CLEARING = {"GBP": "095", "EUR": "096", "USD": "097"}
BANK = {"GBP": "090", "EUR": "092", "USD": "093"}
TAX_TYPES = {"20": "OUTPUT2", "5": "RROUTPUT", "0": "ZERORATEDOUTPUT"}


@asynccontextmanager
async def trading(
    mix: dict[str, int], prepare: Callable[[Sandbox], None] = lambda sandbox: None
) -> AsyncIterator[Sandbox]:
    """A sandbox in which forty orders were placed and most of them paid, and all that followed has happened."""
    sandbox = Sandbox(Options(port=0), build)
    await sandbox.start()
    prepare(sandbox)
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


# Money on its way to the bank


def keep_settlements(sandbox: Sandbox) -> None:
    """Fees and reserves of each settlement, each bill, and a transfer for each bank line of ours."""
    told = truth(sandbox)
    for row in told["acquirer"]["settlements"]:
        for kind, fee in row["fees"].items():
            if kind != "dispute":
                spend(sandbox, row, "407", Decimal(fee))
        spend(sandbox, row, "616", -Decimal(row["reserve"]))
    for bill in told["acquirer"]["bills"]:
        edit(sandbox, "Invoices", bill_of(bill))
    bills = {row["funding_id"]: row["of"] for row in told["acquirer"]["fundings"]}
    for line in told["bank"]["lines"]:
        if line["is_ours"]:
            book_line(sandbox, line, bills[line["payments"][0]])


def spend(sandbox: Sandbox, settlement: dict[str, Any], account: str, amount: Decimal) -> None:
    if amount:
        line = {"Description": "Kept back", "Quantity": 1, "UnitAmount": str(abs(amount)), "TaxType": "NONE"}
        entry = {
            "Type": "SPEND" if amount > 0 else "RECEIVE", "Date": settlement["day"],
            "BankAccount": {"Code": CLEARING[settlement["currency"]]}, "Reference": settlement["reference"],
            "Contact": {"Name": settlement["acquirer"]}, "LineItems": [{**line, "AccountCode": account}],
        }  # fmt: skip
        edit(sandbox, "BankTransactions", entry)


def bill_of(bill: dict[str, Any]) -> dict[str, Any]:
    lines = [
        {
            "Description": line["name"], "Quantity": 1, "UnitAmount": line["net"], "AccountCode": "407",
            "TaxType": "INPUT2" if Decimal(line["vat"]) else "NONE", "TaxAmount": line["vat"],
        }
        for line in bill["lines"]
    ]  # fmt: skip
    return {
        "Type": "ACCPAY", "Status": "AUTHORISED", "InvoiceNumber": bill["bill_id"], "Date": bill["made_on"],
        "DueDate": bill["collected_on"], "CurrencyCode": bill["currency"], "LineAmountTypes": "Exclusive",
        "Contact": {"Name": bill["acquirer"]}, "LineItems": lines,
    }  # fmt: skip


def book_line(sandbox: Sandbox, line: dict[str, Any], bill_id: str) -> None:
    currency, amount = line["currency"], Decimal(line["amount"])
    if line["origin"] == "fee_bill":
        bill: Any = next(
            each for each in truth(sandbox)["xero"]["invoices"] if each["InvoiceNumber"] == bill_id
        )
        payment = {"Invoice": {"InvoiceID": bill["InvoiceID"]}, "Account": {"Code": BANK[currency]}}
        edit(sandbox, "Payments", {**payment, "Date": line["on"], "Amount": str(-amount)})
        return
    sides = [{"Code": CLEARING[currency]}, {"Code": BANK[currency]}]
    source, target = sides if amount > 0 else reversed(sides)
    transfer = {"FromBankAccount": source, "ToBankAccount": target, "Date": line["on"]}
    edit(sandbox, "BankTransfers", {**transfer, "Amount": str(abs(amount)), "Reference": line["reference"]})
