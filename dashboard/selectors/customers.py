"""A customer as its page shows it, and what merging would mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from dashboard.core.customer_words import Foreseen, written_value
from integrations.customers.core.comparing import Comparison, compare
from integrations.customers.core.ownership import FIELDS, OWNERS, owner_of, same
from integrations.customers.core.sides import shop_values, value_of
from integrations.models import (
    Customer,
    CustomerChange,
    CustomerMerge,
    CustomerSuggestion,
    KnownContact,
    Order,
    Pair,
    Payment,
)
from sync.core.states import UNSENT
from sync.models import Posting
from sync.services.customers.people import owners_of
from sync.services.customers.suggesting import traits_of
from sync.services.customers.telling import held_by, value_held

_OWING = (Order.State.OPEN, Order.State.PART_PAID, Order.State.PAID, Order.State.OVERPAID)


def customers_of(pair: Pair) -> QuerySet[Customer]:
    """Customers that stand, with the number of their orders (`order_count`) and whether one is suggested."""
    return (
        Customer.objects.filter(pair=pair, merged_into=None)
        .annotate(order_count=Count("orders"), is_suggested=Exists(_open_about(OuterRef("pk"))))
        .defer("details", "match_keys", "pushed")
    )


def _open_about(customer: Any) -> QuerySet[CustomerSuggestion]:
    """Suggestions to be looked at about a customer that stands."""
    own = Q(first=customer) | Q(second=customer)
    return open_suggestions_where(own)


def open_suggestions_where(condition: Q) -> QuerySet[CustomerSuggestion]:
    """Suggestions to be looked at; those of customers merged since rest until that is undone."""
    standing = Q(first__merged_into=None) & (Q(second=None) | Q(second__merged_into=None))
    return CustomerSuggestion.objects.filter(condition & standing, state=CustomerSuggestion.State.OPEN)


def open_suggestions(pair: Pair) -> QuerySet[CustomerSuggestion]:
    """All of a pair, likeliest first."""
    rows = open_suggestions_where(Q(pair=pair)).select_related("first__pair", "second__pair", "contact")
    return rows.order_by("-score", "pk")


@dataclass(frozen=True)
class FieldView:
    """One field on the customer's page. `since`: when the side that does not count told its value."""

    name: str
    label: str
    owner: str
    counts: str
    by: str
    shop: str
    xero: str
    differs: bool
    since: datetime | None


def fields_of(customer: Customer) -> list[FieldView]:
    """The fields with what each side says, and where they differ."""
    owners, sides = owners_of(customer.pair), shop_values(customer.details)
    contact = KnownContact.objects.filter(
        pair=customer.pair_id, contact_id=customer.xero_contact_id or "-"
    ).first()
    parts = contact.details if contact else {}
    theirs = {field: value_of(field, part) for field, part in parts.items() if part}
    told: dict[str, datetime] = dict(
        CustomerChange.objects.filter(customer=customer, counted=False)
        .order_by("at")
        .values_list("field", "at")
    )
    return [
        _field(customer, name, owner_of(owners, name), (sides, theirs), told.get(name)) for name in FIELDS
    ]


def _field(
    customer: Customer,
    name: str,
    owner: str,
    sides: tuple[dict[str, Any], dict[str, Any]],
    since: datetime | None,
) -> FieldView:
    shop, xero = (side.get(name, "") for side in sides)
    return FieldView(
        name,
        FIELDS[name],
        dict(OWNERS)[owner],  # type: ignore[index]  # one of the four words
        written_value(value_held(customer, name)),
        {"shop": "shop", "xero": "Xero", "person": "a person"}[held_by(customer, name)],
        written_value(shop),
        written_value(xero),
        bool(shop and xero) and not same(shop, xero),
        since or customer.created_at,
    )


@dataclass(frozen=True)
class Owed:
    """Money in one currency, in minor units: what the customer owes, and what was paid too much."""

    currency: str
    due_minor: int
    over_minor: int


def owed_by(customer: Customer) -> list[Owed]:
    """What is owed, by currency; orders that failed, were cancelled or do not add up owe nothing."""
    sums = Order.objects.filter(customer=customer, state__in=_OWING).values("currency").order_by("currency")
    rows = sums.annotate(total=Sum("total_minor"), captured=Sum("captured_minor"))
    return [
        Owed(row["currency"], max(row["total"] - row["captured"], 0), max(row["captured"] - row["total"], 0))
        for row in rows
    ]


def payments_of(customer: Customer) -> QuerySet[Payment]:
    """The newest payments on the customer's orders."""
    rows = Payment.objects.filter(order__customer=customer).select_related("order")
    return rows.defer("order__document").order_by("-pk")[:12]


def acts_on(customer: Customer) -> QuerySet[CustomerMerge]:
    """Merges and splits, newest first."""
    rows = CustomerMerge.objects.filter(Q(survivor=customer) | Q(other=customer))
    return rows.select_related("survivor", "other", "by", "undone_by").order_by("-pk")


def foresee(survivor: Customer | KnownContact, other: Customer) -> Foreseen:
    """What merging would mean for Xero."""
    postings = Posting.objects.filter(customer=other).exclude(kind__in=["contact", "contact_update"])
    return Foreseen(
        survivor=str(survivor),
        other=str(other),
        survivor_in_xero=isinstance(survivor, KnownContact) or bool(survivor.xero_contact_id),
        other_in_xero=bool(other.xero_contact_id),
        posted=postings.filter(state__in=["sending", "posted"]).count(),
        unsent=postings.filter(state__in=UNSENT).count(),
        moved={
            "order": other.orders.count(),
            "card": other.saved_cards.count(),
            "identity": other.identities.count(),
        },
    )


def comparison_of(one: Customer, other: Customer) -> Comparison:
    """The two compared as they are now."""
    return compare(traits_of(one), traits_of(other))


def found_for_merging(customer: Customer, words: str) -> list[Customer]:
    """Customers a person looks for by name, e-mail address or number."""
    rows = customers_of(customer.pair).exclude(pk=customer.pk)
    known = Q(name__icontains=words) | Q(email__icontains=words) | Q(contact_number__iexact=words)
    return list(rows.filter(known).order_by("name", "pk")[:20])
