"""Merging customers, splitting them, and undoing either: by a person, written down with who, when and why."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.core.pci import mask_text
from integrations.customers.core.moving import MoveRefusedError, Thing, World, handed_over, merge, split, undo
from integrations.models import (
    Customer,
    CustomerIdentity,
    CustomerMerge,
    CustomerSuggestion,
    KnownContact,
    Order,
    User,
)
from integrations.shop.core.orders import contact_number_of
from sync.services.actions import write_audit
from sync.services.customers.holdings import as_json, hand_over, lock, read_world
from sync.services.customers.redirecting import give_back_contact, redirect, restore
from sync.services.wakes import wake_pair

_NEXT = 2**62
"""The number of an act that has none yet: after all others."""


def merge_customers(
    survivor: Customer, other: Customer, by: User, reason: str, suggestion: CustomerSuggestion | None = None
) -> CustomerMerge:
    """All of `other`, and all that comes for it later, goes to `survivor`. Raises MoveRefusedError."""
    reason = _said(reason)
    with transaction.atomic():
        survivor, other = lock(survivor.pair, survivor, other)
        before = read_world(survivor, other)
        after = merge(before, _NEXT, survivor.pk, other.pk)
        act = _begin(CustomerMerge.Kind.MERGE, survivor, other, by, reason)
        act.suggestion = suggestion
        orders = _carry_out(act, before, after)
        act.before["postings"] = redirect(orders, other, survivor, leaves=True).before
        _forward(other, survivor)
        act.save()
        _confirm(act)
        write_audit(act.pair, by, "customer.merged", f"{other} into {survivor}", reason, _audit(act))
    wake_pair(act.pair)
    return act


def split_customer(
    customer: Customer, things: Iterable[Thing], by: User, reason: str, to: Customer | None = None
) -> CustomerMerge:
    """Some orders, cards and identities go to a new customer, or to one merged into this one. Raises MoveRefusedError."""
    reason = _said(reason)
    chosen = frozenset(things)
    with transaction.atomic():
        [customer] = lock(customer.pair, customer)
        other = _new_customer(customer, chosen) if to is None else lock(customer.pair, to)[0]
        before = read_world(customer, other)
        after = split(before, _NEXT, customer.pk, other.pk, chosen)
        act = _begin(CustomerMerge.Kind.SPLIT, customer, other, by, reason)
        orders = _carry_out(act, before, after)
        _forward(other, None)
        _name_after_identities(other)
        act.before["postings"] = redirect(orders, customer, other, leaves=False).before
        act.save()
        _refuse_suggestion(act)
        write_audit(act.pair, by, "customer.split", f"{other} out of {customer}", reason, _audit(act))
    wake_pair(act.pair)
    return act


def undo_act(act: CustomerMerge, by: User, reason: str) -> None:
    """Bring back what was before; what Xero has by now stays there. Raises MoveRefusedError."""
    reason = _said(reason)
    with transaction.atomic():
        survivor, other = lock(act.pair, act.survivor, act.other)
        act = CustomerMerge.objects.select_for_update(of=("self",)).select_related("pair").get(pk=act.pk)
        before = read_world(survivor, other)
        returning = _arrived_for(act, survivor) if act.kind == CustomerMerge.Kind.MERGE else ()
        after = undo(before, act.pk, returning)
        changes = handed_over(before, after)
        hand_over(changes)
        _undo_in_xero(act, survivor, other, {thing.id for thing in changes if thing.kind == "order"})
        act.undone_by, act.undone_at, act.undone_reason = by, timezone.now(), reason
        act.save(update_fields=["undone_by", "undone_at", "undone_reason"])
        _refuse_suggestion(act)
        write_audit(act.pair, by, f"customer.{act.kind}_undone", str(act), reason, _audit(act))
    wake_pair(act.pair)


def _undo_in_xero(act: CustomerMerge, survivor: Customer, other: Customer, orders: set[int]) -> None:
    if act.kind == CustomerMerge.Kind.MERGE:
        kept = act.before["survivor"]["xero_contact_id"]
        if survivor.xero_contact_id == other.xero_contact_id and survivor.xero_contact_id != kept:
            survivor.xero_contact_id = kept
            survivor.save(update_fields=["xero_contact_id"])
        give_back_contact(act.before.get("postings", ()), survivor, other)
        restore(act.before.get("postings", ()))
        _forward(other, None)
        redirect(orders, survivor, other, leaves=False)
        return
    restore(act.before.get("postings", ()))
    redirect(orders, other, survivor, leaves=True)
    _forward(other, survivor)


def _said(reason: str) -> str:
    """The reason as it is kept: people type all sorts of things into it."""
    if not reason.strip():
        raise MoveRefusedError("Say why: it is kept with it and in the audit log.")
    return mask_text(reason)


def _begin(kind: str, survivor: Customer, other: Customer, by: User, reason: str) -> CustomerMerge:
    before = {
        name: {"id": row.pk, "xero_contact_id": row.xero_contact_id, "merged_into": row.merged_into_id}
        for name, row in (("survivor", survivor), ("other", other))
    }
    return CustomerMerge(
        pair=survivor.pair, kind=kind, survivor=survivor, other=other, by=by, reason=reason, before=before
    )


def _carry_out(act: CustomerMerge, before: World, after: World) -> list[int]:
    """Hand over what the rules say; returns the orders among it."""
    changes = handed_over(before, after)
    hand_over(changes)
    act.moved = as_json(changes)
    return list(act.moved["order"])


def _forward(customer: Customer, to: Customer | None) -> None:
    customer.merged_into, customer.compared_at = to, None
    customer.save(update_fields=["merged_into", "compared_at"])


def _new_customer(source: Customer, things: frozenset[Thing]) -> Customer:
    """A customer for what is split off, told about as in the newest of its orders."""
    orders = Order.objects.filter(pk__in=[thing.id for thing in things if thing.kind == "order"])
    newest = orders.order_by("-placed_at").first()
    told = newest.document.get("customer") if newest else None
    details = dict(told) if isinstance(told, dict) else {}
    return Customer.objects.create(
        pair=source.pair,
        contact_number=f"split-{uuid.uuid4()}",
        name=source.name,
        email=str(details.get("email") or "")[:255],
        details=details,
    )


def _name_after_identities(customer: Customer) -> None:
    """A new customer goes by the shop's number of it, where it has brought one that is free."""
    if not customer.contact_number.startswith("split-"):
        return
    numbers = customer.identities.filter(system="shop", kind="external_id", value__regex=r"^.{1,50}$")
    for number in numbers.order_by("pk").values_list("value", flat=True):
        if not Customer.objects.filter(pair_id=customer.pair_id, contact_number=number).exists():
            customer.contact_number = number
            customer.save(update_fields=["contact_number"])
            return


