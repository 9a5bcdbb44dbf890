"""Writing invoices: made, changed, approved, voided."""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, where
from sandbox.xero.core.status import ENDED, OPEN_FOR_EDIT
from sandbox.xero.endpoints import batch, contacts, documents
from sandbox.xero.endpoints.invoices import EXTRA_DATES, FAMILY, find, render
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("Invoices", "InvoiceID", "HasErrors")


def write(call: Call) -> Reply:
    """PUT creates; POST creates or updates."""
    return batch.write(call, KIND, _create if call.method == "PUT" else _upsert)


def update(call: Call) -> Reply:
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return batch.write(call, KIND, _upsert, path_id=row["InvoiceID"])


def _upsert(call: Call, element: body.Element) -> dict[str, Any]:
    existing = _existing(call.books, element)
    if existing is None:
        return _create(call, element)
    return _rendered(call, change(call, element, existing))


def _existing(books: Books, element: body.Element) -> Row | None:
    """The invoice an element names, by InvoiceID, else (sales only) by number."""
    invoice_id = element.get("InvoiceID")
    if invoice_id:
        row = books.invoices.get(where.guid(str(invoice_id)))
        if row is None:
            if books.choices("unknown_id") == 404:
                raise batch.NotFound
            raise Invalid(messages.INVOICE_NOT_FOUND)
        return row
    number = element.get("InvoiceNumber")
    if number and element.get("Type", "ACCREC") == "ACCREC":
        return _in_use(books, str(number))
    return None


def _in_use(books: Books, number: str) -> Row | None:
    """The sales invoice that holds a number."""
    reuse = books.choices("reuse_voided_number")
    for row in books.invoices.find("number", number):
        if not (reuse and row["Status"] in ENDED):
            return row
    return None


def _rendered(call: Call, row: Row) -> dict[str, Any]:
    shown = render(call, row)
    warnings = documents.rate_warnings(call.books, row)
    if warnings:
        shown["Warnings"] = [{"Message": text} for text in warnings]
    return shown


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    row = documents.header(call, FAMILY, element, None)
    row |= {
        "InvoiceID": new_guid(),
        "Type": element.get("Type"),
        "CreatedBy": call.client_id,
        "IsDiscounted": False,
    }
    if row["Type"] not in FAMILY.types:
        raise Invalid(messages.INVALID_TYPE_FOR_CREATION)
    row["Status"] = documents.wanted_status(element, None)
    reasons = documents.read_lines(call, element, row, None)
    reasons += documents.refusals(element, row, None)
    reasons += _number(books, element, row)
    reasons += _due_date(books, element, row, None)
    contact = _contact(books, element, reasons)
    _require_open(books, row, reasons)
    if contact is None or reasons:
        raise Invalid(*reasons)
    row["ContactID"] = contact["ContactID"]
    contacts.mark(books, contact, "IsCustomer" if row["Type"] == "ACCREC" else "IsSupplier")
    _drop_bill_reference(row)
    row["IsDiscounted"] = any("DiscountRate" in line or "DiscountAmount" in line for line in row["LineItems"])
    _open(books, row)
    return _rendered(call, documents.save(books, FAMILY, row, new=True))


def _drop_bill_reference(row: Row) -> None:
    """Reference is for sales invoices only; a bill's is not kept."""
    if row["Type"] == "ACCPAY":
        row["Reference"] = ""


def _contact(books: Books, element: body.Element, reasons: list[str]) -> Row | None:
    try:
        return contacts.for_document(books, element)
    except Invalid as refusal:
        reasons += refusal.reasons
        return None


def _open(books: Books, row: Row) -> None:
    """Post an approved invoice; hold any other outside the books."""
    if row["Status"] == "AUTHORISED":
        documents.post(books, FAMILY, row)
    else:
        documents.unposted(row, FAMILY.left_field)


def _require_open(books: Books, row: Row, reasons: list[str]) -> None:
    """Approved documents must be dated after the lock dates."""
    if row["Status"] == "AUTHORISED":
        reasons += documents.locked(books, row["Date"])


def _number(books: Books, element: body.Element, row: Row) -> list[str]:
    """Give the invoice its number: as sent, or the next of the organisation's own."""
    number = fields.text(element, "InvoiceNumber")
    if number:
        row["InvoiceNumber"] = number
        taken = row["Type"] == "ACCREC" and _in_use(books, number) is not None
        return [messages.INVOICE_NUMBER_TAKEN] if taken else []
    if row["Type"] == "ACCPAY":
        row["InvoiceNumber"] = ""
        return []
    row["InvoiceNumber"] = _next_number(books)
    return []


