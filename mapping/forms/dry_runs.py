"""Starting a dry run, and looking through what it found."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django import forms

from integrations.forms import PageForm
from mapping.models import DryRunDifference
from mapping.services.dry_run import KINDS

LONGEST_DAYS: Final = 3_660


class PeriodForm(PageForm):
    """The period to compare, both days included, and the kinds of records."""

    period_from = forms.DateField(
        label="From", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    period_to = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    kinds = forms.MultipleChoiceField(
        label="Records",
        choices=[(kind.name, kind.many.capitalize()) for kind in KINDS.values()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one kind of record."},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("period_from"), data.get("period_to")
        if isinstance(first, date) and isinstance(last, date):
            if last < first:
                self.add_error("period_to", "The period ends before it begins.")
            elif (last - first).days > LONGEST_DAYS:
                self.add_error("period_from", "Choose a period of ten years at most.")
        return data


class DifferenceFilter(PageForm):
    """Which of the found records are shown; all fields may be left empty."""

    q = forms.CharField(
        label="Number", required=False, widget=forms.TextInput(attrs={"type": "search", "data-search": ""})
    )
    effect = forms.ChoiceField(
        label="What happens", required=False, choices=[("", "Anything"), *DryRunDifference.Effect.choices]
    )
    kind = forms.ChoiceField(
        label="Records",
        required=False,
        choices=[("", "All"), *((kind.name, kind.many.capitalize()) for kind in KINDS.values())],
    )
    sort = forms.ChoiceField(
        label="Order", required=False, choices=[("size", "Largest moves first"), ("number", "By number")]
    )
    touches = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
