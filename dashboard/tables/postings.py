"""The list of postings: the outbox of intended Xero objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Amount, Badge, Cell, Count, Link, Moment, Text
from dashboard.tables.orders import order_link
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Pair
from mapping.models import MappingVersion
from sync.models import Posting, Problem


def posting_link(posting: Posting, pair: Pair, *, main: bool = False) -> Cell:
    """What is posted, leading to its page."""
    return Link(posting.natural_key, reverse("postings-page", args=[pair.slug, posting.pk]), main=main)


def _amount(posting: Posting, pair: Pair) -> Cell:
    return Amount(posting.amount_minor if posting.currency else None, posting.currency)


def _for(posting: Posting, pair: Pair) -> Cell:
    if posting.order is not None:
        return order_link(posting.order, pair)
    return Text(posting.customer.name if posting.customer else "")


POSTINGS: TableSpec[Posting] = TableSpec(
    name="postings",
    noun="posting",
    order="-created",
    columns=(
        Column("key", "Posting", lambda row, pair: posting_link(row, pair, main=True), sort="natural_key", fixed=True),
        Column("kind", "Kind", lambda row, pair: Text(row.get_kind_display()), sort="kind"),
        Column("for", "For", _for),
        Column("state", "State", lambda row, pair: Badge(state_words(states.POSTING, row.state)), sort="state"),
        Column("created", "Intended", lambda row, pair: Moment(row.created_at, pair.zone), sort="pk"),
        Column("posted", "Posted", lambda row, pair: Moment(row.posted_at, pair.zone)),
        Column("number", "Xero number", lambda row, pair: Text(row.remote_number, "mono"), shown=False),
        Column("attempts", "Attempts", lambda row, pair: Count(row.attempts), sort="attempts", numeric=True),
        Column("error", "What happened", lambda row, pair: Text(row.error, "clip"), shown=False),
        Column("amount", "Amount", _amount, sort="amount_minor", numeric=True, money=True),
    ),
    empty=EmptyState(
        "Nothing to post yet",
        "Each contact, invoice and payment meant for Xero is written down here before it is sent, and stays until Xero has it.",
    ),
)  # fmt: skip


class PostingFilter(ListFilter[Posting]):
    """Which postings."""

    search_paths = (
        "natural_key__icontains",
        "order__number__icontains",
        "remote_number__icontains",
        "remote_id",
    )
    date_path = "created_at"

    kind = choice_field("Kind", [("", "Any kind"), *Posting.Kind.choices])
    state = choice_field("State", choices_of(states.POSTING, "Any state"))
    problem = forms.ModelChoiceField(
        Problem.objects.none(), required=False, empty_label="Any problem", label="Held by"
    )
    version = forms.ModelChoiceField(
        MappingVersion.objects.none(), required=False, empty_label="Any version", label="Made by"
    )
    since = day_field("From")
    until = day_field("To")

    def __init__(self, query: QueryDict, pair: Pair) -> None:
        super().__init__(query, pair)
        open_problems = Problem.objects.filter(pair=pair, resolved_at=None)
        self.fields["problem"].queryset = open_problems  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["version"].queryset = _versions_used(pair)  # type: ignore[attr-defined]  # likewise

    def search_hint(self) -> str:
        return "Key, order or Xero number"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        for name in ("kind", "state", "problem"):
            if value := values.get(name):
                yield Q(**{name: value})
        if version := values.get("version"):
            yield Q(mapping_version=version)


def _versions_used(pair: Pair) -> QuerySet[MappingVersion]:
    """The pair's own versions and the shipped one, newest first; without their large blueprints."""
    own = Q(pair=pair) | Q(pair=None)
    return MappingVersion.objects.filter(own, published_at__isnull=False).defer("blueprint").order_by("-pk")
