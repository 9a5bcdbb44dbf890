"""Looking documents up in Xero by the keys we gave them, before anything is sent under a new key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from integrations.core.money import Money
from integrations.xero.client import XeroClient
from integrations.xero.lookups import (
    Found,
    find_bank_transactions,
    find_contacts,
    find_contacts_by_name,
    find_invoices,
    find_invoices_by_id,
    find_payments,
    get_one,
)
from mapping.core.contacts import name_with_number
from sync.models import Posting
from sync.services.delivering.fates import Posted


@dataclass(frozen=True, slots=True)
class Absent:
    """Not in Xero."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Something else has its number or name. `new_name`: a contact's way out."""

    why: str
    new_name: str = ""


Finding = Posted | Taken | Absent


def look_up(client: XeroClient, kind: str, postings: Sequence[Posting]) -> Mapping[int, Finding]:
    """For each posting (by id) whether it is in Xero. Raises what reading from Xero raises."""
    return _LOOK_UPS[kind](client, postings)


def _there(found: Found) -> Posted:
    return Posted(found.id, found.number, found.status, found.total, was_there=True)


def _contacts(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    by_number = find_contacts(client, [posting.natural_key for posting in postings])
    missing = [posting for posting in postings if posting.natural_key not in by_number]
    names = find_contacts_by_name(client, [str(posting.document["Name"]) for posting in missing])
    findings: dict[int, Finding] = {}
    for posting in postings:
        name = str(posting.document["Name"])
        if posting.natural_key in by_number:
            findings[posting.pk] = _there(by_number[posting.natural_key])
        elif name.casefold() in names:
            other = name_with_number(name, posting.natural_key)
            findings[posting.pk] = Taken(f"Another contact is called {name}.", other)
        else:
            findings[posting.pk] = Absent()
    return findings


def _invoices(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    found = find_invoices(client, [str(posting.document["InvoiceNumber"]) for posting in postings])
    return {
        posting.pk: _invoice(posting, found.get(str(posting.document["InvoiceNumber"])))
        for posting in postings
    }


def _invoice(posting: Posting, found: Found | None) -> Finding:
    """Ours if contact, currency and total are; else the number belongs to somebody else's document."""
    if found is None:
        return Absent()
    contact_id = posting.customer.xero_contact_id if posting.customer else ""
    total = Money(posting.amount_minor, posting.currency).to_decimal()
    is_ours = found.contact_id == contact_id and found.currency == posting.currency
    if is_ours and found.total == total and found.status not in {"VOIDED", "DELETED"}:
        return _there(found)
    return Taken(
        f"Xero already has an invoice {found.number} ({found.status.lower()}, {found.total} {found.currency}) that "
        "is not this order's. Give one of them another number, or delete the other in Xero; then try again."
    )


def _changed_invoices(wanted: Callable[[Posting, Found], bool]) -> Callable[..., dict[int, Finding]]:
    def find(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
        ids = {posting.pk: posting.waits_for.remote_id for posting in postings if posting.waits_for}
        found = find_invoices_by_id(client, ids.values())
        return {
            posting.pk: _there(invoice)
            if (invoice := found.get(ids.get(posting.pk, ""))) and wanted(posting, invoice)
            else Absent()
            for posting in postings
        }

    return find


def _is_authorised(posting: Posting, found: Found) -> bool:
    return found.status in {"AUTHORISED", "PAID"}


def _is_updated(posting: Posting, found: Found) -> bool:
    return found.total == Money(posting.amount_minor, posting.currency).to_decimal()


def _is_closed(posting: Posting, found: Found) -> bool:
    return found.status in {"VOIDED", "DELETED"}


def _payments(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    invoice_ids = [posting.waits_for.remote_id for posting in postings if posting.waits_for]
    found = find_payments(client, invoice_ids)
    return {posting.pk: _payment(posting, found) for posting in postings}


def _payment(posting: Posting, payments: Sequence[Found]) -> Finding:
    amount = Money(posting.amount_minor, posting.currency).to_decimal()
    invoice_id = posting.waits_for.remote_id if posting.waits_for else ""
    for payment in payments:
        same_invoice = payment.invoice_id == invoice_id and payment.total == amount
        if same_invoice and payment.reference == str(posting.document["Reference"]):
            return _there(payment)
    return Absent()


def _deleted_payments(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    return {posting.pk: _deleted(client, "Payments", posting) for posting in postings}


def _deleted_overpayments(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    return {posting.pk: _deleted(client, "BankTransactions", posting) for posting in postings}


def _deleted(client: XeroClient, collection: str, posting: Posting) -> Finding:
    found = get_one(client, collection, posting.waits_for.remote_id) if posting.waits_for else None
    return _there(found) if found is not None and found.status == "DELETED" else Absent()


def _overpayments(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    days = [date.fromisoformat(str(posting.document["Date"])[:10]) for posting in postings]
    references = {str(posting.document["Reference"]) for posting in postings}
    around = timedelta(days=1)
    found = find_bank_transactions(client, references, since=min(days) - around, until=max(days) + around)
    by_reference = {
        transaction.reference: transaction
        for transaction in found
        if transaction.type == "RECEIVE-OVERPAYMENT"
    }
    return {
        posting.pk: _there(by_reference[str(posting.document["Reference"])])
        if str(posting.document["Reference"]) in by_reference
        else Absent()
        for posting in postings
    }


_LOOK_UPS: Mapping[str, Callable[[XeroClient, Sequence[Posting]], Mapping[int, Finding]]] = {
    Posting.Kind.CONTACT: _contacts,
    Posting.Kind.INVOICE: _invoices,
    Posting.Kind.INVOICE_AUTHORISE: _changed_invoices(_is_authorised),
    Posting.Kind.INVOICE_UPDATE: _changed_invoices(_is_updated),
    Posting.Kind.INVOICE_CLOSE: _changed_invoices(_is_closed),
    Posting.Kind.PAYMENT: _payments,
    Posting.Kind.PAYMENT_DELETE: _deleted_payments,
    Posting.Kind.OVERPAYMENT: _overpayments,
    Posting.Kind.OVERPAYMENT_DELETE: _deleted_overpayments,
}
