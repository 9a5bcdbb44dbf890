"""Filters of the lists: GET forms, so that every narrowed list has an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Generic
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict

from dashboard.core.states import StateWords
from dashboard.forms.base import PageForm
from dashboard.tables.keyset import M
from integrations.models import Pair

Choices = list[tuple[str, str]]


def choices_of(words: dict[str, StateWords], every: str) -> Choices:
    """A select's choices: everything first, then each state in its own words."""
    return [("", every), *((state, word.label) for state, word in words.items())]


class ListFilter(PageForm, Generic[M]):
    """A search box and what a list adds; a value that is not understood narrows nothing and says so."""

    search_paths: tuple[str, ...] = ()
    date_path = ""

    q = forms.CharField(
        required=False,
        max_length=100,
        label="Search",
        widget=forms.TextInput(attrs={"type": "search", "data-search": "", "autocomplete": "off"}),
    )

    def __init__(self, query: QueryDict, pair: Pair) -> None:
        super().__init__(query, auto_id="filter_%s")
        self.pair = pair
        self.fields["q"].widget.attrs["placeholder"] = self.search_hint()

    def search_hint(self) -> str:
        """What the search box says it finds."""
        return "Search"

    def narrowed(self, rows: QuerySet[M]) -> QuerySet[M]:
        """`rows` as far as the valid values narrow them."""
        self.is_valid()
        for condition in self._conditions(self.cleaned_data):
            rows = rows.filter(condition)
        return rows

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        """What a list's own fields ask for."""
        return ()

    def _conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if words := values.get("q"):
            found = Q()
            for path in self.search_paths:
                found |= Q(**{path: words})
            yield found
        if since := values.get("since"):
            yield Q(**{f"{self.date_path}__gte": self._start_of(since)})
        if until := values.get("until"):
            yield Q(**{f"{self.date_path}__lt": self._start_of(until + timedelta(days=1))})
        yield from self.conditions(values)

    def _start_of(self, day: date) -> date:
        """Midnight in the pair's zone: people mean their own days. Lists of plain days override it."""
        return datetime.combine(day, time.min, ZoneInfo(self.pair.zone))

    @property
    def more(self) -> list[forms.BoundField]:
        """The fields after the search box."""
        return [field for field in self if field.name != "q"]


def day_field(label: str) -> forms.DateField:
    """A day, in the pair's zone."""
    return forms.DateField(required=False, label=label, widget=forms.DateInput(attrs={"type": "date"}))


def choice_field(label: str, choices: Choices) -> forms.ChoiceField:
    """One of the choices, or all."""
    return forms.ChoiceField(required=False, label=label, choices=choices)
