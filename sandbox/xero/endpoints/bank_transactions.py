"""/BankTransactions: spent and received money, and the over- and prepayments made by it."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, postings, settlement, where
from sandbox.xero.core.ledger import Line
from sandbox.xero.core.money import ZERO, to_base
from sandbox.xero.endpoints import batch, contacts, documents, line_items, overpayments, payments
from sandbox.xero.endpoints.invoices import contact_fields
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import date_string, ms_date, ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("BankTransactions", "BankTransactionID", "HasErrors")
_SIGNS = {
    "SPEND": -1,
    "RECEIVE": 1,
    "SPEND-OVERPAYMENT": -1,
    "RECEIVE-OVERPAYMENT": 1,
    "SPEND-PREPAYMENT": -1,
    "RECEIVE-PREPAYMENT": 1,
}
_SOURCE = {1: "CASHREC", -1: "CASHPAID"}


# -- showing


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    account = call.books.accounts[row["AccountID"]]
    shown: dict[str, Any] = {
        "BankTransactionID": row["BankTransactionID"],
        "BankAccount": {"AccountID": account["AccountID"], "Code": account["Code"], "Name": account["Name"]},
        "Type": row["Type"],
        "Reference": row["Reference"],
        "IsReconciled": row["IsReconciled"],
    }
    if row["CurrencyCode"] != call.books.base_currency:
        shown["CurrencyRate"] = row["CurrencyRate"]
    for name in ("Url", "PrepaymentID", "OverpaymentID"):
        if row.get(name):
            shown[name] = row[name]
    shown["HasAttachments"] = False
    if row["ContactID"] is not None:
        shown["Contact"] = contacts.embedded(call.books, row["ContactID"])
    shown |= {
        "DateString": date_string(row["Date"]),
        "Date": ms_date(row["Date"]),
        "Status": row["Status"],
        "LineAmountTypes": row["LineAmountTypes"],
        "LineItems": line_items.render(row["LineItems"], call.unit_places) if full else [],
        "SubTotal": row["SubTotal"],
        "TotalTax": row["TotalTax"],
        "Total": row["Total"],
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "CurrencyCode": row["CurrencyCode"],
    }
    return shown


def _fields(books: Books) -> where.Fields:
    found = properties(
        "BankTransactionID", "Type", "Status", "Reference", "Date", "Total", "IsReconciled", "CurrencyCode"
    )
    found |= {
        "bankaccount.accountid": where.Field(lambda row: row["AccountID"]),
        "bankaccount.code": where.Field(lambda row: books.accounts[row["AccountID"]]["Code"]),
    }
    return contact_fields(books) | found


LISTING = Listing(
    "BankTransactions",
    lambda books: books.bank_transactions,
    _fields,
    render,
    indexes={"reference": "reference", "contact.contactid": "contact"},
)


def find(books: Books, key: str) -> Row | None:
    return books.bank_transactions.get(where.guid(key))


def index(call: Call) -> Reply:
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, find)


# -- writing


def write(call: Call) -> Reply:
    """PUT creates; POST creates or, with an id, changes or deletes."""
    return batch.write(call, KIND, _create if call.method == "PUT" else _upsert)


def update(call: Call) -> Reply:
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return batch.write(call, KIND, _upsert, path_id=row["BankTransactionID"])


def _upsert(call: Call, element: body.Element) -> dict[str, Any]:
    if not element.get("BankTransactionID"):
        return _create(call, element)
    row = find(call.books, str(element["BankTransactionID"]))
    if row is None:
        raise Invalid(messages.DOCUMENT_NOT_FOUND)
    return render(call, _change(call, element, row))


def bank_account(books: Books, reference: dict[str, Any]) -> Row:
    """A bank account named by Code or AccountID; raise Invalid for anything else."""
    account = payments.paying_account(books, reference)
    if account["Type"] != "BANK":
        raise Invalid(messages.ACCOUNT_NOT_PAYABLE)
    return account


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    type_ = element.get("Type")
    if type_ not in _SIGNS:
        raise Invalid(messages.INVALID_TYPE_FOR_CREATION)
    row = {
        "BankTransactionID": new_guid(),
        "Type": type_,
        "Status": "AUTHORISED",
        "CreatedBy": call.client_id,
    }
    return render(call, _stored(call, element, row, None))


def _stored(call: Call, element: body.Element, row: Row, before: Row | None) -> Row:
    """Read, check, post and store a transaction; raise Invalid where it cannot be."""
    books = call.books
    row |= _header(books, element, before)
    reasons = _read_lines(call, element, row, before)
    reasons += documents.locked(books, row["Date"])
    try:
        row["ContactID"] = documents.find_contact(books, element, before)["ContactID"]
    except Invalid as refusal:
        reasons += refusal.reasons
    if reasons:
        raise Invalid(*reasons)
    row["JournalID"] = books.post(
        row["Date"], _SOURCE[_SIGNS[row["Type"]]], row["BankTransactionID"], _posting(books, row)
    )
    if "-" in row["Type"]:
        _credit(books, row)
    return books.put(books.bank_transactions, row)


def _header(books: Books, element: body.Element, before: Row | None) -> Row:
    old = before or {}
    account = bank_account(books, fields.child(element, "BankAccount") or {"AccountID": old.get("AccountID")})
    on = fields.day(element, "Date") or old.get("Date") or books.today()
    currency = account["CurrencyCode"] or books.base_currency
    asked = fields.text(element, "CurrencyCode")
    if asked is not None and asked != currency:
        raise Invalid(f"The currency {asked} is not that of the bank account")
    reconciled = fields.flag(element, "IsReconciled")
    reference = fields.text(element, "Reference")
    return {
        "AccountID": account["AccountID"],
        "Date": on,
        "CurrencyCode": currency,
        "CurrencyRate": books.rate(currency, on, fields.number(element, "CurrencyRate")),
        "LineAmountTypes": fields.choice(element, "LineAmountTypes", documents.LINE_AMOUNT_TYPES)
        or old.get("LineAmountTypes")
        or ("NoTax" if "OVERPAYMENT" in str(element.get("Type")) else "Inclusive"),
        "Reference": old.get("Reference", "") if reference is None else reference,
        "Url": fields.text(element, "Url") or old.get("Url"),
        "IsReconciled": old.get("IsReconciled", False) if reconciled is None else reconciled,
    }


def _read_lines(call: Call, element: body.Element, row: Row, before: Row | None) -> list[str]:
    """Put lines and totals into `row`; return why they are refused."""
    sent = fields.children(element, "LineItems")
    if sent is None and before is not None:
        row |= {name: before[name] for name in ("LineItems", "SubTotal", "TotalTax", "Total")}
        return []
    if not sent:
        return [messages.LINES_MISSING]
    over = "OVERPAYMENT" in row["Type"]
    rules = line_items.Rules(row["LineAmountTypes"], call.unit_places, draft=over, edited_tax=False)
    row["LineItems"], reasons = line_items.read_all(call.books, sent, rules)
    if over:
        _to_control(call.books, row)
    sums = line_items.totals(row["LineItems"], row["LineAmountTypes"])
    row |= {"SubTotal": sums.sub_total, "TotalTax": sums.total_tax, "Total": sums.total}
    if sums.total <= 0:
        reasons.append("The transaction total must be greater than zero.")
    return reasons


def _to_control(books: Books, row: Row) -> None:
    """An overpayment's line stands on the control account."""
    type_ = overpayments.type_of(row)
    control = books.accounts[documents.control_of(books, type_)]
    for line in row["LineItems"]:
        line |= {
            "AccountCode": control["Code"],
            "AccountID": control["AccountID"],
            "TaxType": "NONE",
            "TaxAmount": ZERO,
        }


