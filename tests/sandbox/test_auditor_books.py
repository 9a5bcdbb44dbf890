"""The auditor over the real systems: books kept by a careful person are sound, careless ones are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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


@pytest_asyncio.fixture
async def traded() -> AsyncIterator[Sandbox]:
    """A sandbox in which forty orders were placed and most of them paid."""
    sandbox = Sandbox(Options(port=0), build)
    await sandbox.start()
    async with bridge_for(sandbox):
        sandbox.trade.start({"orders": 40, "seed": 11, "mix": {"server": 60, "checkout": 30, "pi": 10}})
        for _ in range(3000):
            if sandbox.trade.status()["state"] == "finished" and not sandbox.queue.busy:
                break
            await asyncio.sleep(0.01)
    yield sandbox
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
        if Decimal(tx["captured"])
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
