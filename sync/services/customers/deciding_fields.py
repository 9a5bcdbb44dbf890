"""What people say of a customer's fields, and whose word an administrator lets count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from integrations.bulk import update_rows
from integrations.clock import business_now
from integrations.customers.core.ownership import FIELDS, OWNERS, is_blank, owner_of
from integrations.customers.core.sides import shop_values, value_of
from integrations.models import Customer, CustomerOwnership, KnownContact, Pair, User
from sync.services.actions import write_audit
from sync.services.customers.holdings import lock
from sync.services.customers.people import People, owners_of
from sync.services.customers.pushing import push
from sync.services.customers.telling import person_says
from sync.services.wakes import wake_pair


def say(customer: Customer, field: str, value: Any, by: User, reason: str) -> None:
    """A person's word on one field: it counts at once, and Xero is told. Raises ValueError for a blank."""
    if field not in FIELDS or is_blank(value):
        raise ValueError("A field is given a value; it is not emptied from here.")
    with transaction.atomic():
        [customer] = lock(customer.pair, customer)
        people = People(customer.pair, business_now(), {customer.contact_number: customer})
        person_says(people, customer, field, value, by, reason)
        update_rows([customer], ["held", "email", "name", "compared_at"])
        people.store()
        push(people)
        write_audit(
            customer.pair,
            by,
            "customer.field_decided",
            f"{FIELDS[field]} of {customer}",
            reason,
            {"field": field},
        )
    wake_pair(customer.pair)


def sides_of(customer: Customer, field: str) -> tuple[Any, Any]:
    """What the shop says of a field, and what Xero said last; blank where a side said nothing."""
    contact = KnownContact.objects.filter(
        pair=customer.pair_id, contact_id=customer.xero_contact_id or "-"
    ).first()
    part = contact.details.get(field, "") if contact else ""
    return shop_values(customer.details).get(field, ""), value_of(field, part) if part else ""


def set_owners(pair: Pair, owners: Mapping[str, str], by: User, reason: str = "") -> list[str]:
    """Keep whose word counts for each field; it applies to what is told from now on. Returns the fields that changed."""
    before = owners_of(pair)
    chosen = {field: owner for field, owner in owners.items() if field in FIELDS and owner in OWNERS}
    changed = [field for field, owner in chosen.items() if owner_of(before, field) != owner]
    if changed:
        with transaction.atomic():
            CustomerOwnership.objects.update_or_create(pair=pair, defaults={"owners": {**before, **chosen}})
            data = {field: {"before": owner_of(before, field), "after": chosen[field]} for field in changed}
            write_audit(pair, by, "customer.owners_changed", ", ".join(changed), reason, data)
    return changed