def _next_number(books: Books) -> str:
    number = f"INV-{books.next_number('InvoiceNumber'):04d}"
    while _in_use(books, number) is not None:
        number = f"INV-{books.next_number('InvoiceNumber'):04d}"
    return number


def _due_date(books: Books, element: body.Element, row: Row, before: Row | None) -> list[str]:
    due: date | None = fields.day(element, "DueDate") or (before["DueDate"] if before else None)
    for name in EXTRA_DATES:
        value = fields.day(element, name) or (before or {}).get(name)
        if value is not None:
            row[name] = value
    row["DueDate"] = due
    if due is None and row["Status"] == "AUTHORISED":
        if books.choices("due_date_default") == "required":
            return [messages.required("DueDate")]
        row["DueDate"] = row["Date"]
    return []


def change(call: Call, element: body.Element, before: Row) -> Row:
    """Update an invoice; raise Invalid where its status forbids it."""
    books = call.books
    wanted = documents.wanted_status(element, before)
    row: Row = {**before, "Status": wanted}
    reasons = documents.refusals(element, row, before)
    if reasons:
        raise Invalid(*reasons)
    if wanted in ENDED:
        return _end(books, before, wanted)
    row |= documents.header(call, FAMILY, element, before)
    _drop_bill_reference(row)
    reasons += documents.read_lines(call, element, row, before)
    reasons += _renumber(books, element, row, before)
    reasons += _due_date(books, element, row, before)
    row["ContactID"] = documents.find_contact(books, element, before)["ContactID"]
    if reasons:
        raise Invalid(*reasons)
    if before["Status"] in OPEN_FOR_EDIT:
        return _changed_draft(books, row)
    return _changed_approved(books, element, row, before)


def _end(books: Books, before: Row, wanted: str) -> Row:
    if before["Status"] == "AUTHORISED":
        reasons = documents.locked(books, before["Date"])
        if reasons:
            raise Invalid(*reasons)
    return documents.end(books, FAMILY, before, wanted)


def _changed_draft(books: Books, row: Row) -> Row:
    reasons: list[str] = []
    if row["Status"] != "DRAFT":
        reasons += _approval_gaps(row)
    _require_open(books, row, reasons)
    if reasons:
        raise Invalid(*reasons)
    _open(books, row)
    return documents.save(books, FAMILY, row, new=False)


def _approval_gaps(row: Row) -> list[str]:
    """What a draft still lacks to be approved."""
    if not row["LineItems"]:
        return [messages.LINES_MISSING]
    bare = any("UnitAmount" in line and "AccountID" not in line for line in row["LineItems"])
    return ["Account must be valid."] if bare else []


def _changed_approved(books: Books, element: body.Element, row: Row, before: Row) -> Row:
    """An approved invoice may be corrected; once something was paid on it, not in what was posted."""
    reasons = documents.locked(books, before["Date"]) + documents.locked(books, row["Date"])
    if reasons:
        raise Invalid(*dict.fromkeys(reasons))
    if row["ContactID"] != before["ContactID"] and before["AmountCredited"]:
        raise Invalid(messages.NOT_EDITABLE)
    if documents.reposts(row, before):
        if documents.is_settled(before):
            raise Invalid(messages.NOT_EDITABLE)
        books.unpost(before["JournalID"])
        documents.post(books, FAMILY, row)
    elif documents.differs(row, before):
        _repost_only(books, row)
    return documents.save(books, FAMILY, row, new=False)


def _repost_only(books: Books, row: Row) -> None:
    """Move the same figures to other accounts and leave what is paid as it is."""
    books.unpost(row["JournalID"])
    posted = {**row}
    documents.post(books, FAMILY, posted)
    row["JournalID"] = posted["JournalID"]


def _renumber(books: Books, element: body.Element, row: Row, before: Row) -> list[str]:
    number = fields.text(element, "InvoiceNumber")
    if number is None or number == before["InvoiceNumber"]:
        return []
    row["InvoiceNumber"] = number
    holder = _in_use(books, number) if row["Type"] == "ACCREC" else None
    return [messages.INVOICE_NUMBER_TAKEN] if holder is not None else []
