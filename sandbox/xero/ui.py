"""The pages a person sees: consent at login.xero.com, and a look into the books."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from sandbox.kernel.html import environment, html_reply
from sandbox.kernel.wire import Reply
from sandbox.xero.apps import USER_NAME
from sandbox.xero.books import Books
from sandbox.xero.wire import replies

LATEST = 50
_PAGES = environment(Path(__file__).parent / "pages")


def consent(*, problem: str = "", **values: object) -> Reply:
    """The page that asks a person for access; `values` are `app`, `organisations` and `scopes`."""
    return html_reply(_PAGES, "consent.html", {"problem": problem, "person": USER_NAME, **values})


def refused(error: str, detail: str) -> Reply:
    """The page for an authorise address that cannot be answered."""
    return html_reply(_PAGES, "refused.html", {"error": error, "detail": detail}, status=400)


def look(books: Mapping[str, Books], path: str) -> Reply:
    """The books as a person may see them: `/`, `/organisation/{id}` and an invoice below it."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return _organisations(books)
    if parts[0] != "organisation" or len(parts) < 2 or parts[1] not in books:
        return replies.NOT_FOUND
    chosen = books[parts[1]]
    if len(parts) == 2:
        return _organisation(chosen)
    if len(parts) == 4 and parts[2] == "invoices" and parts[3] in chosen.invoices.rows:
        return _invoice(chosen, parts[3])
    return replies.NOT_FOUND


def _organisations(books: Mapping[str, Books]) -> Reply:
    shown = [
        {
            "id": tenant,
            "name": held.organisation["Name"],
            "invoices": len(held.invoices),
            "payments": len(held.payments),
        }
        for tenant, held in books.items()
    ]
    return html_reply(_PAGES, "organisations.html", {"organisations": shown})


def _organisation(books: Books) -> Reply:
    invoices = list(islice(reversed(books.invoices.all()), LATEST))
    values: dict[str, Any] = {
        "organisation": books.organisation,
        "accounts": [
            {
                "code": account["Code"],
                "name": account["Name"],
                "currency": account["CurrencyCode"],
                "balance": books.ledger.balance(account["AccountID"]).own,
            }
            for account in books.accounts.all()
            if account["Type"] == "BANK" and account["Status"] == "ACTIVE"
        ],
        "invoices": invoices,
        "contacts": {row["ContactID"]: books.contacts[row["ContactID"]]["Name"] for row in invoices},
    }
    return html_reply(_PAGES, "organisation.html", values)


def _invoice(books: Books, invoice_id: str) -> Reply:
    invoice = books.invoices[invoice_id]
    values = {
        "organisation": books.organisation,
        "invoice": invoice,
        "contact": books.contacts[invoice["ContactID"]],
        "payments": books.payments.find("every_document", invoice_id),
        "accounts": {row["AccountID"]: f"{row['Code']} {row['Name']}" for row in books.accounts},
    }
    return html_reply(_PAGES, "invoice.html", values)
