"""The chart of accounts: /Accounts."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, where
from sandbox.xero.core.chart import CLASSES
from sandbox.xero.endpoints import batch
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("Accounts", "AccountID")
_TYPES = frozenset(CLASSES)
_STATUSES = frozenset({"ACTIVE", "ARCHIVED"})
_BANK_TYPES = frozenset({"BANK", "CREDITCARD", "PAYPAL", "NONE"})


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    shown = {
        name: row[name]
        for name in ("AccountID", "Code", "Name", "Status", "Type", "TaxType", "Description", "Class")
        if row.get(name) is not None
    }
    if row["SystemAccount"]:
        shown["SystemAccount"] = row["SystemAccount"]
    shown["EnablePaymentsToAccount"] = row["EnablePaymentsToAccount"]
    shown["ShowInExpenseClaims"] = row["ShowInExpenseClaims"]
    shown["BankAccountType"] = row["BankAccountType"]
    if row["Type"] == "BANK":
        shown["BankAccountNumber"] = row["BankAccountNumber"]
        shown["CurrencyCode"] = row["CurrencyCode"]
    shown |= {
        "ReportingCode": row["ReportingCode"],
        "HasAttachments": False,
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "AddToWatchlist": False,
    }
    return shown


def _fields(books: Books) -> where.Fields:
    return properties(
        "AccountID", "Code", "Name", "Status", "Type", "TaxType", "Class", "SystemAccount",
        "EnablePaymentsToAccount", "BankAccountType", "BankAccountNumber", "CurrencyCode",
    )  # fmt: skip


LISTING = Listing("Accounts", lambda books: books.accounts, _fields, render, paged=False)


def find(books: Books, key: str) -> Row | None:
    return books.accounts.get(where.guid(key))


def index(call: Call) -> Reply:
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, find)


def create(call: Call) -> Reply:
    return batch.one(call, KIND, _create)


def update(call: Call) -> Reply:
    return batch.one(call, KIND, _update)


def remove(call: Call) -> Reply:
    """Delete an account nothing was ever posted to."""
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    if row["SystemAccount"] or row["AccountID"] in call.books.ledger.accounts():
        return call.fail(10, "ValidationException", messages.VALIDATION)
    saved = call.books.put(call.books.accounts, {**row, "Status": "DELETED"})
    return call.reply("Accounts", [render(call, saved)])


def new_row(code: str | None, name: str, type_: str, tax_type: str) -> Row:
    """An account with everything else as a new one has it."""
    return {
        "AccountID": new_guid(),
        "Code": code,
        "Name": name,
        "Status": "ACTIVE",
        "Type": type_,
        "TaxType": tax_type,
        "Description": None,
        "Class": CLASSES[type_],
        "SystemAccount": "",
        "EnablePaymentsToAccount": False,
        "ShowInExpenseClaims": False,
        "BankAccountType": "BANK" if type_ == "BANK" else "",
        "BankAccountNumber": "" if type_ == "BANK" else None,
        "CurrencyCode": None,
        "ReportingCode": CLASSES[type_][:3],
    }


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    name = fields.text(element, "Name", 150)
    type_ = fields.choice(element, "Type", _TYPES)
    code = fields.text(element, "Code", 10)
    if name is None or type_ is None:
        raise Invalid(messages.required("Name" if name is None else "Type"))
    if code is None and type_ != "BANK":
        raise Invalid(messages.required("Code"))
    _require_unique(books, name, code, None)
    row = new_row(code, name, type_, _tax_type(books, element) or "NONE")
    row |= _changes(element)
    if type_ == "BANK":
        row["BankAccountNumber"] = fields.text(element, "BankAccountNumber") or ""
        row["BankAccountType"] = fields.choice(element, "BankAccountType", _BANK_TYPES) or "BANK"
        row["CurrencyCode"] = _currency(books, element)
    return render(call, books.put(books.accounts, row))


def _update(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    row = find(books, call.segments[1])
    if row is None:
        raise batch.NotFound
    name = fields.text(element, "Name", 150)
    code = fields.text(element, "Code", 10)
    _require_unique(books, name, code, row["AccountID"])
    changed = {**row, **_changes(element)}
    status = fields.choice(element, "Status", _STATUSES)
    if status == "ARCHIVED" and row["SystemAccount"]:
        raise Invalid("System accounts cannot be archived")
    changed |= {
        key: value
        for key, value in (
            ("Name", name),
            ("Code", code),
            ("Status", status),
            ("TaxType", _tax_type(books, element)),
        )
        if value is not None
    }
    return render(call, books.put(books.accounts, changed))


def _changes(element: body.Element) -> Row:
    """Properties that are simply taken over."""
    taken: Row = {}
    description = fields.text(element, "Description")
    if description is not None:
        taken["Description"] = description
    for name in ("EnablePaymentsToAccount", "ShowInExpenseClaims"):
        value = fields.flag(element, name)
        if value is not None:
            taken[name] = value
    return taken


def _tax_type(books: Books, element: body.Element) -> str | None:
    tax_type = fields.text(element, "TaxType")
    if tax_type is not None and books.tax_rates.get(tax_type) is None:
        raise Invalid(messages.unknown_tax(tax_type))
    return tax_type


def _currency(books: Books, element: body.Element) -> str:
    currency = fields.text(element, "CurrencyCode") or books.base_currency
    if books.currencies.get(currency) is None:
        raise Invalid(messages.no_currency(currency))
    return currency


def _require_unique(books: Books, name: str | None, code: str | None, own_id: str | None) -> None:
    reasons = []
    if name is not None and _taken(books.accounts.find("name", name.lower()), own_id):
        reasons.append(messages.NAME_TAKEN)
    if code is not None and _taken(books.accounts.find("code", code), own_id):
        reasons.append(messages.CODE_TAKEN)
    if reasons:
        raise Invalid(*reasons)


def _taken(rows: list[Row], own_id: str | None) -> bool:
    return any(row["AccountID"] != own_id and row["Status"] != "DELETED" for row in rows)
