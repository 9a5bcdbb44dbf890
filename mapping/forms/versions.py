"""The forms around versions: naming, publishing, handing over, bringing in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from integrations.forms import PageForm

LARGEST_FILE: Final = 5 * 1024 * 1024


class NameForm(PageForm):
    """What a version is called."""

    name = forms.CharField(
        label="Name", max_length=120, help_text="Such as “Amex to its own clearing account”."
    )


class CommentForm(PageForm):
    """Something said about a version."""

    text = forms.CharField(max_length=4000, error_messages={"required": "Say something, or leave it."})


class PublishForm(PageForm):
    """The decision, with its reason where one is asked for."""

    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why: it is kept with the version and in the audit log."},
    )

    def __init__(self, *args: Any, asked: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = bool(asked)
        self.fields["reason"].help_text = asked


class DiscardForm(PageForm):
    """Nothing to fill in: the button is the decision."""


class CopyForm(PageForm):
    """Where a version is copied to."""

    pair = forms.ChoiceField(label="Into the pair")

    def __init__(self, *args: Any, pairs: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pair"].choices = [("", "Choose"), *pairs]  # type: ignore[attr-defined]  # a choice field


class ImportForm(PageForm):
    """An exported version."""

    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
        help_text="A JSON file that was exported here or from another pair; 5 MB at most.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(f"The file has {file.size:,} bytes; it can have 5 MB at most.")
        return file
