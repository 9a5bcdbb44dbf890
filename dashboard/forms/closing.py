"""How a difference between the bank and what was settled is closed, and what an acquirer's adjustment is."""

from __future__ import annotations

from typing import Final

from django import forms

from dashboard.forms.base import PageForm
from reconciliation.matching.deciding import BOOKED_DIFFERENCES, DIFFERENCES

_ADJUSTMENTS: Final = [
    (kind, "Something else" if kind == "other" else label)
    for kind, label in DIFFERENCES.items()
    if kind in BOOKED_DIFFERENCES
]


class ClosingForm(PageForm):
    """How the difference between bank lines and settlements is closed, and why."""

    kind = forms.ChoiceField(
        label="Where the difference went",
        choices=[("", "Not said yet"), *DIFFERENCES.items()],
        required=False,
        widget=forms.Select(attrs={"id": "closing-kind"}),
    )
    account = forms.CharField(
        label="Account in Xero",
        max_length=10,
        required=False,
        help_text="Its code. Only for another account.",
        widget=forms.TextInput(
            attrs={"id": "closing-account", "list": "closing-accounts", "autocomplete": "off"}
        ),
    )
    reason = forms.CharField(
        label="Note",
        max_length=500,
        required=False,
        help_text="Kept with the match and in the audit log.",
        widget=forms.TextInput(attrs={"id": "closing-reason", "autocomplete": "off"}),
    )


class AdjustmentForm(PageForm):
    """What an acquirer's adjustment is."""

    kind = forms.ChoiceField(label="What it is", choices=_ADJUSTMENTS)
