"""Documents inside documents: payments, credits and allocations as others show them."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.xero.books import Books
from sandbox.xero.collection import Collection
from sandbox.xero.wire.dates import date_string, ms_date

CREDITS = ("CreditNotes", "Prepayments", "Overpayments")
_ID = {"CreditNotes": "CreditNoteID", "Prepayments": "PrepaymentID", "Overpayments": "OverpaymentID"}


def payments(books: Books, document_id: str) -> list[dict[str, Any]]:
    """Payments that stand against a document."""
    return [
        {
            "PaymentID": row["PaymentID"],
            "Date": ms_date(row["Date"]),
            "Amount": row["Amount"],
            "Reference": row["Reference"],
            "CurrencyRate": row["CurrencyRate"],
            "HasAccount": False,
            "HasValidationErrors": False,
        }
        for row in books.payments.find("document", document_id)
    ]


def credit_rows(books: Books, family: str) -> Collection:
    """The table of a kind of credit by its collection name."""
    if family == "CreditNotes":
        return books.credit_notes
    return books.prepayments if family == "Prepayments" else books.overpayments


def credits_on_invoice(books: Books, invoice_id: str) -> dict[str, list[dict[str, Any]]]:
    """Credit notes, prepayments and overpayments allocated to an invoice."""
    shown: dict[str, list[dict[str, Any]]] = {name: [] for name in CREDITS}
    for allocation in books.allocations.find("invoice", invoice_id):
        family = allocation["CreditFamily"]
        credit = credit_rows(books, family)[allocation["CreditID"]]
        shown[family].append(_credit(family, credit, allocation))
    return shown


def _credit(family: str, credit: Row, allocation: Row) -> dict[str, Any]:
    shown: dict[str, Any] = {_ID[family]: credit[_ID[family]], "ID": credit[_ID[family]]}
    if family == "CreditNotes":
        shown["CreditNoteNumber"] = credit["CreditNoteNumber"]
        shown["HasErrors"] = False
    shown |= {
        "AppliedAmount": allocation["Amount"],
        "DateString": date_string(credit["Date"]),
        "Date": ms_date(credit["Date"]),
        "LineItems": [],
        "Total": credit["Total"],
    }
    return shown


def allocations(books: Books, credit_id: str) -> list[dict[str, Any]]:
    """Where a credit was allocated, as the credit shows it."""
    shown = []
    for row in books.allocations.find("credit", credit_id):
        invoice = books.invoices[row["InvoiceID"]]
        shown.append(
            {
                "AllocationID": row["AllocationID"],
                "Amount": row["Amount"],
                "Date": ms_date(row["Date"]),
                "Invoice": {
                    "InvoiceID": invoice["InvoiceID"],
                    "InvoiceNumber": invoice["InvoiceNumber"],
                    "Payments": [],
                    "CreditNotes": [],
                    "Prepayments": [],
                    "Overpayments": [],
                    "HasErrors": False,
                    "IsDiscounted": False,
                    "LineItems": [],
                },
                "IsDeleted": False,
            }
        )
    return shown
