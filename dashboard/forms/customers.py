"""Deciding about customers: why, which, and whose word counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from dashboard.forms.base import PageForm
from integrations.customers.core.moving import Thing
from integrations.customers.core.ownership import FIELDS, OWNERS, owner_of
from integrations.models import Customer


class ReasonForm(PageForm):
    """Why something is done."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept with it and in the audit log.",
        error_messages={"required": "Say why: it is kept in the audit log."},
    )


class SplitForm(ReasonForm):
    """What goes to the other customer, and which customer that is."""

    to = forms.ModelChoiceField(
        Customer.objects.none(), required=False, empty_label="A new customer", label="Goes to"
    )
    field_order = ("to", "order", "card", "identity", "reason")

    def __init__(self, data: QueryDict | None, customer: Customer) -> None:
        super().__init__(data)
        self.fields["to"].queryset = customer.merged_customers.order_by("name")  # type: ignore[attr-defined]  # a ModelChoiceField
        for kind, label, choices in _choices(customer):
            self.fields[kind] = forms.TypedMultipleChoiceField(
                label=label, coerce=int, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
            )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Something has to be chosen."""
        cleaned = super().clean() or self.cleaned_data
        if not self.things:
            raise forms.ValidationError(
                "Choose the orders, cards or identities that go to the other customer."
            )
        return cleaned

    @property
    def things(self) -> frozenset[Thing]:
        """What is chosen."""
        kinds = ("order", "card", "identity")
        return frozenset(Thing(kind, pk) for kind in kinds for pk in self.cleaned_data.get(kind, ()))


def _choices(customer: Customer) -> list[tuple[str, str, list[tuple[int, str]]]]:
    orders = customer.orders.defer("document").order_by("-placed_at")
    cards = customer.saved_cards.order_by("pk")
    found: list[tuple[str, str, list[tuple[int, str]]]] = [
        ("order", "Orders", [(row.pk, f"{row.number}, {row.placed_at:%d %b %Y}") for row in orders]),
        ("card", "Saved cards", [(row.pk, str(row)) for row in cards]),
        ("identity", "Known as", [(row.pk, str(row)) for row in customer.identities.order_by("pk")]),
    ]
    return [each for each in found if each[2]]


class OwnersForm(PageForm):
    """Whose word counts for each field."""

    def __init__(self, data: QueryDict | None, owners: Mapping[str, str]) -> None:
        super().__init__(data)
        for field, label in FIELDS.items():
            self.fields[field] = forms.ChoiceField(
                label=label, choices=list(OWNERS.items()), initial=owner_of(owners, field)
            )


class SayForm(ReasonForm):
    """One field of a customer: the shop's value or Xero's, by a person's choice."""

    use = forms.ChoiceField(choices=[("shop", "The shop's"), ("xero", "Xero's")], widget=forms.RadioSelect)
