"""Allocations of credit notes, overpayments and prepayments to invoices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, postings, settlement, where
from sandbox.xero.core.money import CENT
from sandbox.xero.endpoints import batch, credit_notes, documents, embedded, invoices, overpayments
from sandbox.xero.wire import body, fields, replies
from sandbox.xero.wire.dates import ms_date
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("Allocations", "AllocationID")
_LEFT = "RemainingCredit"


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of document that credit can come from."""

    family: str
    property: str
    id_field: str
    find: Callable[[Books, str], Row | None]
    type_of: Callable[[Row], documents.DocumentType]


_SOURCES = {
    "creditnotes": Source(
        "CreditNotes",
        "CreditNote",
        "CreditNoteID",
        credit_notes.find,
        lambda row: documents.TYPES[row["Type"]],
    ),
    "overpayments": Source(
        "Overpayments", "Overpayment", "OverpaymentID", overpayments.find_overpayment, overpayments.type_of
    ),
    "prepayments": Source(
        "Prepayments", "Prepayment", "PrepaymentID", overpayments.find_prepayment, overpayments.type_of
    ),
}


def _credit(call: Call) -> tuple[Source, Row]:
    """The document the path names; raise NotFound if there is none."""
    source = _SOURCES[call.segments[0].lower()]
    row = source.find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return source, row


def write(call: Call) -> Reply:
    """PUT …/Allocations: one or several, one after the other."""
    _credit(call)
    return batch.write(call, KIND, _allocate)


def remove(call: Call) -> Reply:
    """DELETE …/Allocations/{AllocationID}."""
    source, credit = _credit(call)
    allocation = call.books.allocations.get(where.guid(call.segments[3]))
    credit_id = credit[source.id_field]
    if allocation is None or allocation["IsDeleted"] or allocation["CreditID"] != credit_id:
        raise batch.NotFound
    if documents.locked(call.books, allocation["Date"]):
        return call.fail(10, "ValidationException", messages.PAYMENT_LOCKED)
    undo(call.books, source, credit, allocation)
    # without an envelope, as the published description of this one call has it
    shown = {
        "AllocationID": allocation["AllocationID"],
        "Amount": allocation["Amount"],
        "Date": ms_date(allocation["Date"]),
        "Invoice": {"InvoiceID": allocation["InvoiceID"]},
        "IsDeleted": True,
    }
    return replies.api_reply(200, shown, as_json=call.as_json)


