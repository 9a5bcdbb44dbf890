"""Looking up contacts, invoices and the payments on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from integrations.core.money import Money
from integrations.xero.client import XeroClient
from integrations.xero.lookups import (
    Found,
    find_bills,
    find_contacts,
    find_contacts_by_name,
    find_invoices,
    find_invoices_by_id,
    find_payments,
)
from mapping.core.contacts import name_with_number
from sync.models import Posting
from sync.services.delivering.look_up.findings import Absent, Finding, Taken, target_id, there


def contacts(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """By ContactNumber, else whether the name is taken."""
    by_number = find_contacts(client, [posting.natural_key for posting in postings])
    missing = [posting for posting in postings if posting.natural_key not in by_number]
    names = find_contacts_by_name(client, [str(posting.document["Name"]) for posting in missing])
    findings: dict[int, Finding] = {}
    for posting in postings:
        name = str(posting.document["Name"])
        if posting.natural_key in by_number:
            findings[posting.pk] = there(by_number[posting.natural_key])
        elif name.casefold() in names:
            other = name_with_number(name, posting.natural_key)
            findings[posting.pk] = Taken(f"Another contact is called {name}.", other)
        else:
            findings[posting.pk] = Absent()
    return findings


def contact_updates(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """Whether the new name is another contact's. An update that was lost is sent again: twice does what once does."""
    named = [posting for posting in postings if posting.document.get("Name")]
    found = find_contacts_by_name(client, [str(posting.document["Name"]) for posting in named])
    findings: dict[int, Finding] = {posting.pk: Absent() for posting in postings}
    for posting in named:
        name, customer = str(posting.document["Name"]), posting.customer
        other = found.get(name.casefold())
        if customer is not None and other is not None and other.id != customer.xero_contact_id:
            findings[posting.pk] = Taken(
                f"Another contact is called {name}.", name_with_number(name, customer.contact_number)
            )
    return findings


def invoices(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """By InvoiceNumber."""
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
        return there(found)
    return Taken(
        f"Xero already has an invoice {found.number} ({found.status.lower()}, {found.total} {found.currency}) that "
        "is not this order's. Give one of them another number, or delete the other in Xero; then try again."
    )


def bills(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """By number and total: of bills Xero lets several have the same number."""
    found = find_bills(client, [str(posting.document["InvoiceNumber"]) for posting in postings])
    known = {(bill.number, bill.total): bill for bill in found}
    return {
        posting.pk: there(known[key]) if (key := _bill_key(posting)) in known else Absent()
        for posting in postings
    }


def _bill_key(posting: Posting) -> tuple[str, object]:
    total = Money(posting.amount_minor, posting.currency).to_decimal()
    return str(posting.document["InvoiceNumber"]), total


def changed_invoices(wanted: Callable[[Posting, Found], bool]) -> Callable[..., dict[int, Finding]]:
    """A search by InvoiceID for those that are as they were to become."""

    def find(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
        ids = {posting.pk: target_id(posting) for posting in postings}
        found = find_invoices_by_id(client, ids.values())
        return {
            posting.pk: there(invoice)
            if (invoice := found.get(ids.get(posting.pk, ""))) and wanted(posting, invoice)
            else Absent()
            for posting in postings
        }

    return find


def is_authorised(posting: Posting, found: Found) -> bool:
    """Whether it is approved."""
    return found.status in {"AUTHORISED", "PAID"}


def is_updated(posting: Posting, found: Found) -> bool:
    """Whether it totals what the correction says."""
    return found.total == Money(posting.amount_minor, posting.currency).to_decimal()


def is_closed(posting: Posting, found: Found) -> bool:
    """Whether it is deleted or voided."""
    return found.status in {"VOIDED", "DELETED"}


def payments(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """On their invoices, by amount and Reference."""
    invoice_ids = [target_id(posting) for posting in postings]
    found = find_payments(client, invoice_ids)
    return {posting.pk: _payment(posting, found) for posting in postings}


def _payment(posting: Posting, payments: Sequence[Found]) -> Finding:
    amount = Money(posting.amount_minor, posting.currency).to_decimal()
    invoice_id = target_id(posting)
    for payment in payments:
        same_invoice = payment.invoice_id == invoice_id and payment.total == amount
        if same_invoice and payment.reference == str(posting.document["Reference"]):
            return there(payment)
    return Absent()