def _arrived_for(act: CustomerMerge, survivor: Customer) -> list[Thing]:
    """Orders that came since the merge under a number that goes back with the undone merge."""
    numbers = set(
        CustomerIdentity.objects.filter(pk__in=act.moved["identity"], system="shop")
        .exclude(kind="email")
        .values_list("value", flat=True)
    )
    since = Order.objects.filter(customer=survivor, created_at__gte=act.at).exclude(pk__in=act.moved["order"])
    return [Thing("order", row.pk) for row in since if contact_number_of(row.document) in numbers]


def _confirm(act: CustomerMerge) -> None:
    """Suggestions of just these two are answered by it."""
    pair = sorted((act.survivor_id, act.other_id))
    answered = CustomerSuggestion.objects.filter(
        Q(first=pair[0], second=pair[1]) | Q(pk=act.suggestion_id or 0), state=CustomerSuggestion.State.OPEN
    )
    answered.update(
        state=CustomerSuggestion.State.CONFIRMED,
        decided_by=act.by,
        decided_at=timezone.now(),
        decided_reason=act.reason,
    )


def _refuse_suggestion(act: CustomerMerge) -> None:
    """Who took two customers apart is not asked again whether they are one."""
    if act.kind == CustomerMerge.Kind.SPLIT and act.undone_at is not None:
        return
    low, high = sorted((act.survivor_id, act.other_id))
    decided = {
        "pair": act.pair,
        "state": CustomerSuggestion.State.REJECTED,
        "decided_by": act.undone_by or act.by,
        "decided_at": timezone.now(),
        "decided_reason": act.undone_reason or act.reason,
    }
    CustomerSuggestion.objects.update_or_create(
        first_id=low, second_id=high, defaults=decided, create_defaults={**decided, "score": 0}
    )


def _audit(act: CustomerMerge) -> dict[str, object]:
    counts = {kind: len(ids) for kind, ids in act.moved.items()}
    return {"act": act.pk, "survivor": act.survivor_id, "other": act.other_id, "moved": counts}


def customer_of_contact(contact: KnownContact) -> Customer:
    """The customer that a contact in Xero stands for; made when it is only known from there. In the caller's transaction."""
    known = Customer.objects.filter(pair=contact.pair, xero_contact_id=contact.contact_id, merged_into=None)
    found = known.order_by("pk").first()
    if found is not None:
        return found
    customer, _ = Customer.objects.get_or_create(
        pair=contact.pair,
        contact_number=f"xero-{contact.contact_id}"[:50],
        defaults={"name": contact.name, "email": contact.email, "xero_contact_id": contact.contact_id},
    )
    for kind, value in (
        ("contact_id", contact.contact_id),
        ("contact_number", contact.contact_number),
        ("email", contact.email),
    ):
        if value:
            CustomerIdentity.objects.get_or_create(
                pair=contact.pair,
                system="xero",
                kind=kind,
                value=value,
                defaults={"customer": customer, "first_seen_at": timezone.now()},
            )
    return customer
