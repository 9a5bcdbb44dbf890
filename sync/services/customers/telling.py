"""What shop, Xero and people say of a customer's fields, and whose word counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.core.pci import mask_text
from integrations.customers.core.ownership import (
    FIELDS,
    Change,
    Owner,
    Source,
    Standing,
    counts,
    is_blank,
    is_echo,
    same,
)
from integrations.customers.core.sides import (
    display_name,
    is_made_up,
    shop_values,
    value_of,
    with_values,
    without_blanks,
)
from integrations.models import Customer, CustomerChange, User
from sync.services.customers.people import People


def shop_tells(people: People, customer: Customer, number: str, told: Mapping[str, Any]) -> bool:
    """The customer object of an order; returns whether anything of the customer is other than before.

    Only the account that the customer is known by speaks for it: a guest's order, or another account of the same
    person, adds its e-mail address and nothing else.
    """
    email = str(told.get("email") or "")
    is_new = customer._state.adding
    if not is_new and customer.contact_number != number and not is_made_up(customer.contact_number):
        people.meet(customer, "shop", "email", email)
        return False
    details = without_blanks(told, customer.details)
    if not is_new and details == customer.details:
        return False
    people.meet(customer, "shop", "email", email)
    if not is_new:
        _weigh(people, customer, shop_values(customer.details), shop_values(details))
    customer.details = details
    customer.compared_at = None
    refresh(customer)
    return True


def _weigh(people: People, customer: Customer, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    for field, told in after.items():
        if same(told, before.get(field, "")):
            continue
        held = value_held(customer, field)
        owner = people.owner(field)
        change = Change(_effective(owner, customer), "shop", told, held, held_by(customer, field))
        if counts(change):
            customer.held.pop(field, None)
            people.pushes[customer.contact_number].add(field)
        elif field not in customer.held:
            # The shop's old word stands in Xero, or was chosen: it stays what counts.
            customer.held[field] = {"value": held, "by": "xero" if owner == "xero" else "person"}
        row = CustomerChange(
            field=field, source="shop", before=before.get(field), told=told, counted=counts(change)
        )
        people.note(customer, row)


def _effective(owner: Owner, customer: Customer) -> Owner:
    """Xero owns nothing of a customer it does not know yet."""
    return "shop" if owner == "xero" and not customer.xero_contact_id else owner


def xero_tells(
    people: People,
    customer: Customer,
    before: Mapping[str, Any],
    parts: Mapping[str, Any],
    ours: Mapping[str, Any],
) -> bool:
    """A contact as polling has read it: `before` and `parts` of it, and our own mapped parts. True when changed."""
    changed = False
    for field, part in parts.items():
        if field not in FIELDS or (field in before and same(before[field], part)):
            continue
        if _answers(customer, field, part):
            changed = True
            continue
        told = value_of(field, part)
        if is_blank(told) or same(told, value_held(customer, field)) or same(part, ours.get(field, "")):
            continue
        changed |= _xero_changes(people, customer, field, value_of(field, before.get(field) or {}), told)
    if changed:
        customer.compared_at = None
        refresh(customer)
    return changed


def _answers(customer: Customer, field: str, part: Any) -> bool:
    """Whether this is only how Xero writes what we sent; remembered, so that it is an answer once."""
    sent = customer.pushed.get(field)
    if sent is None or not is_echo(Standing("", part, sent["part"], sent["heard"])):
        return False
    customer.pushed = {**customer.pushed, field: {**sent, "heard": True}}
    return True


def _xero_changes(people: People, customer: Customer, field: str, before: Any, told: Any) -> bool:
    change = Change(people.owner(field), "xero", told, value_held(customer, field), held_by(customer, field))
    if counts(change):
        customer.held[field] = {"value": told, "by": "xero"}
    else:
        people.pushes[customer.contact_number].add(field)
    people.note(
        customer, CustomerChange(field=field, source="xero", before=before, told=told, counted=counts(change))
    )
    return True


def person_says(people: People, customer: Customer, field: str, value: Any, by: User, reason: str) -> None:
    """A person's word counts at once; where the shop or Xero owns the field, until that side tells something new."""
    before = value_held(customer, field)
    customer.held[field] = {"value": value, "by": "person"}
    people.pushes[customer.contact_number].add(field)
    people.note(
        customer,
        CustomerChange(
            field=field,
            source="person",
            before=before,
            told=value,
            counted=True,
            by=by,
            reason=mask_text(reason),
        ),
    )
    customer.compared_at = None
    refresh(customer)


def value_held(customer: Customer, field: str) -> Any:
    """What counts now for a field; blank when nobody has said anything."""
    held = customer.held.get(field)
    return held["value"] if held else shop_values(customer.details).get(field, "")


def held_by(customer: Customer, field: str) -> Source:
    """Whose word that is."""
    held = customer.held.get(field)
    by = held["by"] if held else "shop"
    return "xero" if by == "xero" else "person" if by == "person" else "shop"


def refresh(customer: Customer) -> None:
    """Name and e-mail address as they count, where they are searched."""
    values = shop_values(with_values(customer.details, values_held(customer)))
    customer.email = str(values.get("email", customer.email))[:255]
    customer.name = (display_name(values.get("name", {})) or customer.email or customer.name)[:255]


def values_held(customer: Customer) -> dict[str, Any]:
    """Field → value, where it is not the shop's word that counts."""
    return {field: entry["value"] for field, entry in customer.held.items()}
