"""A condition about a record, read before it is kept."""

from __future__ import annotations

from typing import Any

from django import forms

from mapping.core.conditions import ConditionError
from mapping.core.conditions.records import compile_record_condition, unknown_field
from mapping.core.paths import PathError
from mapping.core.schemas.schema import Schema


class ConditionField(forms.CharField):
    """A condition in its text form; what cannot be read is said in the words of its author."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "mono", "spellcheck": "false", "autocomplete": "off", "autocapitalize": "off"}
        super().__init__(max_length=2000, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.schema: Schema | None = None

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text:
            return text
        try:
            condition = compile_record_condition(text, self.schema)
        except (ConditionError, PathError) as error:
            raise forms.ValidationError(str(error)) from error
        if self.schema is not None:
            unknown = [unknown_field(path, self.schema) for path in condition.fields]
            if any(unknown):
                raise forms.ValidationError([words for words in unknown if words])
        return text