def _posting(books: Books, row: Row) -> tuple[Line, ...]:
    """What the transaction posts; an over- or prepayment waits on the control account until it is used."""
    rate = row["CurrencyRate"]
    bank = postings.Side(row["AccountID"], to_base(row["Total"], rate), row["Total"])
    entries = line_items.entries(row["LineItems"], row["LineAmountTypes"])
    if "-" in row["Type"]:
        control = documents.control_of(books, overpayments.type_of(row))
        entries = [postings.Entry(control, row["Total"], ZERO)]
    return postings.bank_transaction(bank, books.account("GST"), entries, _SIGNS[row["Type"]], rate)


def _credit(books: Books, row: Row) -> None:
    """Make the over- or prepayment that a transaction of that type is."""
    over = "OVERPAYMENT" in row["Type"]
    id_field = "OverpaymentID" if over else "PrepaymentID"
    row[id_field] = new_guid()
    shared = (
        "Type", "ContactID", "Date", "Reference", "CurrencyCode", "CurrencyRate", "LineAmountTypes", "LineItems",
        "SubTotal", "TotalTax", "Total",
    )  # fmt: skip
    credit: Row = {name: row[name] for name in shared}
    credit |= {id_field: row[id_field], "BankTransactionID": row["BankTransactionID"]}
    state = settlement.opened(row["Total"], to_base(row["Total"], row["CurrencyRate"]))
    books.put(
        books.overpayments if over else books.prepayments,
        documents.with_state(credit, state, "RemainingCredit"),
    )


def _change(call: Call, element: body.Element, before: Row) -> Row:
    """Delete or correct a spent or received transaction; raise Invalid where that cannot be."""
    books = call.books
    if before["Status"] != "AUTHORISED":
        raise Invalid(messages.INVALID_STATUS_FOR_MODIFICATION)
    if before["Type"] not in {"SPEND", "RECEIVE"}:
        raise Invalid("Only spend and receive money transactions can be changed")
    if before["IsReconciled"] and books.choices("reconciled_delete") == "refuse":
        raise Invalid(messages.TRANSACTION_RECONCILED)
    reasons = documents.locked(books, before["Date"])
    if reasons:
        raise Invalid(*reasons)
    status = fields.choice(element, "Status", frozenset({"AUTHORISED", "DELETED", "VOIDED"}))
    books.unpost(before["JournalID"])
    if status in {"DELETED", "VOIDED"}:
        return books.put(books.bank_transactions, {**before, "Status": status, "JournalID": None})
    return _stored(call, element, dict(before), before)
