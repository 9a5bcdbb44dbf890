"""As at when a proof is, and the reason of what people do about a document that differs."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import forms

from dashboard.forms.base import PageForm
from integrations.models import Pair
from reconciliation.proof.core.lights import Moment


class MomentForm(PageForm):
    """The day, and by when it was known; left empty, the day is today and what is known is what is known now."""

    at = forms.DateField(
        label="As at the end of",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    known = forms.DateTimeField(
        label="As known by",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def moment(self, pair: Pair, today: date) -> Moment:
        """What was asked for; what is not a day counts as not said."""
        self.is_valid()
        day = self.cleaned_data.get("at") or today
        known: datetime | None = self.cleaned_data.get("known")
        if known is not None:
            known = known.replace(tzinfo=ZoneInfo(pair.zone))
        return Moment(day, known)


class FindingForm(forms.Form):
    """Which document that differs, and why it is dealt with so."""

    account = forms.CharField(max_length=10, widget=forms.HiddenInput)
    currency = forms.CharField(max_length=3, widget=forms.HiddenInput)
    collection = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)
    document = forms.CharField(max_length=60, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500, label="Reason", error_messages={"required": "Say why: the reason stays on record."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
