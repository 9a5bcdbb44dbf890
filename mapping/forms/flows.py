"""The forms around flows: a new one, its name and trigger, its mode, and its steps by kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from integrations.forms import PageForm
from mapping.core.flows.document import Step, StepKind
from mapping.core.flows.wording import MODE_WORDS, STEP_WORDS, TRIGGER_WORDS
from mapping.forms.checks import ValidateForm
from mapping.forms.steps import (
    ApproveForm,
    Choices,
    EnrichForm,
    MapForm,
    NotifyForm,
    PostForm,
    RulesForm,
    StepForm,
)

_FORMS: Final[dict[StepKind, type[StepForm]]] = {
    "enrich": EnrichForm,
    "validate": ValidateForm,
    "rules": RulesForm,
    "map": MapForm,
    "approve": ApproveForm,
    "post": PostForm,
    "notify": NotifyForm,
}


def step_form(step: Step, choices: Choices, data: Mapping[str, Any] | None = None) -> StepForm:
    """The form for the settings of a step."""
    return _FORMS[step.kind](step, choices, data)


class FlowForm(PageForm):
    """What a flow is called and when it runs."""

    name = forms.CharField(label="Name", max_length=80)
    trigger = forms.ChoiceField(
        label="Runs at", choices=[(key, words.title) for key, words in TRIGGER_WORDS.items()]
    )
    note = forms.CharField(
        label="Note for colleagues", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class NewFlowForm(PageForm):
    """A flow to begin."""

    name = forms.CharField(label="Name", max_length=80)
    trigger = forms.ChoiceField(
        label="Runs at", choices=[(key, words.title) for key, words in TRIGGER_WORDS.items()]
    )


class ModeForm(PageForm):
    """On, off or shadow."""

    mode = forms.ChoiceField(choices=[(key, words.title) for key, words in MODE_WORDS.items()])


class NewStepForm(PageForm):
    """A step to add, at a place or last."""

    kind = forms.ChoiceField(choices=[(key, words.title) for key, words in STEP_WORDS.items()])
    at = forms.IntegerField(min_value=0, max_value=200, required=False)


class MoveForm(PageForm):
    """The place something is moved to, from 0."""

    to = forms.IntegerField(min_value=0, max_value=1000)


def first_error(form: forms.Form) -> str:
    """The first thing wrong with a form, for a message."""
    found: list[Any] = [error for errors in form.errors.values() for error in errors]
    return str(found[0]) if found else ""
