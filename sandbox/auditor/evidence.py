"""The truth of all systems, indexed by shop order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Record = Mapping[str, Any]

GONE = frozenset({"DELETED", "VOIDED"})
"""Statuses of documents that no longer count."""


def money(value: Any) -> Decimal:
    """An amount from the truth: decimal texts, numbers, or nothing."""
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


@dataclass(slots=True)
class Case:
    """Everything known about one order."""

    order: Record
    """The shop's row, with the order as sent under `order`."""
    transactions: list[Record] = field(default_factory=list)
    invoices: list[Record] = field(default_factory=list)
    payments: list[Record] = field(default_factory=list)
    """Live payments on any of its invoices."""
    confirmations: list[Record] = field(default_factory=list)
    asked: list[Record] = field(default_factory=list)
    """Refunds the shop asked the bridge for."""
    notes: list[Record] = field(default_factory=list)
    """Live credit notes of the order, each with its live `payments` and `allocations`."""

    @property
    def number(self) -> str:
        return str(self.order["number"])

    @property
    def total(self) -> Decimal:
        return money(self.order["order"]["total"])

    @property
    def currency(self) -> str:
        return str(self.order["order"]["currency"])

    @property
    def customer(self) -> str:
        return str(self.order["order"]["customer"]["id"])

    @property
    def captured(self) -> list[Record]:
        """Payments Opayo really took."""
        return [tx for tx in self.transactions if tx["type"] != "REFUND" and money(tx["captured"]) > 0]

    @property
    def refunds(self) -> list[Record]:
        """Refunds Opayo really made and that stand."""
        return [tx for tx in self.transactions if tx["type"] == "REFUND" and money(tx["captured"]) > 0]

    @property
    def voided(self) -> list[Record]:
        """Sales that were taken back on their day."""
        return [tx for tx in self.transactions if tx["type"] != "REFUND" and tx.get("state_name") == "VOIDED"]

    @property
    def live_invoices(self) -> list[Record]:
        return [invoice for invoice in self.invoices if invoice["Status"] not in GONE]


@dataclass(slots=True)
class Evidence:
    """All cases, and the documents that belong to none."""

    cases: dict[str, Case]
    contacts: list[Record]
    strays: list[Record]
    """Invoices and credit notes that belong to no order."""


def gather(truth: Mapping[str, Any]) -> Evidence:
    """Index the truth by order."""
    cases = {row["number"]: Case(row) for row in truth["shop"]["orders"]}
    _add_transactions(cases, truth)
    strays = _add_invoices(cases, truth["xero"])
    for asked in truth["shop"].get("refunds", []):
        cases[asked["order_number"]].asked.append(asked)
    for event in truth["shop"]["confirmations"]:
        if event["order_number"] in cases:
            cases[event["order_number"]].confirmations.append(event)
    contacts = [each for each in truth["xero"]["contacts"] if each.get("ContactStatus") == "ACTIVE"]
    return Evidence(cases, contacts, strays)


def _add_transactions(cases: Mapping[str, Case], truth: Mapping[str, Any]) -> None:
    by_code = {
        attempt["vendor_tx_code"]: number
        for number, case in cases.items()
        for attempt in case.order["attempts"]
    }
    by_id: dict[str, str] = {}
    for tx in truth["opayo"]["transactions"]:  # what a transaction relates to stands before it
        code = tx["vendortxcode"]
        number = by_id.get(tx.get("related") or "") or by_code.get(code) or number_beginning(code, cases)
        if number is not None:
            by_id[tx.get("vpstxid", "")] = number
            cases[number].transactions.append(tx)


def _add_invoices(cases: Mapping[str, Case], xero: Mapping[str, Any]) -> list[Record]:
    payments: defaultdict[str, list[Record]] = defaultdict(list)
    for payment in xero["payments"]:
        if payment["Status"] not in GONE and payment.get("Property") == "Invoice":
            payments[payment["DocumentID"]].append(payment)
    strays = []
    for invoice in xero["invoices"]:
        if invoice["Type"] != "ACCREC":
            continue
        number = number_ending(invoice.get("InvoiceNumber") or "", cases)
        if number is None:
            strays.append(invoice)
            continue
        cases[number].invoices.append(invoice)
        cases[number].payments.extend(payments[invoice["InvoiceID"]])
    return [each for each in strays if each["Status"] not in GONE]


def number_ending(text: str, numbers: Mapping[str, Case]) -> str | None:
    """The order number a document's number ends with, whatever prefix it was given."""
    return next((text[start:] for start in range(len(text)) if text[start:] in numbers), None)


def number_beginning(code: str, numbers: Mapping[str, Case]) -> str | None:
    """The order number a VendorTxCode begins with, as far as a character that is no digit."""
    ends = (end for end in range(len(code), 0, -1) if end == len(code) or not code[end].isdigit())
    return next((code[:end] for end in ends if code[:end] in numbers), None)


def total_of(rows: Iterable[Record], name: str) -> Decimal:
    """The sum of one amount over rows."""
    return sum((money(row[name]) for row in rows), Decimal(0))
