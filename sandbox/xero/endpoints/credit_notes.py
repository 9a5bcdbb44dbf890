"""/CreditNotes: ACCRECCREDIT to customers, ACCPAYCREDIT from suppliers."""

from __future__ import annotations

from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books
from sandbox.xero.call import Call
from sandbox.xero.core import messages, where
from sandbox.xero.core.status import ENDED, OPEN_FOR_EDIT
from sandbox.xero.endpoints import batch, contacts, documents, embedded, line_items
from sandbox.xero.endpoints.invoices import contact_fields
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import date_string, instant_string, ms_date, ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("CreditNotes", "CreditNoteID", "HasErrors")
FAMILY = documents.Family(
    name="credit_notes",
    id_field="CreditNoteID",
    number_field="CreditNoteNumber",
    types=frozenset({"ACCRECCREDIT", "ACCPAYCREDIT"}),
    category="CREDITNOTE",
    resource="CreditNotes",
    number_taken=messages.CREDIT_NOTE_NUMBER_TAKEN,
    left_field="RemainingCredit",
)


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    books = call.books
    shown: dict[str, Any] = {
        "CreditNoteID": row["CreditNoteID"],
        "CreditNoteNumber": row["CreditNoteNumber"],
        "Payments": embedded.payments(books, row["CreditNoteID"]),
        "ID": row["CreditNoteID"],
        "HasErrors": False,
        "CurrencyRate": row["CurrencyRate"],
        "Type": row["Type"],
        "Reference": row["Reference"],
        "RemainingCredit": row["RemainingCredit"],
        "Allocations": embedded.allocations(books, row["CreditNoteID"]),
        "HasAttachments": False,
        "Contact": contacts.embedded(books, row["ContactID"]),
        "DateString": date_string(row["Date"]),
        "Date": ms_date(row["Date"]),
        "Status": row["Status"],
        "LineAmountTypes": row["LineAmountTypes"],
        "LineItems": line_items.render(row["LineItems"], call.unit_places) if full else [],
        "SubTotal": row["SubTotal"],
        "TotalTax": row["TotalTax"],
        "Total": row["Total"],
        "UpdatedDateUTC": ms_instant(row["Updated"]),
        "UpdatedDateUTCString": instant_string(row["Updated"]),
        "CurrencyCode": row["CurrencyCode"],
    }
    for name in ("SentToContact", "BrandingThemeID"):
        if name in row:
            shown[name] = row[name]
    if row["FullyPaidOnDate"] is not None:
        shown["FullyPaidOnDate"] = ms_date(row["FullyPaidOnDate"])
    return shown


def _fields(books: Books) -> where.Fields:
    return contact_fields(books) | properties(
        "CreditNoteID", "CreditNoteNumber", "Reference", "Type", "Status", "Date", "RemainingCredit", "Total",
        "CurrencyCode",
    )  # fmt: skip


LISTING = Listing(
    "CreditNotes",
    lambda books: books.credit_notes,
    _fields,
    render,
    indexes={"creditnotenumber": "number", "reference": "reference", "contact.contactid": "contact"},
)


def find(books: Books, key: str) -> Row | None:
    """By CreditNoteID or CreditNoteNumber."""
    return books.credit_notes.get(where.guid(key)) or books.credit_notes.first("number", key)


def index(call: Call) -> Reply:
    return listing(call, LISTING)


def show(call: Call) -> Reply:
    return single(call, LISTING, find)


def write(call: Call) -> Reply:
    """PUT creates; POST creates or updates."""
    return batch.write(call, KIND, _create if call.method == "PUT" else _upsert)


def update(call: Call) -> Reply:
    row = find(call.books, call.segments[1])
    if row is None:
        raise batch.NotFound
    return batch.write(call, KIND, _upsert, path_id=row["CreditNoteID"])


def _upsert(call: Call, element: body.Element) -> dict[str, Any]:
    existing = _existing(call.books, element)
    if existing is None:
        return _create(call, element)
    return render(call, change(call, element, existing))


def _existing(books: Books, element: body.Element) -> Row | None:
    credit_note_id = element.get("CreditNoteID")
    if credit_note_id:
        row = books.credit_notes.get(where.guid(str(credit_note_id)))
        if row is None:
            if books.choices("unknown_id") == 404:
                raise batch.NotFound
            raise Invalid(messages.CREDIT_NOTE_NOT_FOUND)
        return row
    number = element.get("CreditNoteNumber")
    return books.credit_notes.first("number", str(number)) if number else None


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    books = call.books
    row = documents.header(call, FAMILY, element, None)
    row |= {"CreditNoteID": new_guid(), "Type": element.get("Type"), "CreatedBy": call.client_id}
    if row["Type"] not in FAMILY.types:
        raise Invalid(messages.INVALID_TYPE_FOR_CREATION)
    row["Status"] = documents.wanted_status(element, None)
    reasons = documents.read_lines(call, element, row, None)
    reasons += documents.refusals(element, row, None)
    reasons += _number(books, element, row, None)
    if row["Status"] == "AUTHORISED":
        reasons += documents.locked(books, row["Date"])
    try:
        row["ContactID"] = contacts.for_document(books, element)["ContactID"]
    except Invalid as refusal:
        reasons += refusal.reasons
    if reasons:
        raise Invalid(*reasons)
    _open(books, row)
    return render(call, documents.save(books, FAMILY, row, new=True))


def _open(books: Books, row: Row) -> None:
    if row["Status"] == "AUTHORISED":
        documents.post(books, FAMILY, row)
    else:
        documents.unposted(row, FAMILY.left_field)


def _number(books: Books, element: body.Element, row: Row, before: Row | None) -> list[str]:
    """The note's number: as sent and free, as before, or the next of the organisation's own."""
    number = fields.text(element, "CreditNoteNumber")
    if number is None and before is not None:
        return []
    if not number:
        row["CreditNoteNumber"] = f"CN-{books.next_number('CreditNoteNumber'):04d}"
        return []
    row["CreditNoteNumber"] = number
    others = books.credit_notes.find("number", number)
    taken = any(other["CreditNoteID"] != row["CreditNoteID"] for other in others)
    return [messages.CREDIT_NOTE_NUMBER_TAKEN] if taken else []


def change(call: Call, element: body.Element, before: Row) -> Row:
    """Update a credit note; raise Invalid where its status forbids it."""
    books = call.books
    wanted = documents.wanted_status(element, before)
    row: Row = {**before, "Status": wanted}
    reasons = documents.refusals(element, row, before)
    if reasons:
        raise Invalid(*reasons)
    if wanted in ENDED:
        return _end(books, before, wanted)
    row |= documents.header(call, FAMILY, element, before)
    reasons += documents.read_lines(call, element, row, before)
    reasons += _number(books, element, row, before)
    row["ContactID"] = documents.find_contact(books, element, before)["ContactID"]
    if wanted in {"AUTHORISED", "PAID"}:
        reasons += documents.locked(books, row["Date"])
    if reasons:
        raise Invalid(*reasons)
    if before["Status"] in OPEN_FOR_EDIT:
        _open(books, row)
    elif documents.differs(row, before):
        if documents.is_settled(before):
            raise Invalid(messages.NOT_EDITABLE)
        books.unpost(before["JournalID"])
        documents.post(books, FAMILY, row)
    return documents.save(books, FAMILY, row, new=False)


def _end(books: Books, before: Row, wanted: str) -> Row:
    if before["Status"] == "AUTHORISED" and (reasons := documents.locked(books, before["Date"])):
        raise Invalid(*reasons)
    return documents.end(books, FAMILY, before, wanted)
