"""Planning a roll-back of a day, asking for one, and having it posted again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from dashboard.forms.base import PageForm

_SAY_WHY = {"required": "Say why: it is kept in the audit log."}


class DayForm(PageForm):
    """Which day."""

    day = forms.DateField(
        label="Day in the books",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Every document dated on this day, and what has to go along with it.",
        error_messages={"required": "Choose a day.", "invalid": "Choose a day."},
    )


class ReasonForm(PageForm):
    """Why."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept with the roll-back and in the audit log.",
        error_messages=_SAY_WHY,
    )


class RunForm(ReasonForm):
    """Why, and whether what is blocked is left out."""

    leave_out = forms.BooleanField(label="Leave out what is blocked, with all of its order", required=False)

    def __init__(self, data: QueryDict | None = None, *, is_blocked: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if not is_blocked:
            del self.fields["leave_out"]
