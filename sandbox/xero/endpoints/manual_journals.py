"""/ManualJournals: DRAFT, POSTED, VOIDED, DELETED."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import ledger, lines, messages, where
from sandbox.xero.core.money import CENT, ROUNDINGS, ZERO
from sandbox.xero.endpoints import batch, documents
from sandbox.xero.endpoints.line_items import posting_account
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import ms_date, ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("ManualJournals", "ManualJournalID", "HasErrors")
_NEXT = {
    "DRAFT": frozenset({"DRAFT", "POSTED", "DELETED"}),
    "POSTED": frozenset({"POSTED", "VOIDED"}),
    "VOIDED": frozenset[str](),
    "DELETED": frozenset[str](),
}


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Date": ms_date(row["Date"]),
        "Status": row["Status"],
        "LineAmountTypes": row["LineAmountTypes"],
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "ManualJournalID": row["ManualJournalID"],
        "Narration": row["Narration"],
    }
    if full:
        shown["JournalLines"] = [_render_line(line) for line in row["JournalLines"]]
    shown["ShowOnCashBasisReports"] = row["ShowOnCashBasisReports"]
    shown["HasAttachments"] = False
    return shown


def _render_line(line: Row) -> dict[str, Any]:
    shown = {name: value for name, value in line.items() if name != "Net"}
    return shown | {"Tracking": [], "IsBlank": False}


LISTING = Listing(
    "ManualJournals",
    lambda books: books.manual_journals,
    lambda books: properties("ManualJournalID", "Narration", "Date", "Status"),
    render,
    always_full=True,
)


def find(books: Books, key: str) -> Row | None:
    return books.manual_journals.get(where.guid(key))


def index(call: Call) -> Reply:
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, find)


def write(call: Call) -> Reply:
    """PUT creates; POST creates or, with an id, changes."""
    return batch.write(call, KIND, _upsert)


def update(call: Call) -> Reply:
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return batch.write(call, KIND, _upsert, path_id=row["ManualJournalID"])


def _upsert(call: Call, element: body.Element) -> dict[str, Any]:
    journal_id = element.get("ManualJournalID")
    if not journal_id or call.method == "PUT":
        return render(call, _stored(call.books, element, None))
    before = find(call.books, str(journal_id))
    if before is None:
        raise Invalid(messages.DOCUMENT_NOT_FOUND)
    return render(call, _stored(call.books, element, before))


def _stored(books: Books, element: body.Element, before: Row | None) -> Row:
    """Read, check, post and store a journal; raise Invalid where it cannot be."""
    old = before or {"ManualJournalID": new_guid(), "JournalID": None, "Status": "DRAFT"}
    status = element.get("Status") or old["Status"]
    if status not in _NEXT[old["Status"]]:
        raise Invalid(messages.INVALID_STATUS_FOR_MODIFICATION)
    row: Row = {**old, "Status": status}
    if status in {"VOIDED", "DELETED"}:
        _require_open(books, old)
        books.unpost(old["JournalID"])
        return books.put(books.manual_journals, {**row, "JournalID": None})
    row |= _read(books, element, old)
    _require_open(books, row)
    books.unpost(old["JournalID"])
    row["JournalID"] = None
    if status == "POSTED":
        posting = _posting(books, row["JournalLines"])
        row["JournalID"] = books.post(row["Date"], "MANJOURNAL", row["ManualJournalID"], posting)
    return books.put(books.manual_journals, row)


def _require_open(books: Books, row: Row) -> None:
    reasons = documents.locked(books, row["Date"]) if row["Status"] != "DRAFT" else []
    if reasons:
        raise Invalid(*reasons)


def _read(books: Books, element: body.Element, old: Row) -> Row:
    """The journal's own properties and its lines, with what was there before or Xero's defaults."""
    narration = fields.text(element, "Narration", 4000) or old.get("Narration")
    if not narration:
        raise Invalid(messages.required("Narration"))
    types = fields.choice(element, "LineAmountTypes", documents.LINE_AMOUNT_TYPES)
    row: Row = {
        "Narration": narration,
        "Date": fields.day(element, "Date") or old.get("Date") or books.today(),
        "LineAmountTypes": types or old.get("LineAmountTypes", "NoTax"),
        "ShowOnCashBasisReports": old.get("ShowOnCashBasisReports", True),
        "JournalLines": old.get("JournalLines"),
    }
    shows = fields.flag(element, "ShowOnCashBasisReports")
    if shows is not None:
        row["ShowOnCashBasisReports"] = shows
    sent = fields.children(element, "JournalLines")
    if sent is not None:
        row["JournalLines"] = [_line(books, line, row["LineAmountTypes"]) for line in sent]
    if not row["JournalLines"]:
        raise Invalid(messages.LINES_MISSING)
    _require_balance(row["JournalLines"])
    return row


def _line(books: Books, element: dict[str, Any], types: str) -> Row:
    """One line: positive amounts are debits."""
    amount = (fields.number(element, "LineAmount") or ZERO).quantize(CENT)
    account = posting_account(books, str(element.get("AccountCode", "")))
    tax_type = "NONE" if types == "NoTax" else element.get("TaxType") or account["TaxType"]
    rate = books.tax_rates.get(tax_type)
    if rate is None:
        raise Invalid(messages.unknown_tax(tax_type))
    if account["Class"] not in rate["Classes"]:
        raise Invalid(messages.tax_not_for_account(tax_type, account["Code"]))
    tax = lines.tax_amount(amount, rate["EffectiveRate"], types, ROUNDINGS[books.choices("rounding")])
    return {
        "LineAmount": amount,
        "AccountCode": account["Code"],
        "AccountID": account["AccountID"],
        "Description": fields.text(element, "Description") or "",
        "TaxType": tax_type,
        "TaxAmount": tax,
        "Net": lines.net_amount(amount, tax, types),
    }


def _require_balance(rows: list[Row]) -> None:
    debits = credited = Decimal(0)
    for row in rows:
        whole = row["Net"] + row["TaxAmount"]
        debits += max(whole, ZERO)
        credited += min(whole, ZERO)
    if debits + credited:
        raise Invalid(messages.unbalanced_journal(debits, credited))


def _posting(books: Books, rows: list[Row]) -> tuple[ledger.Line, ...]:
    tax_account = books.account("GST")
    posted = []
    for row in rows:
        posted.append(ledger.of(row["AccountID"], row["Net"]))
        posted.append(ledger.of(tax_account, row["TaxAmount"]))
    return ledger.merged(posted)
