"""Customers that may be one: looked for among those that share a key, scored, and put before a person."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.core.pci import mask_text
from integrations.customers.core.comparing import Comparison, compare
from integrations.customers.core.sides import with_values
from integrations.customers.core.traits import Traits, match_keys, read_traits
from integrations.models import Customer, CustomerSuggestion, KnownContact, Pair, User
from sync.services.actions import write_audit
from sync.services.customers.holdings import lock
from sync.services.customers.merging import customer_of_contact, merge_customers
from sync.services.customers.telling import values_held
from sync.services.intake.contacts import customer_object

PORTION = 100
MOST_CANDIDATES = 50
"""A key that more share (a common name) tells little; the likest of these are found by their other keys."""


@transaction.atomic
def suggest(pair: Pair, *, portion: int = PORTION) -> int:
    """Compare customers that are new or changed with the others; returns how many suggestions were made.

    Rejected pairs are not proposed again, also not after one of the two was merged into another customer.
    """
    due = Customer.objects.filter(pair=pair, compared_at=None, merged_into=None)
    locked = due.select_for_update(of=("self",), skip_locked=True, no_key=True)
    rows = list(locked.prefetch_related("identities").order_by("pk")[:portion])
    traits = {row.pk: traits_of(row) for row in rows}
    for row in rows:
        row.match_keys, row.compared_at = match_keys(traits[row.pk]), timezone.now()
    Customer.objects.bulk_update(rows, ["match_keys", "compared_at"])
    return sum(_suggest_for(row, traits[row.pk]) for row in rows)


def traits_of(customer: Customer) -> Traits:
    """A customer as it is compared, with all e-mail addresses it is known by."""
    emails = [each.value for each in customer.identities.all() if each.kind == "email"]
    return read_traits(
        with_values(customer.details, values_held(customer)),
        name=customer.name,
        emails=[customer.email, *emails],
    )


def traits_of_contact(contact: KnownContact) -> Traits:
    """A contact in Xero as it is compared. Only compared: nothing is learned from it."""
    return read_traits(customer_object(contact.details), name=contact.name, emails=[contact.email])


def _suggest_for(customer: Customer, traits: Traits) -> int:
    if not customer.match_keys:
        return 0
    known = _decided_with(customer)
    found = [
        (other, compare(traits, traits_of(other))) for other in _others(customer) if other.pk not in known
    ]
    made = [_of_two(customer, other, result) for other, result in found if result.is_suggested]
    if not customer.xero_contact_id:
        made += _contacts(customer, traits)
    CustomerSuggestion.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _others(customer: Customer) -> Iterable[Customer]:
    rows = Customer.objects.filter(
        pair_id=customer.pair_id, match_keys__overlap=customer.match_keys, merged_into=None
    )
    return rows.exclude(pk=customer.pk).prefetch_related("identities").order_by("-pk")[:MOST_CANDIDATES]


def _decided_with(customer: Customer) -> set[int]:
    """Customers that a person has said are others, through however many merges, or that are before a person now."""
    own = _all_within(customer)
    rows = CustomerSuggestion.objects.filter(Q(first__in=own) | Q(second__in=own), second__isnull=False)
    rejected = rows.filter(state=CustomerSuggestion.State.REJECTED)
    shown = rows.filter(
        state=CustomerSuggestion.State.OPEN, first__merged_into=None, second__merged_into=None
    )
    two = ("first_id", "second_id")
    apart = {pk for both in rejected.values_list(*two) for pk in both if pk} - own
    before_a_person = {pk for both in shown.values_list(*two) for pk in both if pk}
    return (_with_survivors(apart) | before_a_person) - own


def _all_within(customer: Customer) -> set[int]:
    """The customer, those merged into it, those merged into them, and so on."""
    found, newest = {customer.pk}, {customer.pk}
    while newest:
        merged = Customer.objects.filter(merged_into__in=newest).values_list("pk", flat=True)
        newest = set(merged) - found
        found |= newest
    return found


def _with_survivors(customers: set[int]) -> set[int]:
    """These, and those they were merged into, and so on."""
    found, newest = set(customers), set(customers)
    while newest:
        into = Customer.objects.filter(pk__in=newest, merged_into__isnull=False)
        newest = {pk for pk in into.values_list("merged_into", flat=True) if pk} - found
        found |= newest
    return found


def _of_two(customer: Customer, other: Customer, result: Comparison) -> CustomerSuggestion:
    first, second = sorted((customer, other), key=lambda row: row.pk)
    return CustomerSuggestion(
        pair_id=customer.pair_id, first=first, second=second, score=result.score, reasons=reasons_json(result)
    )


def _contacts(customer: Customer, traits: Traits) -> list[CustomerSuggestion]:
    """Contacts in Xero that no customer of ours stands for yet."""
    ours = Customer.objects.filter(pair_id=customer.pair_id).exclude(xero_contact_id="")
    rows = KnownContact.objects.filter(
        pair_id=customer.pair_id, match_keys__overlap=customer.match_keys, is_archived=False
    ).exclude(contact_id__in=ours.values("xero_contact_id"))
    found = ((contact, compare(traits, traits_of_contact(contact))) for contact in rows[:MOST_CANDIDATES])
    return [
        CustomerSuggestion(
            pair_id=customer.pair_id,
            first=customer,
            contact=contact,
            score=result.score,
            reasons=reasons_json(result),
        )
        for contact, result in found
        if result.is_suggested
    ]


def reasons_json(result: Comparison) -> list[dict[str, object]]:
    """Reasons as they are stored and shown."""
    return [{"about": each.about, "points": each.points, "words": each.words} for each in result.reasons]


def confirm(
    suggestion: CustomerSuggestion, by: User, reason: str, *, keep: Customer | None = None
) -> Customer:
    """One customer: the other is merged into the kept one (the first, unless said). Raises MoveRefusedError.

    A contact that is only known from Xero is the one that is kept, so that later documents go there.
    """
    with transaction.atomic():
        lock(suggestion.pair)
        if suggestion.contact is not None:
            survivor, other = customer_of_contact(suggestion.contact), suggestion.first
        else:
            two = [suggestion.first, suggestion.second or suggestion.first]
            survivor = keep if keep is not None and keep in two else two[0]
            other = next(row for row in two if row != survivor)
        merge_customers(survivor, other, by, reason, suggestion)
    return survivor


@transaction.atomic
def reject(suggestion: CustomerSuggestion, by: User, reason: str = "") -> bool:
    """Two customers; never proposed again. False when somebody has decided already."""
    reason = mask_text(reason)
    open_ = CustomerSuggestion.objects.filter(pk=suggestion.pk, state=CustomerSuggestion.State.OPEN)
    done = open_.update(
        state=CustomerSuggestion.State.REJECTED,
        decided_by=by,
        decided_at=timezone.now(),
        decided_reason=reason,
    )
    if done:
        write_audit(
            suggestion.pair, by, "customer.kept_apart", str(suggestion), reason, {"suggestion": suggestion.pk}
        )
    return bool(done)
