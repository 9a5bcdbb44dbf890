"""The notes of a month's checklist, and why a closed month is opened again."""

from __future__ import annotations

from django import forms

_PREFIX = "note-"


def notes_of(data: dict[str, str]) -> dict[str, str]:
    """The preparer's notes by point, as they were sent."""
    return {name.removeprefix(_PREFIX): text[:500] for name, text in data.items() if name.startswith(_PREFIX)}


class ReopenForm(forms.Form):
    """Why a month that was signed is opened again."""

    reason = forms.CharField(
        max_length=500, label="Reason", error_messages={"required": "Say why: the reason stays on record."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
