"""/Contacts, and contacts named inside documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sandbox.kernel.store import Row
from sandbox.kernel.wire import Reply
from sandbox.xero.books import Books, Event
from sandbox.xero.call import Call
from sandbox.xero.core import messages, where
from sandbox.xero.core.money import ZERO
from sandbox.xero.endpoints import batch
from sandbox.xero.endpoints.listing import Listing, listing, properties, single
from sandbox.xero.wire import body, fields
from sandbox.xero.wire.dates import ms_instant
from sandbox.xero.wire.fields import Invalid
from sandbox.xero.wire.replies import new_guid

KIND = batch.Kind("Contacts", "ContactID")
_TEXTS = (
    "ContactNumber",
    "AccountNumber",
    "Name",
    "FirstName",
    "LastName",
    "CompanyNumber",
    "EmailAddress",
    "BankAccountDetails",
    "TaxNumber",
    "Website",
)
_ALWAYS = frozenset({"Name", "FirstName", "LastName", "EmailAddress", "BankAccountDetails"})
_ADDRESS = (
    "AddressLine1",
    "AddressLine2",
    "AddressLine3",
    "AddressLine4",
    "City",
    "Region",
    "PostalCode",
    "Country",
)
_PHONE = ("PhoneNumber", "PhoneAreaCode", "PhoneCountryCode")
_PHONE_TYPES = ("DDI", "DEFAULT", "FAX", "MOBILE")
_LENGTHS = {
    "City": 255,
    "Region": 255,
    "PostalCode": 50,
    "Country": 50,
    "AttentionTo": 255,
    "PhoneNumber": 50,
    "PhoneAreaCode": 10,
    "PhoneCountryCode": 20,
}
_STATUSES = frozenset({"ACTIVE", "ARCHIVED"})
_EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
_SPACES = re.compile(r"\s+")
_NO_ADDRESS = dict.fromkeys(("City", "Region", "PostalCode", "Country"), "")
_NO_PHONE = dict.fromkeys(_PHONE, "")


def render(call: Call, row: Row, *, full: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {"ContactID": row["ContactID"]}
    for name in ("ContactNumber", "AccountNumber"):
        if row.get(name):
            shown[name] = row[name]
    shown["ContactStatus"] = row["ContactStatus"]
    for name in _TEXTS[2:]:
        value = row.get(name)
        if value or name in _ALWAYS:
            shown[name] = value or ""
    if call.asked("summaryonly"):
        shown["UpdatedDateUTC"] = ms_instant(row["Updated"])
        shown["HasValidationErrors"] = False
        return shown
    _render_details(call, row, shown)
    if full and call.method == "GET":
        shown["Balances"] = _balances(call.books, row["ContactID"])
    shown["HasAttachments"] = False
    shown["HasValidationErrors"] = False
    return shown


def _render_details(call: Call, row: Row, shown: dict[str, Any]) -> None:
    addresses, phones = row["Addresses"], row["Phones"]
    shown["Addresses"] = [
        {"AddressType": kind, **(addresses.get(kind) or _NO_ADDRESS)} for kind in ("STREET", "POBOX")
    ]
    shown["Phones"] = [{"PhoneType": kind, **(phones.get(kind) or _NO_PHONE)} for kind in _PHONE_TYPES]
    shown["UpdatedDateUTC"] = ms_instant(row["Updated"])
    shown["ContactGroups"] = []
    shown["IsSupplier"] = row["IsSupplier"]
    shown["IsCustomer"] = row["IsCustomer"]
    if row.get("DefaultCurrency"):
        shown["DefaultCurrency"] = row["DefaultCurrency"]
    if row.get("PaymentTerms"):
        shown["PaymentTerms"] = row["PaymentTerms"]
    shown["ContactPersons"] = row["ContactPersons"]


def _balances(books: Books, contact_id: str) -> dict[str, Any]:
    """Outstanding and overdue by side, in the currency of the documents."""
    today = books.today()
    sums = {"ACCREC": [ZERO, ZERO], "ACCPAY": [ZERO, ZERO]}
    for invoice in books.invoices.find("contact", contact_id):
        if invoice["Status"] == "AUTHORISED":
            held = sums[invoice["Type"]]
            held[0] += invoice["AmountDue"]
            if invoice["DueDate"] and invoice["DueDate"] < today:
                held[1] += invoice["AmountDue"]
    return {
        name: {"Outstanding": sums[type_][0], "Overdue": sums[type_][1]}
        for name, type_ in (("AccountsReceivable", "ACCREC"), ("AccountsPayable", "ACCPAY"))
    }


def embedded(books: Books, contact_id: str) -> dict[str, Any]:
    """A contact as documents show it."""
    return {
        "ContactID": contact_id,
        "Name": books.contacts[contact_id]["Name"],
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def _fields(books: Books) -> where.Fields:
    found = properties(
        "ContactID", "ContactNumber", "ContactStatus", "FirstName", "LastName", "IsCustomer", "IsSupplier"
    )
    for name in ("Name", "EmailAddress", "AccountNumber"):
        found[name.lower()] = where.Field(lambda row, name=name: row.get(name), fold=True)  # type: ignore[misc]
    return found


def _narrow(call: Call, rows: Iterable[Row]) -> Iterable[Row]:
    ids = {where.guid(part) for part in call.listed("ids")}
    if ids:
        rows = [row for row in rows if row["ContactID"] in ids]
    if not call.asked("includearchived"):
        rows = [row for row in rows if row["ContactStatus"] != "ARCHIVED"]
    term = (call.query("searchterm") or "").lower()
    if term:
        names = ("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress")
        rows = [row for row in rows if any(term in (row.get(name) or "").lower() for name in names)]
    return rows


def _candidates(call: Call) -> list[Row] | None:
    ids = call.listed("ids")
    if not ids:
        return None
    found = (call.books.contacts.get(where.guid(part)) for part in ids)
    return [row for row in found if row is not None]


LISTING = Listing(
    "Contacts",
    lambda books: books.contacts,
    _fields,
    render,
    indexes={"emailaddress": "email", "contactnumber": "number"},
    narrow=_narrow,
    candidates=_candidates,
)


def find(books: Books, key: str) -> Row | None:
    """By ContactID or ContactNumber."""
    return books.contacts.get(where.guid(key)) or books.contacts.first("number", key)


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
    return batch.write(call, KIND, _upsert, path_id=row["ContactID"])


def _create(call: Call, element: body.Element) -> dict[str, Any]:
    return render(call, create(call.books, element))


def _upsert(call: Call, element: body.Element) -> dict[str, Any]:
    existing = _existing(call.books, element)
    if existing is None:
        return _create(call, element)
    return render(call, update_row(call.books, existing, element))


def _existing(books: Books, element: body.Element) -> Row | None:
    """The contact an element names: by ContactID, else ContactNumber, else Name. Raise Invalid if its id is unknown."""
    contact_id = element.get("ContactID")
    if contact_id:
        row = books.contacts.get(where.guid(str(contact_id)))
        if row is None:
            raise Invalid(messages.DOCUMENT_NOT_FOUND)
        return row
    number = element.get("ContactNumber")
    if number:
        row = books.contacts.first("number", str(number))
        if row is not None:
            return row
    name = element.get("Name")
    return books.contacts.first("name", clean_name(str(name)).lower()) if name else None


def clean_name(name: str) -> str:
    """Without the spaces Xero trims."""
    return _SPACES.sub(" ", name).strip()


def create(books: Books, element: body.Element) -> Row:
    """Store a new contact; raise Invalid where it cannot be."""
    row: Row = {
        "ContactID": new_guid(),
        "ContactStatus": "ACTIVE",
        "Addresses": {},
        "Phones": {},
        "ContactPersons": [],
        "IsSupplier": False,
        "IsCustomer": False,
    }
    row |= _read(books, element)
    if not row.get("Name"):
        raise Invalid(messages.CONTACT_UNIDENTIFIED)
    _require_unique(books, row)
    books.put(books.contacts, row)
    books.changed(Event("CONTACT", "Contacts", row["ContactID"], "CREATE"))
    return row


def update_row(books: Books, existing: Row, element: body.Element) -> Row:
    """Change what the element names and keep the rest; persons not listed are removed."""
    changed = {**existing, **_read(books, element)}
    for name in ("Addresses", "Phones"):
        changed[name] = {**existing[name], **changed[name]}
    status = fields.choice(element, "ContactStatus", _STATUSES)
    if (
        status == "ACTIVE"
        and existing["ContactStatus"] == "ARCHIVED"
        and not books.choices("unarchive_contact")
    ):
        raise Invalid(messages.CONTACT_ARCHIVED)
    changed["ContactStatus"] = status or existing["ContactStatus"]
    _require_unique(books, changed)
    books.put(books.contacts, changed)
    books.changed(Event("CONTACT", "Contacts", existing["ContactID"], "UPDATE"))
    return changed


def _read(books: Books, element: body.Element) -> Row:
    """The properties an element brings."""
    read: Row = {}
    for name in _TEXTS:
        value = fields.text(element, name)
        if value is not None:
            read[name] = value
    if "Name" in read:
        read["Name"] = _checked_name(read["Name"])
    if read.get("EmailAddress") and not _EMAIL.match(read["EmailAddress"]):
        raise Invalid(messages.EMAIL_INVALID)
    if element.get("DefaultCurrency"):
        read["DefaultCurrency"] = _currency(books, element)
    return read | _read_parts(element)


def _checked_name(name: str) -> str:
    name = clean_name(name)
    if "<" in name or ">" in name:
        raise Invalid(messages.not_a("name", "Name", name))
    return name


def _read_parts(element: body.Element) -> Row:
    """Addresses, phones, persons and terms, where the element has them."""
    read: Row = {}
    if element.get("Addresses") is not None:
        read["Addresses"] = _parts(element, "Addresses", "AddressType", (*_ADDRESS, "AttentionTo"))
    if element.get("Phones") is not None:
        read["Phones"] = _parts(element, "Phones", "PhoneType", _PHONE)
    if element.get("ContactPersons") is not None:
        read["ContactPersons"] = _persons(element)
    if element.get("PaymentTerms"):
        read["PaymentTerms"] = fields.child(element, "PaymentTerms")
    return read


def _parts(element: body.Element, plural: str, type_field: str, names: tuple[str, ...]) -> Row:
    """Addresses or phones by their type, each with only the lines it has."""
    parts = {}
    for part in fields.children(element, plural) or ():
        held = {}
        for name in names:
            value = fields.text(part, name, _LENGTHS.get(name, 500))
            if value is not None:
                held[name] = value
        default = "STREET" if type_field == "AddressType" else "DEFAULT"
        parts[str(part.get(type_field) or default)] = held
    return parts


def _persons(element: body.Element) -> list[Row]:
    persons = fields.children(element, "ContactPersons") or []
    if len(persons) > 5:
        raise Invalid("A contact may have at most 5 ContactPersons")
    return [
        {
            "FirstName": fields.text(person, "FirstName") or "",
            "LastName": fields.text(person, "LastName") or "",
            "EmailAddress": fields.text(person, "EmailAddress") or "",
            "IncludeInEmails": bool(fields.flag(person, "IncludeInEmails")),
        }
        for person in persons
    ]


def _currency(books: Books, element: body.Element) -> str:
    currency = str(element["DefaultCurrency"])
    if books.currencies.get(currency) is None:
        raise Invalid(messages.no_currency(currency))
    return currency


def _require_unique(books: Books, row: Row) -> None:
    reasons = []
    own_id = row["ContactID"]
    if row["ContactStatus"] == "ACTIVE":
        others = books.contacts.find("name", row["Name"].lower())
        if any(other["ContactID"] != own_id for other in others):
            reasons.append(messages.duplicate_contact(row["Name"]))
    number = row.get("ContactNumber")
    if number and any(other["ContactID"] != own_id for other in books.contacts.find("number", number)):
        reasons.append(messages.CONTACT_NUMBER_TAKEN)
    if reasons:
        raise Invalid(*reasons)


def for_document(books: Books, element: body.Element) -> Row:
    """The contact of a document: found, updated or silently created. Raise Invalid without one."""
    contact = element.get("Contact")
    if not isinstance(contact, dict) or not contact:
        raise Invalid(messages.CONTACT_MISSING)
    if not any(contact.get(name) for name in ("ContactID", "ContactNumber", "Name")):
        raise Invalid(messages.CONTACT_UNIDENTIFIED)
    row = _existing(books, contact)
    if row is None:
        return create(books, contact)
    if row["ContactStatus"] == "ARCHIVED":
        raise Invalid(messages.CONTACT_ARCHIVED)
    if contact.get("ContactID") and _brings_more(contact, row):
        return update_row(books, row, contact)
    return row


def _brings_more(contact: body.Element, row: Row) -> bool:
    """Whether an embedded contact changes the one it names; client libraries add empty flags and lists."""
    own = {"ContactID", "HasAttachments", "HasValidationErrors", "ContactStatus"}
    return any(
        value not in (None, [], "") and value != row.get(name)
        for name, value in contact.items()
        if name not in own
    )


def mark(books: Books, contact: Row, role: str) -> None:
    """Note that a contact has become a customer or a supplier; `UpdatedDateUTC` stays."""
    if not contact[role]:
        books.contacts.replace({**contact, role: True})
