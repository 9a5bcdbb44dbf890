"""What a merge or split means for Xero: documents not sent yet go to the other contact, those that are there stay.

Xero's API cannot merge contacts, and a document's contact is part of the books: nothing that is posted is posted again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from integrations.bulk import update_rows
from integrations.clock import business_now
from integrations.models import Customer
from mapping.services.documents import DocumentMaker
from sync.core.books.facts import GONE
from sync.core.states import UNSENT
from sync.models import Posting

_FIELDS = ["customer", "waits_for", "state", "error", "ready_at"]
_MOVING = frozenset({Posting.State.WAITING, Posting.State.READY, Posting.State.RETRYING})


@dataclass
class Redirected:
    """The postings as they were, to be restored by an undo, and as they are now."""

    before: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[int, Posting] = field(default_factory=dict)

    def remember(self, posting: Posting) -> Posting:
        """Note a posting before it is changed, once."""
        if posting.pk not in self.changed:
            self.before.append(
                {
                    "id": posting.pk,
                    "customer": posting.customer_id,
                    "waits_for": posting.waits_for_id,
                    "state": posting.state,
                }
            )
        return self.changed.setdefault(posting.pk, posting)


def movable(orders: Collection[int], source: Customer) -> list[Posting]:
    """Postings of these orders that are to name the other contact: of orders whose invoice is not in Xero; locked."""
    sent = Posting.objects.filter(order__in=orders, kind=Posting.Kind.INVOICE).exclude(
        state__in=[*UNSENT, Posting.State.CANCELLED]
    )
    rows = Posting.objects.filter(order__in=orders, customer=source, state__in=UNSENT).exclude(
        order__in=sent.values("order")
    )
    return list(rows.select_for_update(of=("self",), no_key=True).select_related("waits_for").order_by("pk"))


def contact_of(customer: Customer) -> Posting | None:
    """The posting by which the customer's contact is made, unless it was withdrawn."""
    rows = Posting.objects.filter(customer=customer, kind=Posting.Kind.CONTACT).exclude(state__in=GONE)
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk").first()


def redirect(orders: Collection[int], source: Customer, target: Customer, *, leaves: bool) -> Redirected:
    """Have unsent documents of these orders name the target's contact. `leaves`: nothing more is posted for the source.

    A target that Xero does not know yet takes the source's contact over when the source leaves, else it gets its own.
    """
    done = Redirected()
    own, old = contact_of(target), contact_of(source)
    if not target.xero_contact_id and own is None and leaves:
        _take_over(done, source, target, old)
        own = contact_of(target) if old is None else old
    rows = movable(orders, source)
    if rows and not target.xero_contact_id and own is None:
        own = _planned(target)
    for posting in rows:
        _rename(done.remember(posting), source, target, own)
    if leaves and old is not None and old is not own:
        _withdraw(done, old, set(done.changed))
    update_rows(list(done.changed.values()), _FIELDS)
    return done


def _take_over(done: Redirected, source: Customer, target: Customer, old: Posting | None) -> None:
    if old is not None and old.state != Posting.State.POSTED:
        done.remember(old).customer = target
    if source.xero_contact_id:
        target.xero_contact_id = source.xero_contact_id
        target.save(update_fields=["xero_contact_id"])


def _planned(target: Customer) -> Posting:
    """A contact of its own for a customer that was split off."""
    made = DocumentMaker(target.pair, business_now()).contact(target, name_is_taken=False)
    return Posting.objects.create(
        pair=target.pair,
        kind=Posting.Kind.CONTACT,
        natural_key=target.contact_number,
        customer=target,
        document=made.document,
        mapping_version_id=made.mapping_version_id,
        state=Posting.State.READY,
        ready_at=timezone.now(),
        created_at=timezone.now(),
    )


def _rename(posting: Posting, source: Customer, target: Customer, own: Posting | None) -> None:
    posting.customer = target
    first = posting.waits_for
    if first is not None and first.kind != Posting.Kind.CONTACT:
        return
    waits = own is not None and not target.xero_contact_id and own.state != Posting.State.POSTED
    posting.waits_for = own if waits else None
    if posting.state in _MOVING:
        posting.state = Posting.State.WAITING if waits else Posting.State.READY
        posting.ready_at = posting.ready_at or timezone.now()


def _withdraw(done: Redirected, old: Posting, moved: set[int]) -> None:
    """A contact that nothing waits for any more is not made."""
    waiting = Posting.objects.filter(Q(waits_for=old) & Q(state__in=UNSENT)).exclude(pk__in=moved)
    if old.state in UNSENT and not waiting.exists():
        done.remember(old)
        old.state, old.error = Posting.State.CANCELLED, "The customer was merged: its contact is not needed."


def give_back_contact(before: Sequence[dict[str, Any]], survivor: Customer, other: Customer) -> None:
    """A contact that was made for `other`, taken over, and has been posted since is `other`'s again."""
    taken = [entry["id"] for entry in before if entry["customer"] == other.pk]
    posted = Posting.objects.filter(
        pk__in=taken, kind=Posting.Kind.CONTACT, state=Posting.State.POSTED
    ).first()
    if posted is None or posted.customer_id == other.pk:
        return
    posted.customer = other
    posted.save(update_fields=["customer"])
    other.xero_contact_id = posted.remote_id
    other.save(update_fields=["xero_contact_id"])
    other.pair.customer_identities.filter(kind="contact_id", value=posted.remote_id).update(customer=other)
    if survivor.xero_contact_id == posted.remote_id:
        survivor.xero_contact_id = ""
        survivor.save(update_fields=["xero_contact_id"])


def restore(before: Sequence[dict[str, Any]]) -> None:
    """Postings that are still unsent are again as they were; what has been sent since stays as it is."""
    remembered = {entry["id"]: entry for entry in before}
    rows = Posting.objects.filter(pk__in=remembered, state__in=[*UNSENT, Posting.State.CANCELLED])
    locked = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    firsts = Posting.objects.in_bulk([entry["waits_for"] for entry in before if entry["waits_for"]])
    mine = {row.pk: row for row in locked}
    # Contacts first: what waits for them looks at their state.
    for posting in sorted(locked, key=lambda row: row.kind != Posting.Kind.CONTACT):
        entry = remembered[posting.pk]
        first = mine.get(entry["waits_for"]) or firsts.get(entry["waits_for"])
        _restore(posting, entry, first)
    update_rows(locked, _FIELDS)


def _restore(posting: Posting, entry: dict[str, Any], first: Posting | None) -> None:
    was_withdrawn = posting.state == Posting.State.CANCELLED and entry["state"] != Posting.State.CANCELLED
    posting.customer_id, posting.waits_for = entry["customer"], first
    if posting.state in _MOVING or was_withdrawn:
        is_free = first is None or first.state == Posting.State.POSTED
        held = entry["state"] in (Posting.State.HELD, Posting.State.DEAD)
        going = Posting.State.READY if is_free else Posting.State.WAITING
        posting.state, posting.error = entry["state"] if held else going, ""
        posting.ready_at = timezone.now()
