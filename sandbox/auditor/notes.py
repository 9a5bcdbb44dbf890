"""Credit notes and the orders they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sandbox.auditor.evidence import GONE, Case, Record
from sandbox.auditor.names import names_in, texts_of


def add_notes(cases: Mapping[str, Case], truth: Mapping[str, Any]) -> list[Record]:
    """Give each live credit note to its order; those that belong to none."""
    xero = truth["xero"]
    strays: list[Record] = []
    of_transaction = {
        tx["vendortxcode"]: number for number, case in cases.items() for tx in case.transactions
    }
    of_transaction |= _of_disputes(cases, truth)
    of_invoice = {each["InvoiceID"]: number for number, case in cases.items() for each in case.invoices}
    payments, allocations = _by_note(xero)
    for note in xero.get("credit_notes", []):
        if note["Type"] != "ACCRECCREDIT" or note["Status"] in GONE:
            continue
        whole = {
            **note,
            "payments": payments[note["CreditNoteID"]],
            "allocations": allocations[note["CreditNoteID"]],
        }
        number = _order_of(whole, cases, of_transaction, of_invoice)
        if number is None:
            strays.append({**note, "InvoiceNumber": note.get("CreditNoteNumber")})
        else:
            cases[number].notes.append(whole)
    return strays


def _of_disputes(cases: Mapping[str, Case], truth: Mapping[str, Any]) -> dict[str, str]:
    """Orders by the acquirers' case numbers: a sale undone by a lost dispute names the case."""
    of_sale = {tx.get("vpstxid"): number for number, case in cases.items() for tx in case.transactions}
    disputes = truth.get("acquirer", {}).get("disputes", [])
    return {each["case_id"]: of_sale[each["vpstxid"]] for each in disputes if each["vpstxid"] in of_sale}


def _by_note(xero: Record) -> tuple[dict[str, list[Record]], dict[str, list[Record]]]:
    payments: defaultdict[str, list[Record]] = defaultdict(list)
    allocations: defaultdict[str, list[Record]] = defaultdict(list)
    for payment in xero["payments"]:
        if payment.get("Property") == "CreditNote" and payment["Status"] not in GONE:
            payments[payment["DocumentID"]].append(payment)
    for allocation in xero.get("allocations", []):
        if allocation["CreditFamily"] == "CreditNotes" and not allocation["IsDeleted"]:
            allocations[allocation["CreditID"]].append(allocation)
    return payments, allocations


def _order_of(
    note: Record, cases: Mapping[str, Case], of_transaction: Mapping[str, str], of_invoice: Mapping[str, str]
) -> str | None:
    named = list(names_in(*texts_of(note)))
    by_code = (of_transaction[name] for name in named if name in of_transaction)
    by_number = (name for name in named if name in cases)
    by_invoice = (
        of_invoice[each["InvoiceID"]] for each in note["allocations"] if each["InvoiceID"] in of_invoice
    )
    return next(_chained(by_code, by_number, by_invoice), None)


def _chained(*sources: Iterable[str]) -> Iterator[str]:
    for source in sources:
        yield from source
