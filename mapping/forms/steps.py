"""What each kind of step can be told, as forms for finance staff. The settings are those of core/flows/document.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final

from django import forms
from django.core.validators import RegexValidator

from integrations.forms import PageForm
from mapping.core.flows.document import Step
from mapping.core.flows.wording import APPROVERS, CHANNELS, ENRICHMENTS, mapping_title
from mapping.core.schemas.schema import Schema
from mapping.forms.conditions import ConditionField

_WORD: Final = RegexValidator(
    r"^[A-Za-z_]\w*$", "Write one word: letters, digits and _, beginning with a letter."
)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a step may refer to: mappings by name, rules and tables by id with their titles, and the record's fields."""

    mappings: Sequence[str] = ()
    rules: Sequence[tuple[str, str]] = ()
    tables: Sequence[tuple[str, str]] = ()
    schema: Schema | None = None


class StepForm(PageForm):
    """What every step has: it can be left out for a while, and carries a note. Each kind adds its settings."""

    setting_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, step: Step, choices: Choices, data: Mapping[str, Any] | None = None) -> None:
        initial = {**step.settings, "enabled": step.enabled, "note": step.note}
        super().__init__(data, initial=initial, auto_id=f"{step.id}-%s")
        self.step, self.choices = step, choices
        self.fields["enabled"] = forms.BooleanField(label="This step is in use", required=False)
        self.fields["note"] = forms.CharField(label="Note for colleagues", max_length=500, required=False)
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Fill in what can be chosen."""
        for field in self.fields.values():
            if isinstance(field, ConditionField):
                field.schema = choices.schema

    def settings(self) -> dict[str, Any]:
        """The settings as they go into the flow; blank ones are left out. Only after `is_valid`."""
        found = {name: self.cleaned_data.get(name, "") for name in self.setting_names}
        return {name: value for name, value in found.items() if value not in ("", None)}

    def changed_step(self) -> Step:
        """The step as the form says it. Only after `is_valid`."""
        data = self.cleaned_data
        return replace(self.step, settings=self.settings(), enabled=data["enabled"], note=data["note"])


class EnrichForm(StepForm):
    """Look something up."""

    setting_names = ("what", "key", "table", "into")

    what = forms.ChoiceField(
        label="Look up", choices=[(key, words.capitalize()) for key, words in ENRICHMENTS.items()]
    )
    key = forms.CharField(
        label="By the field",
        max_length=200,
        help_text="A field of the record, such as <code>customer.email</code>.",
        widget=forms.TextInput(attrs={"class": "mono", "list": "record-fields", "autocomplete": "off"}),
    )
    table = forms.ChoiceField(label="In the look-up table", required=False)
    into = forms.CharField(
        label="Keep it as",
        max_length=40,
        validators=[_WORD],
        help_text="Later steps read it as <code>context:enriched.</code> and this word.",
    )

    def offer(self, choices: Choices) -> None:
        super().offer(choices)
        self.fields["table"].choices = [("", "None"), *choices.tables]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("what") == "table" and not data.get("table"):
            self.add_error("table", "Choose the table to look in.")
        if data.get("what") != "table":
            data["table"] = ""
        return data


class RulesForm(StepForm):
    """Apply business rules."""

    which = forms.ChoiceField(
        label="Which rules",
        choices=[("all", "Every rule, from the top"), ("only", "Only those chosen here")],
        widget=forms.RadioSelect,
    )
    only = forms.MultipleChoiceField(label="Rules", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, step: Step, choices: Choices, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(step, choices, data)
        self.initial["which"] = "only" if step.settings.get("only") else "all"

    def offer(self, choices: Choices) -> None:
        super().offer(choices)
        self.fields["only"].choices = choices.rules  # type: ignore[attr-defined]  # a choice field
        if not choices.rules:
            self.fields["only"].help_text = "There are no rules yet: add them on the page Rules."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("which") == "only" and not data.get("only"):
            self.add_error("only", "Choose at least one rule, or apply every rule.")
        return data

    def settings(self) -> dict[str, Any]:
        return {"only": list(self.cleaned_data["only"]) if self.cleaned_data["which"] == "only" else []}


class MapForm(StepForm):
    """Make a Xero document."""

    setting_names = ("mapping",)

    mapping = forms.ChoiceField(label="By the mapping")

    def offer(self, choices: Choices) -> None:
        super().offer(choices)
        offered = [(name, mapping_title(name)) for name in choices.mappings]
        self.fields["mapping"].choices = [("", "Choose"), *offered]  # type: ignore[attr-defined]  # a choice field


class ApproveForm(StepForm):
    """Wait for a person."""

    setting_names = ("role", "when")

    role = forms.ChoiceField(
        label="Who may say yes", choices=[(key, words.capitalize()) for key, words in APPROVERS.items()]
    )
    when = ConditionField(
        label="Only where", required=False, help_text="Empty: every time. For example <code>total &gt; 1000</code>."
    )  # fmt: skip


class PostForm(StepForm):
    """Send to Xero: nothing to set."""


class NotifyForm(StepForm):
    """Tell somebody. The words for the shop and the customer are the usual ones."""

    setting_names = ("channel", "to", "when", "text")

    channel = forms.ChoiceField(
        label="Tell", choices=[(key, words.capitalize()) for key, words in CHANNELS.items()]
    )
    to = forms.CharField(
        label="Where",
        max_length=254,
        required=False,
        help_text="For an e-mail the address; for the team's chat the name of its connection.",
    )
    when = ConditionField(label="Only where", required=False, help_text="Empty: every time.")
    text = forms.CharField(
        label="Words",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For chat and e-mail. Fields of the record go in braces: <code>Order {number}</code>.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("channel") in ("chat", "email") and not data.get("text"):
            self.add_error("text", "Write what is told.")
        if data.get("channel") == "email":
            self._clean_address(str(data.get("to", "")))
        if data.get("channel") == "chat" and "://" in str(data.get("to", "")):
            self.add_error(
                "to", "Name the connection: the hook's address is a secret and belongs under Connections."
            )
        return data

    def _clean_address(self, to: str) -> None:
        try:
            forms.EmailField().clean(to)
        except forms.ValidationError as error:
            self.add_error("to", error)
