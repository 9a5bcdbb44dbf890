"""/BatchPayments: several invoice payments that are one line on the bank statement."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, where
from sandbox.xero.core.money import ZERO
from sandbox.xero.endpoints import batch, payments
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import date_string, ms_date, ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("BatchPayments", "BatchPaymentID")
_TEXTS = ("Reference", "Details", "Narrative", "Particulars", "Code")
_LENGTHS = {"Reference": 255, "Details": 18, "Narrative": 18, "Particulars": 12, "Code": 12}


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    books = call.books
    account = books.accounts[row["AccountID"]]
    shown: dict[str, Any] = {
        "Account": {
            "AccountID": account["AccountID"],
            "CurrencyCode": account["CurrencyCode"] or books.base_currency,
        }
    }
    for name in _TEXTS:
        if row.get(name):
            shown[name] = row[name]
    shown |= {
        "BatchPaymentID": row["BatchPaymentID"],
        "DateString": date_string(row["Date"]),
        "Date": ms_date(row["Date"]),
        "Payments": _members(books, row),
        "Type": row["Type"],
        "Status": row["Status"],
        "TotalAmount": row["TotalAmount"],
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "IsReconciled": row["IsReconciled"],
    }
    return shown


def _members(books: Books, row: Row) -> list[dict[str, Any]]:
    """The payments of a batch; a deleted batch has none."""
    if row["Status"] == "DELETED":
        return []
    return [
        {
            "Invoice": {
                "InvoiceID": payment["DocumentID"],
                "InvoiceNumber": books.invoices[payment["DocumentID"]]["InvoiceNumber"],
                "Payments": [],
                "CreditNotes": [],
                "Prepayments": [],
                "Overpayments": [],
                "HasErrors": False,
                "IsDiscounted": False,
                "LineItems": [],
            },
            "PaymentID": payment["PaymentID"],
            "Amount": payment["Amount"],
            "BankAmount": payment["BankAmount"],
        }
        for payment in books.payments.find("batch", row["BatchPaymentID"])
    ]


def _fields(books: Books) -> where.Fields:
    found = properties("BatchPaymentID", "Type", "Status", "Date", "Reference", "TotalAmount", "IsReconciled")
    return {**found, "account.accountid": where.Field(lambda row: row["AccountID"])}


LISTING = Listing("BatchPayments", lambda books: books.batch_payments, _fields, render, paged=False)


def find(books: Books, key: str) -> Row | None:
    return books.batch_payments.get(where.guid(key))


def index(call: Call) -> Reply:
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, find)


def write(call: Call) -> Reply:
    """PUT creates; POST with an id deletes."""
    return batch.write(call, KIND, _create if call.method == "PUT" else _delete)


def update(call: Call) -> Reply:
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return batch.write(call, KIND, _delete, path_id=row["BatchPaymentID"])


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    members = fields.children(element, "Payments")
    if not members:
        raise Invalid(messages.required("Payments"))
    type_ = _type(books, members)
    account = payments.paying_account(books, fields.child(element, "Account"))
    on = fields.day(element, "Date") or books.today()
    batch_id = new_guid()
    row: Row = {
        "BatchPaymentID": batch_id,
        "AccountID": account["AccountID"],
        "Date": on,
        "Type": type_,
        "Status": "AUTHORISED",
        "IsReconciled": bool(fields.flag(element, "IsReconciled")),
    }
    for name in _TEXTS:
        row[name] = fields.text(element, name, _LENGTHS[name]) or ""
    shared = {"Account": {"AccountID": account["AccountID"]}, "Date": on.isoformat()}
    made = [payments.create(books, {**member, **shared}, batch_id) for member in members]
    row["TotalAmount"] = sum((payment["Amount"] for payment in made), ZERO)
    return render(call, books.put(books.batch_payments, row))


def _type(books: Books, members: list[dict[str, Any]]) -> str:
    """RECBATCH for sales invoices or PAYBATCH for bills; raise Invalid for a mixture or a foreign currency."""
    found = [payments.payable_of(books, member) for member in members]
    if any(payable.property != "Invoice" for payable, _ in found):
        raise Invalid("Batch payments can only be made against invoices")
    types = {document["Type"] for _, document in found}
    if len(types) != 1:
        raise Invalid("A batch payment cannot mix sales invoices and bills")
    if any(document["CurrencyCode"] != books.base_currency for _, document in found):
        raise Invalid("Batch payments can only be made in the base currency")
    return "RECBATCH" if types == {"ACCREC"} else "PAYBATCH"


def _delete(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    row = find(books, str(element.get("BatchPaymentID", "")))
    if row is None:
        raise Invalid(messages.DOCUMENT_NOT_FOUND)
    if element.get("Status") != "DELETED" or row["Status"] == "DELETED":
        raise Invalid("Batch payments cannot be changed, only deleted once")
    if row["IsReconciled"] and books.choices("reconciled_delete") == "refuse":
        raise Invalid(messages.PAYMENT_RECONCILED)
    for payment in books.payments.find("batch", row["BatchPaymentID"]):
        payments.delete(books, payment)
    return render(call, books.put(books.batch_payments, {**row, "Status": "DELETED"}))
