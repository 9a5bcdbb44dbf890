"""/Overpayments and /Prepayments: made by bank transactions, allocated to invoices or refunded."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import where
from sandbox.xero.endpoints import contacts, documents, embedded, line_items
from sandbox.xero.endpoints.invoices import contact_fields
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire.dates import date_string, instant_string, ms_date, ms_instant

TYPES = {
    "RECEIVE-OVERPAYMENT": documents.DocumentType(-1, sales=True, payment_type="AROVERPAYMENTPAYMENT"),
    "SPEND-OVERPAYMENT": documents.DocumentType(1, sales=False, payment_type="APOVERPAYMENTPAYMENT"),
    "RECEIVE-PREPAYMENT": documents.DocumentType(-1, sales=True, payment_type="ARPREPAYMENTPAYMENT"),
    "SPEND-PREPAYMENT": documents.DocumentType(1, sales=False, payment_type="APPREPAYMENTPAYMENT"),
}


def type_of(row: Row) -> documents.DocumentType:
    """How it posts: like a credit note, it is refunded against the direction it came from."""
    return TYPES[row["Type"]]


def _render(call: Call, row: Row, id_field: str) -> dict[str, Any]:
    books = call.books
    shown: dict[str, Any] = {
        id_field: row[id_field],
        "ID": row[id_field],
        "Type": row["Type"],
        "Reference": row["Reference"],
        "CurrencyRate": row["CurrencyRate"],
        "RemainingCredit": row["RemainingCredit"],
        "Allocations": embedded.allocations(books, row[id_field]),
        "Payments": embedded.payments(books, row[id_field]),
        "HasAttachments": False,
        "Contact": contacts.embedded(books, row["ContactID"]),
        "DateString": date_string(row["Date"]),
        "Date": ms_date(row["Date"]),
        "Status": row["Status"],
        "LineAmountTypes": row["LineAmountTypes"],
        "LineItems": line_items.render(row["LineItems"], call.unit_places),
        "SubTotal": row["SubTotal"],
        "TotalTax": row["TotalTax"],
        "Total": row["Total"],
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "UpdatedDateUTCString": instant_string(row["Updated"]),
        "CurrencyCode": row["CurrencyCode"],
    }
    return shown


def render_overpayment(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    return _render(call, row, "OverpaymentID")


def render_prepayment(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    return _render(call, row, "PrepaymentID")


def _fields(books: Books) -> where.Fields:
    return contact_fields(books) | properties(
        "OverpaymentID",
        "PrepaymentID",
        "Reference",
        "Type",
        "Status",
        "Date",
        "RemainingCredit",
        "Total",
        "CurrencyCode",
    )


OVERPAYMENTS = Listing(
    "Overpayments",
    lambda books: books.overpayments,
    _fields,
    render_overpayment,
    indexes={"contact.contactid": "contact"},
)
PREPAYMENTS = Listing(
    "Prepayments",
    lambda books: books.prepayments,
    _fields,
    render_prepayment,
    indexes={"contact.contactid": "contact"},
)


def find_overpayment(books: Books, key: str) -> Row | None:
    return books.overpayments.get(where.guid(key))


def find_prepayment(books: Books, key: str) -> Row | None:
    return books.prepayments.get(where.guid(key))


def overpayments(call: Call) -> Reply:
    return listing(call, OVERPAYMENTS)


def overpayment(call: Call) -> Reply:
    return single(call, OVERPAYMENTS, find_overpayment)


def prepayments(call: Call) -> Reply:
    return listing(call, PREPAYMENTS)


def prepayment(call: Call) -> Reply:
    return single(call, PREPAYMENTS, find_prepayment)
