"""/BankTransfers: money moved between two bank accounts, such as a clearing account's payout."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, postings, where
from sandbox.xero.core.ledger import Line
from sandbox.xero.core.money import CENT, round_money, to_base
from sandbox.xero.endpoints import batch, documents
from sandbox.xero.endpoints.bank_transactions import bank_account
from sandbox.xero.endpoints.listing import Listing, direct, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import date_string, ms_bare, ms_date
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("BankTransfers", "BankTransferID")


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    accounts = call.books.accounts
    shown: dict[str, Any] = {
        "BankTransferID": row["BankTransferID"],
        "CreatedDateUTC": ms_bare(row["Created"]),
        "DateString": date_string(row["Date"]),
        "Date": ms_date(row["Date"]),
        "Status": row["Status"],
    }
    for side in ("From", "To"):
        account = accounts[row[f"{side}AccountID"]]
        shown[f"{side}BankAccount"] = {
            "AccountID": account["AccountID"],
            "Code": account["Code"],
            "Name": account["Name"],
        }
    shown |= {
        "Amount": row["Amount"],
        "FromBankTransactionID": row["FromBankTransactionID"],
        "ToBankTransactionID": row["ToBankTransactionID"],
        "FromIsReconciled": row["FromIsReconciled"],
        "ToIsReconciled": row["ToIsReconciled"],
        "Reference": row["Reference"],
        "CurrencyRate": row["CurrencyRate"],
        "FromTracking": [],
        "ToTracking": [],
        "HasAttachments": False,
    }
    return shown


def _narrow(call: Call, rows: Iterable[Row]) -> Iterable[Row]:
    if call.asked("includedeleted"):
        return rows
    return [row for row in rows if row["Status"] != "DELETED"]


def _fields(books: Books) -> where.Fields:
    found = properties("BankTransferID", "Date", "Amount", "Reference", "Status")
    for side in ("From", "To"):
        found[f"{side.lower()}bankaccount.accountid"] = direct(f"{side}AccountID")
    return found


LISTING = Listing(
    "BankTransfers", lambda books: books.bank_transfers, _fields, render, paged=False, narrow=_narrow
)


def find(books: Books, key: str) -> Row | None:
    return books.bank_transfers.get(where.guid(key))


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
    return batch.write(call, KIND, _delete, path_id=row["BankTransferID"])


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    source = bank_account(books, fields.child(element, "FromBankAccount"))
    target = bank_account(books, fields.child(element, "ToBankAccount"))
    amount = fields.number(element, "Amount")
    on = fields.day(element, "Date") or books.today()
    _require(books, source, target, amount, on)
    amount = (amount or Decimal(0)).quantize(CENT)
    rate, lines = _posting(books, source, target, amount, on, fields.number(element, "CurrencyRate"))
    row: Row = {
        "BankTransferID": new_guid(),
        "Created": books.stamp(),
        "Date": on,
        "Status": "AUTHORISED",
        "FromAccountID": source["AccountID"],
        "ToAccountID": target["AccountID"],
        "Amount": amount,
        "FromBankTransactionID": new_guid(),
        "ToBankTransactionID": new_guid(),
        "FromIsReconciled": bool(fields.flag(element, "FromIsReconciled")),
        "ToIsReconciled": bool(fields.flag(element, "ToIsReconciled")),
        "Reference": fields.text(element, "Reference") or "",
        "CurrencyRate": rate,
    }
    row["JournalID"] = books.post(on, "TRANSFER", row["BankTransferID"], lines)
    return render(call, books.put(books.bank_transfers, row))


def _require(books: Books, source: Row, target: Row, amount: Decimal | None, on: date) -> None:
    reasons = []
    if source["AccountID"] == target["AccountID"]:
        reasons.append("The two bank accounts of a transfer must differ")
    if amount is None or amount <= 0 or amount != amount.quantize(CENT):
        reasons.append(messages.AMOUNT_NOT_POSITIVE)
    reasons += documents.locked(books, on)
    if reasons:
        raise Invalid(*reasons)


def _posting(
    books: Books, source: Row, target: Row, amount: Decimal, on: date, given: Decimal | None
) -> tuple[Decimal, tuple[Line, ...]]:
    """The transfer's rate and its lines; the amount is in the currency of the account it leaves.

    The rate is units of the receiving account's currency for one of the sending account's.
    """
    source_currency, target_currency = source["CurrencyCode"], target["CurrencyCode"]
    base = to_base(amount, books.rate(source_currency, on, None))
    if source_currency == target_currency:
        rate = Decimal("1.000000")
        arrived = amount
    else:
        rate = (given or _cross_rate(books, source_currency, target_currency, on)).quantize(
            Decimal("0.000001")
        )
        arrived = round_money(amount * rate)
    if target_currency == books.base_currency:
        base = arrived
    lines = postings.transfer(
        postings.Side(source["AccountID"], base, amount), postings.Side(target["AccountID"], base, arrived)
    )
    return rate, lines


def _cross_rate(books: Books, source: str, target: str, on: date) -> Decimal:
    return books.rate(target, on, None) / books.rate(source, on, None)


def _delete(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    row = find(books, str(element.get("BankTransferID", "")))
    if row is None:
        raise Invalid(messages.DOCUMENT_NOT_FOUND)
    if element.get("Status") != "DELETED" or row["Status"] == "DELETED":
        raise Invalid("Bank transfers cannot be changed, only deleted once")
    reconciled = row["FromIsReconciled"] or row["ToIsReconciled"]
    if reconciled and books.choices("reconciled_delete") == "refuse":
        raise Invalid(messages.TRANSACTION_RECONCILED)
    reasons = documents.locked(books, row["Date"])
    if reasons:
        raise Invalid(*reasons)
    books.unpost(row["JournalID"])
    return render(call, books.put(books.bank_transfers, {**row, "Status": "DELETED", "JournalID": None}))
