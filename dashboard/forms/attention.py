"""Deciding what waits for a person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from dashboard.forms.base import PageForm
from integrations.xero.core.wire import loads

MOST_AT_ONCE = 1000


class PickedForm(PageForm):
    """The rows that were picked."""

    id = forms.TypedMultipleChoiceField(coerce=int)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        picked = data.getlist("id")[:MOST_AT_ONCE]
        self.fields["id"].choices = [(key, key) for key in picked if key.isdecimal()]  # type: ignore[attr-defined]  # a choice field

    @property
    def ids(self) -> list[int]:
        return list(self.cleaned_data["id"])


class DiscardForm(PickedForm):
    """The rows that were picked, and why they are not wanted."""

    reason = forms.CharField(
        max_length=500, error_messages={"required": "Say why: it is kept in the audit log."}
    )


class EditForm(PageForm):
    """A corrected document, and why."""

    document = forms.CharField(
        label="Document",
        widget=forms.Textarea(
            attrs={"class": "mono", "rows": 24, "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    reason = forms.CharField(
        label="Why is it changed?", max_length=500, help_text="Kept in the audit log with both versions."
    )

    def clean_document(self) -> dict[str, Any]:
        """The document as data, amounts exact. Refused when it is not one whole JSON object."""
        try:
            document = loads(self.cleaned_data["document"])
        except ValueError as error:
            raise forms.ValidationError(f"This is not valid JSON: {error}.") from error
        if not isinstance(document, dict):
            raise forms.ValidationError("The document must be one JSON object, in curly brackets.")
        return document
