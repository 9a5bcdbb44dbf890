"""Contacts as polling reads them: who is in Xero, and what people changed there of our customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.bulk import update_rows
from integrations.customers.core.sides import contact_parts, value_of, with_values
from integrations.customers.core.traits import match_keys, read_traits
from integrations.models import Customer, KnownContact
from mapping.services.documents import DocumentMaker
from sync.services.batch import Batch
from sync.services.customers.telling import xero_tells


def read_contacts(batch: Batch, contacts: Sequence[Mapping[str, Any]]) -> None:
    """Remember who is in Xero, so that a new customer is found there instead of made twice; heed what was changed."""
    ids = [str(contact["ContactID"]) for contact in contacts]
    if not ids:
        return
    before = dict(
        KnownContact.objects.filter(pair=batch.pair, contact_id__in=ids).values_list("contact_id", "details")
    )
    rows = {str(contact["ContactID"]): _known(batch, contact, before) for contact in contacts}
    KnownContact.objects.bulk_create(
        rows.values(),
        update_conflicts=True,
        unique_fields=["pair", "contact_id"],
        update_fields=["contact_number", "email", "name", "is_archived", "details", "match_keys"],
    )
    _heed(batch, rows, before)


def _known(batch: Batch, contact: Mapping[str, Any], before: Mapping[str, Any]) -> KnownContact:
    contact_id, number = str(contact["ContactID"]), str(contact.get("ContactNumber") or "")
    details = {**before.get(contact_id, {}), **contact_parts(contact, number)}
    if contact.get("ContactPersons"):
        details["contact_persons"] = contact["ContactPersons"]
    name = str(contact.get("Name") or "")
    return KnownContact(
        pair=batch.pair,
        contact_id=contact_id,
        contact_number=number,
        email=str(contact.get("EmailAddress") or "").lower(),
        name=name,
        is_archived=contact.get("ContactStatus") == "ARCHIVED",
        details=details,
        match_keys=match_keys(read_traits(customer_object(details), name=name)),
    )


def customer_object(details: Mapping[str, Any]) -> dict[str, Any]:
    """What Xero tells of a contact, in the shop's shape."""
    return with_values({}, {field: value_of(field, part) for field, part in details.items()})


def _heed(batch: Batch, rows: Mapping[str, KnownContact], before: Mapping[str, Any]) -> None:
    """A contact that was merged away here does not speak for the customer any more."""
    ours = Customer.objects.filter(pair=batch.pair, xero_contact_id__in=rows, merged_into=None)
    maker = DocumentMaker(batch.pair, batch.now)
    changed = []
    for found in ours.select_for_update(of=("self",), no_key=True).order_by("pk"):
        customer = batch.customers.setdefault(found.contact_number, found)
        contact = rows[customer.xero_contact_id]
        batch.people.meet(customer, "xero", "contact_id", contact.contact_id)
        batch.people.meet(customer, "xero", "contact_number", contact.contact_number)
        batch.people.meet(customer, "xero", "email", contact.email)
        known = before.get(contact.contact_id, {})
        if known == contact.details:
            continue
        ours_now = contact_parts(
            maker.contact(customer, name_is_taken=False).document, customer.contact_number
        )
        if xero_tells(batch.people, customer, known, contact.details, ours_now):
            changed.append(customer)
    update_rows(changed, ["held", "pushed", "email", "name", "compared_at"])
