"""Telling Xero what has changed of a customer: one update for all fields, and none when Xero has it already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from integrations.bulk import update_rows
from integrations.customers.core.ownership import Standing, wants_push
from integrations.customers.core.sides import contact_parts, update_of
from integrations.models import Customer, KnownContact
from mapping.services.documents import DocumentMaker, Made
from sync.core.states import UNSENT
from sync.models import Posting
from sync.services.customers.people import People
from sync.services.remaking import remake

_KIND = Posting.Kind


def push(people: People, maker: DocumentMaker | None = None) -> int:
    """Plan the updates of the contacts whose fields have changed; returns how many. In the caller's transaction."""
    wanted = {people.by_number[number]: fields for number, fields in people.pushes.items() if fields}
    people.pushes.clear()
    if not wanted:
        return 0
    maker = maker or DocumentMaker(people.pair, people.now)
    theirs = _theirs(people, wanted)
    postings = _contact_postings(wanted)
    planned = 0
    for customer, fields in wanted.items():
        planned += _plan(
            maker, customer, fields, theirs.get(customer.xero_contact_id), postings.get(customer.pk, [])
        )
    update_rows(list(wanted), ["pushed"])
    return planned


def _theirs(people: People, customers: Iterable[Customer]) -> dict[str, Mapping[str, Any]]:
    ids = {customer.xero_contact_id for customer in customers} - {""}
    rows = KnownContact.objects.filter(pair=people.pair, contact_id__in=ids)
    return dict(rows.values_list("contact_id", "details"))


def _contact_postings(customers: Iterable[Customer]) -> dict[int, list[Posting]]:
    """Contact and update postings that are not in Xero yet, and contacts on their way, by customer; locked."""
    rows = Posting.objects.filter(
        customer__in=list(customers),
        kind__in=[_KIND.CONTACT, _KIND.CONTACT_UPDATE],
        state__in=[*UNSENT, "sending"],
    ).exclude(state="dead")
    found: dict[int, list[Posting]] = {}
    for row in rows.select_for_update(of=("self",), no_key=True).select_related("customer").order_by("pk"):
        found.setdefault(row.customer_id or 0, []).append(row)
    return found


def _plan(
    maker: DocumentMaker,
    customer: Customer,
    fields: set[str],
    theirs: Mapping[str, Any] | None,
    postings: list[Posting],
) -> int:
    first = next((row for row in postings if row.kind == _KIND.CONTACT), None)
    if first is not None and first.state in UNSENT:
        _remake(customer, first)
        return 0
    if first is None and not customer.xero_contact_id:
        return 0
    made = maker.contact(customer, name_is_taken=False)
    ours = contact_parts(made.document, customer.contact_number)
    due = {field for field in fields & ours.keys() if wants_push(_standing(customer, field, ours, theirs))}
    if not due:
        return 0
    customer.pushed = {**customer.pushed, **{field: {"part": ours[field], "heard": False} for field in due}}
    waiting = next(
        (row for row in postings if row.kind == _KIND.CONTACT_UPDATE and row.state in UNSENT), None
    )
    _write(customer, (_update(made, due, theirs or {}), made.mapping_version_id), waiting, first)
    return 1


def _update(made: Made, due: set[str], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are due; persons that an update does not list may be taken for removed (Contacts, ContactPersons)."""
    persons = theirs.get("contact_persons")
    return update_of(made.document, due) | ({"ContactPersons": persons} if persons else {})


def _standing(
    customer: Customer, field: str, ours: Mapping[str, Any], theirs: Mapping[str, Any] | None
) -> Standing:
    sent = customer.pushed.get(field, {})
    told = theirs.get(field) if theirs else None
    return Standing(ours[field], told, sent.get("part"), sent.get("heard", False))


def _remake(customer: Customer, posting: Posting) -> None:
    """The contact itself was not sent yet: it takes the new fields along."""
    posting.customer = customer
    if not remake(customer.pair, [posting]):
        update_rows([posting], ["document", "mapping_version"])


def _write(
    customer: Customer,
    made: tuple[dict[str, Any], int | None],
    waiting: Posting | None,
    first: Posting | None,
) -> None:
    update, version_id = made
    if waiting is not None:
        waiting.document = {**waiting.document, **update}
        update_rows([waiting], ["document"])
        return
    earlier = Posting.objects.filter(customer=customer, kind=_KIND.CONTACT_UPDATE).count()
    Posting.objects.create(
        pair=customer.pair,
        kind=_KIND.CONTACT_UPDATE,
        natural_key=f"{customer.contact_number}@{earlier + 1}",
        customer=customer,
        document=update,
        mapping_version_id=version_id,
        waits_for=first,
        state=Posting.State.WAITING if first else Posting.State.READY,
        ready_at=None if first else timezone.now(),
        created_at=timezone.now(),
    )
