"""What customers hold, read for the pure rules of moving and written back as these have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from integrations.customers.core.moving import Act, Thing, World
from integrations.models import Customer, CustomerIdentity, CustomerMerge, Order, Pair, SavedCard
from sync.services.pipeline import LOCK_SPACE

HOLDABLE: Mapping[str, type[Order | SavedCard | CustomerIdentity]] = {
    "order": Order,
    "card": SavedCard,
    "identity": CustomerIdentity,
}


def lock(pair: Pair, *customers: Customer) -> list[Customer]:
    """Keep pipeline and other people out, and read the customers as they are now; in the order they were given."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, pair.pk])
    ids = [customer.pk for customer in customers]
    rows = Customer.objects.filter(pair=pair, pk__in=ids).select_for_update(of=("self",), no_key=True)
    found = {row.pk: row for row in rows.select_related("pair").order_by("pk")}
    return [found[pk] for pk in ids]


def read_world(*customers: Customer) -> World:
    """All that these customers hold, where they forward to, and the acts on them that stand."""
    ids = [customer.pk for customer in customers]
    holders = {
        Thing(kind, pk): holder
        for kind, model in HOLDABLE.items()
        for pk, holder in model._default_manager.filter(customer__in=ids).values_list("pk", "customer_id")
    }
    forwards = {row.pk: row.merged_into_id for row in customers if row.merged_into_id}
    standing = CustomerMerge.objects.filter(
        Q(survivor__in=ids) | Q(other__in=ids), pair_id=customers[0].pair_id, undone_at=None
    )
    return World(holders, forwards, tuple(_act(row) for row in standing.order_by("pk")))


def _act(row: CustomerMerge) -> Act:
    kind = "merge" if row.kind == CustomerMerge.Kind.MERGE else "split"
    return Act(row.pk, kind, row.survivor_id, row.other_id, things_of(row.moved))  # type: ignore[arg-type]  # one of the two words


def things_of(moved: Mapping[str, list[int]]) -> frozenset[Thing]:
    """What an act moved, as it is stored."""
    return frozenset(Thing(kind, pk) for kind, pks in moved.items() for pk in pks)


def as_json(things: frozenset[Thing] | Mapping[Thing, Any]) -> dict[str, list[int]]:
    """The inverse of `things_of`."""
    moved: dict[str, list[int]] = {kind: [] for kind in HOLDABLE}
    for thing in sorted(things, key=lambda each: (each.kind, each.id)):
        moved[thing.kind].append(thing.id)
    return moved


def hand_over(holders: Mapping[Thing, int]) -> None:
    """Write who holds what now."""
    groups: dict[tuple[str, int], list[int]] = defaultdict(list)
    for thing, holder in holders.items():
        groups[thing.kind, holder].append(thing.id)
    for (kind, holder), pks in groups.items():
        HOLDABLE[kind]._default_manager.filter(pk__in=pks).update(customer_id=holder)
