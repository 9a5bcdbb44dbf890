"""The checks of a validate step: a row for each, and an empty one for the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.forms import BaseFormSet, formset_factory

from integrations.forms import PageForm
from mapping.core.flows.document import Step
from mapping.forms.conditions import ConditionField
from mapping.forms.steps import Choices, StepForm

_EFFECTS: Final = [("stop", "Stop the record"), ("warn", "Only warn")]
MOST: Final = 40


class CheckForm(PageForm):
    """One check."""

    must = ConditionField(label="This must be true", required=False)
    otherwise = forms.CharField(label="Else say", max_length=300, required=False)
    effect = forms.ChoiceField(label="And", choices=_EFFECTS, initial="stop")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("must") and not data.get("otherwise"):
            self.add_error("otherwise", "Say in words what is wrong where this is not true.")
        if data.get("otherwise") and not data.get("must") and "must" not in self.errors:
            self.add_error("must", "Write the condition, or clear the words to take the check out.")
        return data


Checks = formset_factory(CheckForm, extra=1, max_num=MOST, validate_max=True)


class ValidateForm(StepForm):
    """Stop what must not go on. A check whose two texts are empty is taken out."""

    def __init__(self, step: Step, choices: Choices, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(step, choices, data)
        initial = [dict(check) for check in step.settings.get("checks") or ()]
        self.checks: BaseFormSet[CheckForm] = Checks(
            data, initial=initial, prefix=f"{step.id}-checks", auto_id="%s"
        )
        for form in self.checks.forms:
            form.fields["must"].schema = choices.schema  # type: ignore[attr-defined]  # a ConditionField

    def is_valid(self) -> bool:
        return super().is_valid() and self.checks.is_valid()

    def settings(self) -> dict[str, Any]:
        kept = [form.cleaned_data for form in self.checks.forms if form.cleaned_data.get("must")]
        return {"checks": [{name: check[name] for name in ("must", "otherwise", "effect")} for check in kept]}