def _allocate(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    source, credit = _credit(call)
    invoice = _invoice(books, fields.child(element, "Invoice"))
    amount = fields.number(element, "Amount")
    if amount is None:
        raise Invalid(messages.required("Amount"))
    reasons = _refusals(books, credit, invoice, amount)
    if reasons:
        raise Invalid(*reasons)
    on = fields.day(element, "Date") or max(credit["Date"], invoice["Date"])
    row = _apply(books, source, credit, invoice, amount.quantize(CENT), on)
    return _render(call, source, row)


def _invoice(books: Books, reference: dict[str, Any]) -> Row:
    row = books.invoices.get(where.guid(str(reference.get("InvoiceID", ""))))
    if row is None and reference.get("InvoiceNumber"):
        row = books.invoices.first("number", str(reference["InvoiceNumber"]))
    if row is None:
        raise Invalid(messages.INVOICE_NOT_FOUND)
    return row


def _refusals(books: Books, credit: Row, invoice: Row, amount: Decimal) -> list[str]:
    reasons = []
    if amount <= 0 or amount != amount.quantize(CENT):
        reasons.append(messages.AMOUNT_NOT_POSITIVE)
    if credit["Status"] != "AUTHORISED" or invoice["Status"] != "AUTHORISED":
        reasons.append(messages.ALLOCATION_NOT_AUTHORISED)
    if amount > credit[_LEFT] or amount > invoice["AmountDue"]:
        reasons.append(messages.OVER_ALLOCATED)
    if credit["ContactID"] != invoice["ContactID"]:
        reasons.append(messages.ALLOCATION_CONTACT)
    if credit["CurrencyCode"] != invoice["CurrencyCode"]:
        reasons.append(messages.ALLOCATION_CURRENCY)
    if documents.TYPES[invoice["Type"]].sales is not _SALES[credit["Type"]]:
        reasons.append(messages.ALLOCATION_CONTACT)
    if documents.locked(books, max(credit["Date"], invoice["Date"])):
        reasons.append(messages.PAYMENT_LOCKED)
    return reasons


_SALES = {name: type_.sales for name, type_ in (*documents.TYPES.items(), *overpayments.TYPES.items())}


def _apply(books: Books, source: Source, credit: Row, invoice: Row, amount: Decimal, on: date) -> Row:
    """Settle both documents and post what exchange rates moved between them."""
    credit_state = documents.state_of(credit, _LEFT)
    invoice_state = documents.state_of(invoice, "AmountDue")
    credit_base = settlement.base_part(credit_state, amount)
    invoice_base = settlement.base_part(invoice_state, amount)
    type_ = documents.TYPES[invoice["Type"]]
    lines = postings.allocation(
        documents.control_of(books, type_),
        credit_base,
        invoice_base,
        books.account("REALISEDCURRENCYGAIN"),
        type_.sign,
    )
    row: Row = {
        "AllocationID": new_guid(),
        "CreditFamily": source.family,
        "CreditID": credit[source.id_field],
        "InvoiceID": invoice["InvoiceID"],
        "Amount": amount,
        "CreditBase": credit_base,
        "InvoiceBase": invoice_base,
        "Date": on,
        "IsDeleted": False,
    }
    row["JournalID"] = books.post(on, "ALLOCATION", row["AllocationID"], lines)
    credit_state = settlement.settle(credit_state, amount, credit_base, on, credit=True)
    invoice_state = settlement.settle(invoice_state, amount, invoice_base, on, credit=True)
    _store(books, source, documents.with_state(credit, credit_state, _LEFT))
    _store_invoice(books, documents.with_state(invoice, invoice_state, "AmountDue"))
    return books.put(books.allocations, row)


def _store(books: Books, source: Source, credit: Row) -> None:
    books.put(embedded.credit_rows(books, source.family), credit)
    if source.family == "CreditNotes":
        documents.tell(books, credit_notes.FAMILY, credit)


def _store_invoice(books: Books, invoice: Row) -> None:
    books.put(books.invoices, invoice)
    documents.tell(books, invoices.FAMILY, invoice)


def undo(books: Books, source: Source, credit: Row, allocation: Row) -> None:
    """Take an allocation back: both documents are open again."""
    invoice = books.invoices[allocation["InvoiceID"]]
    amount = allocation["Amount"]
    credit_state = settlement.unsettle(
        documents.state_of(credit, _LEFT), amount, allocation["CreditBase"], credit=True
    )
    invoice_state = settlement.unsettle(
        documents.state_of(invoice, "AmountDue"), amount, allocation["InvoiceBase"], credit=True
    )
    _store(books, source, documents.with_state(credit, credit_state, _LEFT))
    _store_invoice(books, documents.with_state(invoice, invoice_state, "AmountDue"))
    books.unpost(allocation["JournalID"])
    books.put(books.allocations, {**allocation, "IsDeleted": True, "JournalID": None})


def _render(call: Call, source: Source, row: Row) -> dict[str, Any]:
    invoice = call.books.invoices[row["InvoiceID"]]
    shown: dict[str, Any] = {}
    if call.books.choices("allocation_id_in_reply"):
        shown["AllocationID"] = row["AllocationID"]
    shown |= {
        "Amount": row["Amount"],
        "Date": ms_date(row["Date"]),
        "Invoice": {
            "InvoiceID": row["InvoiceID"],
            "InvoiceNumber": invoice["InvoiceNumber"],
            "Payments": [],
            "CreditNotes": [],
            "Prepayments": [],
            "Overpayments": [],
            "HasErrors": False,
            "IsDiscounted": False,
            "LineItems": [],
        },
        source.property: {source.id_field: row["CreditID"], "ID": row["CreditID"], "LineItems": []},
        "ValidationErrors": [],
    }
    return shown
