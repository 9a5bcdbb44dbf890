"""…/History: notes on documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages
from sandbox.xero.endpoints import (
    bank_transactions,
    bank_transfers,
    batch,
    batch_payments,
    contacts,
    credit_notes,
    invoices,
    manual_journals,
    overpayments,
    payments,
)
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("HistoryRecords", "HistoryID")
LONGEST_NOTE = 2500

_FINDERS: dict[str, tuple[str, Callable[[Books, str], Row | None]]] = {
    "invoices": ("InvoiceID", invoices.find),
    "creditnotes": ("CreditNoteID", credit_notes.find),
    "contacts": ("ContactID", contacts.find),
    "payments": ("PaymentID", payments.find),
    "batchpayments": ("BatchPaymentID", batch_payments.find),
    "banktransactions": ("BankTransactionID", bank_transactions.find),
    "banktransfers": ("BankTransferID", bank_transfers.find),
    "overpayments": ("OverpaymentID", overpayments.find_overpayment),
    "prepayments": ("PrepaymentID", overpayments.find_prepayment),
    "manualjournals": ("ManualJournalID", manual_journals.find),
}
ENDPOINTS = tuple(_FINDERS)


def _subject(call: Call) -> str:
    """Id of the document the path names; raise NotFound if there is none."""
    id_field, find = _FINDERS[call.segments[0].lower()]
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return str(row[id_field])


def index(call: Call) -> Reply:
    rows = call.books.history.find("subject", _subject(call))
    return call.reply("HistoryRecords", [_render(row) for row in reversed(rows)])


def write(call: Call) -> Reply:
    """PUT adds notes; they can never be changed or removed."""
    _subject(call)
    return batch.write(call, KIND, _note)


def _note(call: Call, element: body.Element) -> dict[str, Any]:
    details = fields.text(element, "Details", LONGEST_NOTE)
    if not details:
        raise Invalid(messages.required("Details"))
    books = call.books
    row = {
        "HistoryID": new_guid(),
        "SubjectID": _subject(call),
        "Changes": "Note",
        "User": call.app_name,
        "Details": details,
        "At": books.stamp(),
    }
    return _render(books.put(books.history, row))


def _render(row: Row) -> dict[str, Any]:
    return {
        "Changes": row["Changes"],
        "DateUTCString": row["At"].strftime("%Y-%m-%dT%H:%M:%S"),
        "DateUTC": ms_instant(row["At"]),
        "User": row["User"],
        "Details": row["Details"],
    }
