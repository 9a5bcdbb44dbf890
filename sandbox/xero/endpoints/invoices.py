"""/Invoices: sales invoices (ACCREC) and bills (ACCPAY), as they are shown and listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, where
from sandbox.xero.endpoints import contacts, documents, embedded, line_items
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire.dates import date_string, instant_string, ms_date, ms_instant

FAMILY = documents.Family(
    name="invoices",
    id_field="InvoiceID",
    number_field="InvoiceNumber",
    types=frozenset({"ACCREC", "ACCPAY"}),
    category="INVOICE",
    resource="Invoices",
    number_taken=messages.INVOICE_NUMBER_TAKEN,
    left_field="AmountDue",
)
EXTRA_DATES = ("ExpectedPaymentDate", "PlannedPaymentDate")


# -- showing


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    """An invoice in the order of keys Xero has; lines, payments and credits only in the full form."""
    books = call.books
    summary = call.asked("summaryonly")
    shown: dict[str, Any] = {
        "Type": row["Type"],
        "InvoiceID": row["InvoiceID"],
        "InvoiceNumber": row["InvoiceNumber"],
        "Reference": row["Reference"],
    }
    if not summary:
        shown["Payments"] = embedded.payments(books, row["InvoiceID"])
        shown |= embedded.credits_on_invoice(books, row["InvoiceID"])
    shown |= {
        "AmountDue": row["AmountDue"],
        "AmountPaid": row["AmountPaid"],
        "AmountCredited": row["AmountCredited"],
    }
    for name in ("SentToContact", "Url", "BrandingThemeID"):
        if name in row:
            shown[name] = row[name]
    shown["CurrencyRate"] = row["CurrencyRate"]
    shown["IsDiscounted"] = row["IsDiscounted"]
    if not summary:
        shown["HasAttachments"] = False
    shown["HasErrors"] = False
    shown["Contact"] = contacts.embedded(books, row["ContactID"])
    _render_dates(row, shown)
    shown["Status"] = row["Status"]
    shown["LineAmountTypes"] = row["LineAmountTypes"]
    if not summary:
        shown["LineItems"] = line_items.render(row["LineItems"], call.unit_places) if full else []
    _render_totals(row, shown)
    return shown


def _render_dates(row: Row, shown: dict[str, Any]) -> None:
    shown["DateString"] = date_string(row["Date"])
    shown["Date"] = ms_date(row["Date"])
    if row["DueDate"] is not None:
        shown["DueDateString"] = date_string(row["DueDate"])
        shown["DueDate"] = ms_date(row["DueDate"])
    for name in EXTRA_DATES:
        if row.get(name) is not None:
            shown[name] = ms_date(row[name])


def _render_totals(row: Row, shown: dict[str, Any]) -> None:
    shown |= {
        "SubTotal": row["SubTotal"],
        "TotalTax": row["TotalTax"],
        "Total": row["Total"],
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "UpdatedDateUTCString": instant_string(row["Updated"]),
        "CurrencyCode": row["CurrencyCode"],
    }
    if row["FullyPaidOnDate"] is not None:
        shown["FullyPaidOnDate"] = ms_date(row["FullyPaidOnDate"])


# -- reading


def contact_fields(books: Books) -> dict[str, where.Field]:
    """`Contact.…` properties of documents."""
    rows = books.contacts
    return {
        "contact.contactid": where.Field(lambda row: row["ContactID"]),
        "contact.name": where.Field(lambda row: rows[row["ContactID"]]["Name"], fold=True),
        "contact.contactnumber": where.Field(lambda row: rows[row["ContactID"]].get("ContactNumber")),
    }


def _fields(books: Books) -> where.Fields:
    return contact_fields(books) | properties(
        "InvoiceID", "InvoiceNumber", "Reference", "Type", "Status", "Date", "DueDate", "AmountDue", "AmountPaid",
        "AmountCredited", "Total", "SubTotal", "TotalTax", "CurrencyCode", "SentToContact", "FullyPaidOnDate",
    )  # fmt: skip


def _narrow(call: Call, rows: Iterable[Row]) -> Iterable[Row]:
    for parameter, name in (("ids", "InvoiceID"), ("contactids", "ContactID")):
        ids = {where.guid(part) for part in call.listed(parameter)}
        if ids:
            rows = [row for row in rows if row[name] in ids]
    for parameter, name in (("invoicenumbers", "InvoiceNumber"), ("statuses", "Status")):
        values = set(call.listed(parameter))
        if values:
            rows = [row for row in rows if row[name] in values]
    if call.asked("createdbymyapp"):
        rows = [row for row in rows if row["CreatedBy"] == call.client_id]
    term = (call.query("searchterm") or "").lower()
    if term:
        rows = [
            row for row in rows if term in row["InvoiceNumber"].lower() or term in row["Reference"].lower()
        ]
    return rows


def _candidates(call: Call) -> list[Row] | None:
    books = call.books
    ids, numbers, contact_ids = call.listed("ids"), call.listed("invoicenumbers"), call.listed("contactids")
    if ids:
        return [
            row for part in dict.fromkeys(ids) if (row := books.invoices.get(where.guid(part))) is not None
        ]
    if numbers:
        return [row for number in dict.fromkeys(numbers) for row in books.invoices.find("any_number", number)]
    if contact_ids:
        return [
            row
            for part in dict.fromkeys(contact_ids)
            for row in books.invoices.find("contact", where.guid(part))
        ]
    return None


LISTING = Listing(
    "Invoices",
    lambda books: books.invoices,
    _fields,
    render,
    indexes={"invoicenumber": "any_number", "reference": "reference", "contact.contactid": "contact"},
    narrow=_narrow,
    candidates=_candidates,
)


def find(books: Books, key: str) -> Row | None:
    """By InvoiceID or InvoiceNumber."""
    return books.invoices.get(where.guid(key)) or books.invoices.first("any_number", key)


def index(call: Call) -> Reply:
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, find)
