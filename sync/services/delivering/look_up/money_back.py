"""Looking up credit notes, what was set against invoices, and money given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations.core.money import Money
from integrations.xero.client import XeroClient
from integrations.xero.core.wire import optional_decimal
from integrations.xero.lookups import Found, find_credit_notes, find_payments, get_one
from sync.models import Posting
from sync.services.delivering.fates import Posted
from sync.services.delivering.look_up.findings import Absent, Finding, Taken, target_id, there


def credit_notes(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """By CreditNoteNumber."""
    found = find_credit_notes(client, [_number(posting) for posting in postings])
    return {posting.pk: _credit_note(posting, found.get(_number(posting))) for posting in postings}


def _number(posting: Posting) -> str:
    return str(posting.document["CreditNoteNumber"])


def _credit_note(posting: Posting, found: Found | None) -> Finding:
    """Ours if contact, currency and total are; else the number belongs to somebody else's document."""
    if found is None:
        return Absent()
    contact_id = posting.customer.xero_contact_id if posting.customer else ""
    is_ours = found.contact_id == contact_id and found.currency == posting.currency
    if is_ours and found.total == _amount(posting) and found.status not in {"VOIDED", "DELETED"}:
        return there(found)
    return Taken(
        f"Xero already has a credit note {found.number} ({found.status.lower()}, {found.total} {found.currency}) that is "
        "not this refund's. Give that one another number in Xero; then try again."
    )


def cash_refunds(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """By Reference, on the credit note or overpayment they give back, with the amount."""
    found = find_payments(client, references=[str(posting.document["Reference"]) for posting in postings])
    return {posting.pk: _cash_refund(posting, found) for posting in postings}


def _cash_refund(posting: Posting, payments: Iterable[Found]) -> Finding:
    target = posting.target
    documents = {target.remote_id, target.remote_part_id} - {""} if target else set()
    for payment in payments:
        same = payment.total == _amount(posting) and payment.reference == str(posting.document["Reference"])
        if same and payment.invoice_id in documents:
            return there(payment)
    return Absent()


def allocations(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """On their credit notes, by invoice and amount; what Xero answers to an allocation may lack its id."""
    return {posting.pk: _allocation(client, posting) for posting in postings}


def _allocation(client: XeroClient, posting: Posting) -> Finding:
    note = posting.target
    invoice = note.waits_for if note else None
    invoice_id = invoice.remote_id if invoice else ""
    for each in _allocated(client, target_id(posting)):
        if _invoice_of(each) == invoice_id and optional_decimal(each.get("Amount")) == _amount(posting):
            return Posted(str(each.get("AllocationID") or invoice_id), total=_amount(posting), was_there=True)
    return Absent()


def removed_allocations(client: XeroClient, postings: Sequence[Posting]) -> dict[int, Finding]:
    """Whether the allocation is no longer on its credit note."""
    return {posting.pk: _removed(client, posting) for posting in postings}


def _removed(client: XeroClient, posting: Posting) -> Finding:
    allocation = posting.target
    note = allocation.waits_for if allocation else None
    if allocation is None or note is None:
        return Absent()
    still = {str(each.get("AllocationID")) for each in _allocated(client, note.remote_id)}
    return (
        Absent()
        if allocation.remote_id in still
        else Posted(allocation.remote_id, status="DELETED", was_there=True)
    )


def _allocated(client: XeroClient, credit_note_id: str) -> list[Mapping[str, Any]]:
    found = get_one(client, "CreditNotes", credit_note_id) if credit_note_id else None
    return list(found.raw.get("Allocations") or ()) if found else []


def _invoice_of(allocation: Mapping[str, Any]) -> str:
    return str((allocation.get("Invoice") or {}).get("InvoiceID") or "")


def _amount(posting: Posting) -> Decimal:
    return Money(posting.amount_minor, posting.currency).to_decimal()
