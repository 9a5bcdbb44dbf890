"""The list of saved cards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dashboard.core.card_states import CARD, card_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of
from dashboard.selectors.cards import today
from dashboard.tables.cells import Badge, Cell, Day, Link, Moment, Text
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.cards.selectors import expiring_by
from integrations.models import MitType, Pair, SavedCard


def card_name(card: SavedCard) -> str:
    """The card as people know it: VISA •••• 0006."""
    return f"{card.scheme or 'Card'} •••• {card.last_four}"


def _card(card: SavedCard, pair: Pair) -> Cell:
    return Link(card_name(card), reverse("cards-page", args=[pair.slug, card.pk]), main=True)


def _customer(card: SavedCard, pair: Pair) -> Cell:
    return Text(card.customer.name if card.customer else "")


CARDS: TableSpec[SavedCard] = TableSpec(
    name="cards",
    noun="card",
    order="expires",
    columns=(
        Column("card", "Card", _card, fixed=True),
        Column("customer", "Customer", _customer),
        Column(
            "terms", "May be charged", lambda row, pair: Text(row.get_mit_type_display()), sort="mit_type"
        ),
        Column("expires", "Last day", lambda row, pair: Day(row.expires_on), sort="expires_on"),
        Column("kept", "Kept since", lambda row, pair: Moment(row.created_at, pair.zone), sort="created_at"),
        Column("used", "Last charged", lambda row, pair: Moment(row.last_used_at, pair.zone)),
        Column("kind", "At Opayo", lambda row, pair: Text(row.get_kind_display()), shown=False),
        Column(
            "state",
            "State",
            lambda row, pair: Badge(card_words(row.state, row.expires_on, today())),
            sort="state",
        ),
    ),
    empty=EmptyState(
        "No card is kept yet",
        "Cards appear here once a customer has agreed to theirs being kept: on a pay link, or in the shop.",
        "cards-terms",
        "Offer it on pay links",
    ),
)


class CardFilter(ListFilter[SavedCard]):
    """Which cards; `expiring` are those whose last day comes within 60 days, or has come."""

    search_paths = ("customer__name__icontains", "customer__email__icontains", "last_four__icontains")

    state = choice_field("State", [*choices_of(CARD, "Any state"), ("expiring", "Expiring in 60 days")])
    terms = choice_field(
        "May be charged", [("", "Any terms"), *((value, label) for value, label in MitType.choices if value)]
    )

    def search_hint(self) -> str:
        return "Customer, last four digits"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            yield expiring_by(today()) if state == "expiring" else Q(state=state)
        if terms := values.get("terms"):
            yield Q(mit_type=terms)
