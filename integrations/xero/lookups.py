"""Finding out what became of documents whose answer was lost: by number, ContactNumber, invoice or Reference.

Filters are those Xero calls optimised (Accounting API, efficient data retrieval) where there are any, with at most 40
keys in a call, so that no address grows too long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from integrations.core.failures import PermanentFailure
from integrations.xero.client import XeroClient
from integrations.xero.core.replies import ElementResult, read_element, top_message
from integrations.xero.core.wire import optional_date, optional_decimal

KEYS_PER_CALL: Final = 40
_PAGE: Final = 1_000
_UNPAGED: Final = frozenset({"BankTransfers"})
# Deleted and voided documents do not count as found, but for invoices, whose numbers they keep.
_GONE: Final = frozenset({"DELETED", "VOIDED"})


@dataclass(frozen=True, slots=True)
class Found:
    """A document that is in Xero. Amounts in its currency; `invoice_id` for payments; `type` as Xero spells it."""

    id: str
    number: str
    reference: str
    status: str
    type: str
    currency: str
    total: Decimal | None
    amount_due: Decimal | None
    amount_paid: Decimal | None
    invoice_id: str
    contact_id: str
    dated: date | None
    raw: Mapping[str, Any]

    def as_result(self) -> ElementResult:
        """What the lost answer would have said."""
        return ElementResult(
            ok=True,
            id=self.id,
            number=self.number,
            status=self.status,
            total=self.total,
            amount_due=self.amount_due,
        )


def find_invoices(client: XeroClient, numbers: Iterable[str]) -> dict[str, Found]:
    """Sales invoices by InvoiceNumber, voided and deleted ones too; a live one wins over a dead one."""
    wanted = set(numbers)
    found: dict[str, Found] = {}
    for query in _by_number(wanted):
        for invoice in _all(client, "Invoices", query):
            known = found.get(invoice.number)
            if invoice.type != "ACCREC" or invoice.number not in wanted:
                continue
            if known is None or known.status in _GONE:
                found[invoice.number] = invoice
    return found


def find_bills(client: XeroClient, numbers: Iterable[str]) -> list[Found]:
    """Live bills (ACCPAY) with any of the numbers."""
    wanted = set(numbers)
    return [
        bill
        for query in _by_number(wanted)
        for bill in _all(client, "Invoices", query)
        if bill.type == "ACCPAY" and bill.number in wanted and bill.status not in _GONE
    ]


def find_invoices_by_id(client: XeroClient, ids: Iterable[str]) -> dict[str, Found]:
    """Invoices by InvoiceID."""
    return {
        invoice.id: invoice
        for group in _groups(ids)
        for invoice in _all(client, "Invoices", {"IDs": ",".join(group)})
    }


def find_credit_notes(client: XeroClient, numbers: Iterable[str]) -> dict[str, Found]:
    """Sales credit notes by CreditNoteNumber, voided and deleted ones too; a live one wins over a dead one."""
    found: dict[str, Found] = {}
    for group in _groups(numbers):
        where = " OR ".join(f"CreditNoteNumber=={_quoted(number)}" for number in group)
        for note in _all(client, "CreditNotes", {"where": where}):
            known = found.get(note.number)
            if note.type == "ACCRECCREDIT" and (known is None or known.status in _GONE):
                found[note.number] = note
    return found


def find_contacts(client: XeroClient, contact_numbers: Iterable[str]) -> dict[str, Found]:
    """Contacts by ContactNumber, archived ones too.

    Xero has no optimised filter for it: where it declines the search of a very large organisation, they are read
    one by one.
    """
    found: dict[str, Found] = {}
    for group in _groups(contact_numbers):
        where = " OR ".join(f"ContactNumber=={_quoted(number)}" for number in group)
        query = {"where": where, "includeArchived": "true", "summaryOnly": "true"}
        try:
            contacts = _all(client, "Contacts", query)
        except PermanentFailure:
            each = (get_one(client, "Contacts", number) for number in group)
            contacts = [contact for contact in each if contact is not None]
        found.update({contact.number: contact for contact in contacts})
    return found


def find_contacts_by_name(client: XeroClient, names: Iterable[str]) -> dict[str, Found]:
    """Active contacts by Name, folded to lower case as Xero compares them; the key is the folded name."""
    found: dict[str, Found] = {}
    for group in _groups(names):
        where = " OR ".join(f"Name=={_quoted(name)}" for name in group)
        for contact in _all(client, "Contacts", {"where": where, "summaryOnly": "true"}):
            found[str(contact.raw.get("Name", "")).casefold()] = contact
    return found


def find_payments(
    client: XeroClient, invoice_ids: Iterable[str] = (), references: Iterable[str] = ()
) -> list[Found]:
    """Live payments on any of the invoices, and those with any of the references."""
    found: dict[str, Found] = {}
    for filters in (_payments_on(invoice_ids), _payments_called(references)):
        for where in filters:
            query = {"where": f'Status=="AUTHORISED" AND ({where})'}
            found.update({payment.id: payment for payment in _all(client, "Payments", query)})
    return list(found.values())


def find_bank_transactions(
    client: XeroClient, references: Iterable[str], *, since: date, until: date
) -> list[Found]:
    """Live bank transactions dated from `since` to `until` that carry one of the references.

    Xero has no optimised filter on their Reference, so they are fetched by date and sifted here.
    """
    wanted = set(references)
    where = f'Status=="AUTHORISED" AND Date>={_date_literal(since)} AND Date<={_date_literal(until)}'
    listed = _all(client, "BankTransactions", {"where": where})
    return [transaction for transaction in listed if transaction.reference in wanted]


def find_bank_transfers(
    client: XeroClient, references: Iterable[str], *, since: date, until: date
) -> list[Found]:
    """Live bank transfers dated from `since` to `until` that carry one of the references.

    Xero lists them without pages, and leaves deleted ones out (Accounting API, BankTransfers).
    """
    wanted = set(references)
    where = f"Date>={_date_literal(since)} AND Date<={_date_literal(until)}"
    listed = map(partial(_found, "BankTransfers"), _page(client, "BankTransfers", {"where": where}))
    return [each for each in listed if each.reference in wanted and each.status not in _GONE]


def find_journals(
    client: XeroClient, narrations: Iterable[str], *, since: date, until: date
) -> dict[str, Found]:
    """Posted manual journals dated from `since` to `until`, by their narration; fetched by date and sifted here."""
    wanted = set(narrations)
    where = f'Status=="POSTED" AND Date>={_date_literal(since)} AND Date<={_date_literal(until)}'
    listed = _all(client, "ManualJournals", {"where": where})
    return {journal.number: journal for journal in listed if journal.number in wanted}


def by_ids(
    client: XeroClient, collection: str, id_name: str, ids: Iterable[str], query: Mapping[str, str]
) -> list[Found]:
    """Documents by Xero's ids, whatever their status. `id_name` is the property of the collection that holds it.

    Raises PermanentFailure when Xero does not follow the filter.
    """
    listed = _page if collection in _UNPAGED else _listed
    found: list[Found] = []
    for group in _groups(ids):
        where = " OR ".join(f"{id_name}==guid({_quoted(each)})" for each in group)
        elements = listed(client, collection, {**query, "where": where})
        found += [_found(collection, element) for element in elements]
    return found


def get_one(client: XeroClient, collection: str, key: str, *, purpose: str = "lookups") -> Found | None:
    """One document by its id or natural key (one without a slash), with all its lines; None where Xero has none."""
    reply = client.call(
        "GET", f"/{collection}/{quote(key, safe='')}", purpose=purpose, params={"unitdp": "4"}
    )
    if reply.status == 404:
        return None
    elements = reply.body.get(collection) or []
    return _found(collection, elements[0]) if elements else None


def _by_number(numbers: Iterable[str]) -> Iterator[Mapping[str, str]]:
    """The list parameter is separated by commas, so a number that holds one takes a filter of its own."""
    plain = [number for number in numbers if "," not in number]
    for group in _groups(sorted(plain)):
        yield {"InvoiceNumbers": ",".join(group)}
    for number in numbers:
        if "," in number:
            yield {"where": f"InvoiceNumber=={_quoted(number)}"}


def _payments_on(invoice_ids: Iterable[str]) -> Iterator[str]:
    for group in _groups(invoice_ids):
        yield " OR ".join(f"Invoice.InvoiceID==guid({_quoted(each)})" for each in group)


def _payments_called(references: Iterable[str]) -> Iterator[str]:
    for group in _groups(references):
        yield " OR ".join(f"Reference=={_quoted(each)}" for each in group)


def _all(client: XeroClient, collection: str, query: Mapping[str, str]) -> list[Found]:
    return [_found(collection, element) for element in _listed(client, collection, query)]


def _listed(client: XeroClient, collection: str, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """All pages of a list. Raises PermanentFailure when Xero does not follow the filter."""
    elements: list[Mapping[str, Any]] = []
    page = 1
    while True:
        paging = {"page": str(page), "pageSize": str(_PAGE)}
        batch = _page(client, collection, {**query, **paging})
        elements += batch
        if len(batch) < _PAGE:
            return elements
        page += 1


def _page(client: XeroClient, collection: str, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
    reply = client.call("GET", f"/{collection}", purpose="lookups", params=query)
    if reply.status != 200:
        raise PermanentFailure(f"Xero did not search its {collection}: {top_message(reply.body)}")
    return list(reply.body.get(collection) or ())


def _found(collection: str, element: Mapping[str, Any]) -> Found:
    read = read_element(collection, element)
    invoice = element.get("Invoice") or {}
    contact = element.get("Contact") or invoice.get("Contact") or {}
    return Found(
        id=read.id,
        number=read.number,
        reference=str(element.get("Reference") or ""),
        status=read.status,
        type=str(element.get("Type") or element.get("PaymentType") or ""),
        currency=str(element.get("CurrencyCode") or invoice.get("CurrencyCode") or ""),
        total=read.total,
        amount_due=read.amount_due,
        amount_paid=optional_decimal(element.get("AmountPaid")),
        invoice_id=str(invoice.get("InvoiceID") or element.get("InvoiceID") or ""),
        contact_id=str(contact.get("ContactID") or element.get("ContactID") or ""),
        dated=optional_date(element.get("Date")),
        raw=element,
    )


def _groups(keys: Iterable[str]) -> Iterator[Sequence[str]]:
    unique = list(dict.fromkeys(key for key in keys if key))
    for start in range(0, len(unique), KEYS_PER_CALL):
        yield unique[start : start + KEYS_PER_CALL]


def _quoted(text: str) -> str:
    """A string of Xero's filter language, which has no escape that is documented for a quote."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _date_literal(day: date) -> str:
    return f"DateTime({day.year},{day.month},{day.day})"
