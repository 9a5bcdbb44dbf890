"""The list of customers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dashboard.core.states import StateWords
from dashboard.forms.filters import ListFilter, choice_field
from dashboard.tables.cells import Badge, Cell, Count, Link, Moment, Text
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Customer, Pair, Payment, SavedCard

_SUGGESTED = StateWords("Perhaps twice", "wait", "Another record may be the same customer: a person decides.")


def customer_link(customer: Customer | None, pair: Pair, *, main: bool = False) -> Cell:
    """A customer's name, leading to its page."""
    if customer is None:
        return Text("")
    return Link(str(customer), reverse("customers-page", args=[pair.slug, customer.pk]), main=main)


def _note(customer: Customer, pair: Pair) -> Cell:
    is_suggested = customer.is_suggested  # type: ignore[attr-defined]  # read along by selectors.customers
    return Badge(_SUGGESTED) if is_suggested else Text("")


CUSTOMERS: TableSpec[Customer] = TableSpec(
    name="customers",
    noun="customer",
    order="-since",
    columns=(
        Column("name", "Customer", lambda row, pair: customer_link(row, pair, main=True), sort="name", fixed=True),
        Column("email", "E-mail", lambda row, pair: Text(row.email), sort="email"),
        Column("number", "Contact number", lambda row, pair: Text(row.contact_number, "mono clip")),
        Column("orders", "Orders", lambda row, pair: Count(row.order_count), numeric=True),  # type: ignore[attr-defined]  # likewise
        Column("note", "To look at", _note),
        Column("xero", "Contact in Xero", lambda row, pair: Text("yes" if row.xero_contact_id else "")),
        Column("since", "Known since", lambda row, pair: Moment(row.created_at, pair.zone), sort="created_at"),
    ),
    empty=EmptyState(
        "No customers yet",
        "Each customer that a shop names in an order appears here, one for all the numbers and addresses it is known by.",
        "connections",
        "Connect the shop",
    ),
)  # fmt: skip


class CustomerFilter(ListFilter[Customer]):
    """Which customers."""

    show = choice_field("Show", [("", "All customers"), ("suggested", "Suggested duplicates")])

    def search_hint(self) -> str:
        return "Name, e-mail, number or last four of a card"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if words := (values.get("q") or "").strip():
            yield self._named(words)
        if values.get("show") == "suggested":
            yield Q(is_suggested=True)

    def _named(self, words: str) -> Q:
        found = Q(name__icontains=words) | Q(email__icontains=words) | Q(contact_number__icontains=words)
        found |= Q(pk__in=self.pair.customer_identities.filter(value__icontains=words).values("customer"))
        if re.fullmatch(r"\d{4}", words):
            paid = Payment.objects.filter(pair=self.pair, last_four=words, order__customer__isnull=False)
            kept = SavedCard.objects.filter(pair=self.pair, last_four=words, customer__isnull=False)
            found |= Q(pk__in=paid.values("order__customer")) | Q(pk__in=kept.values("customer"))
        return found
