"""Asking Opayo to do something with a payment: how much, of which lines, and why."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import QueryDict

from dashboard.forms.base import PageForm
from dashboard.selectors.returnable import Returnable
from integrations.core.currencies import exponent_of
from integrations.core.money import InexactAmountError, Money

TAKES_AMOUNT: Final = frozenset(("refund", "release", "authorise"))
_LABELS: Final = {"refund": "Amount to give back", "release": "Amount to take", "authorise": "Amount to take"}


class AskForm(PageForm):
    """One instruction. `key` makes a form that is sent twice one request; `step` leads from looking to doing."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amount = forms.CharField(
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Kept with it and in the audit log; the customer does not see it.",
        error_messages={"required": "Say why: it is kept in the audit log."},
    )

    def __init__(
        self, data: QueryDict | None, *, kind: str, most: Money, lines: Sequence[Returnable] = ()
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex, "amount": str(most.to_decimal())})
        self.kind, self.most, self.lines = kind, most, lines
        if kind not in TAKES_AMOUNT:
            del self.fields["amount"]
        else:
            field = self.fields["amount"]
            field.label = f"{_LABELS[kind]}, in {most.currency}"
            field.help_text = f"At most {most}." + (
                " Leave it to the lines, if you name any." if lines else ""
            )
        for line in lines:
            self.fields[_name(line)] = _quantity(line)

    @property
    def line_fields(self) -> list[tuple[Returnable, forms.BoundField]]:
        """The lines with the field for what of each came back."""
        return [(line, self[_name(line)]) for line in self.lines]

    @property
    def returned(self) -> list[dict[str, str]]:
        """What came back, as instructions keep it; empty when an amount is given back in proportion."""
        return [
            {"line": str(line.number), "quantity": str(quantity)}
            for line in self.lines
            if (quantity := self.cleaned_data.get(_name(line)))
        ]

    @property
    def money(self) -> Money | None:
        """The amount asked for, None for a kind without one or while it cannot be read."""
        return self.cleaned_data.get("money")

    def clean(self) -> dict[str, Any]:
        """Work out the amount: the lines' prices, else what was written."""
        values = super().clean() or {}
        if self.kind in TAKES_AMOUNT:
            values["money"] = self._of_lines(values) or self._written(values)
        return values

    def _of_lines(self, values: dict[str, Any]) -> Money | None:
        costs = [line.cost(quantity) for line in self.lines if (quantity := values.get(_name(line)))]
        return Money.total(costs, self.most.currency) if costs else None

    def _written(self, values: dict[str, Any]) -> Money | None:
        text = str(values.get("amount") or "").replace(",", "").strip()
        try:
            return Money.from_decimal(text, self.most.currency)
        except InexactAmountError:
            digits = exponent_of(self.most.currency)
            self.add_error(
                "amount",
                f"Enter an amount of {self.most.currency} with at most {digits} decimals, such as {self.most.to_decimal()}.",
            )
        return None


def _name(line: Returnable) -> str:
    return f"line_{line.number}"


def _quantity(line: Returnable) -> forms.DecimalField:
    return forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=line.quantity,
        max_digits=12,
        decimal_places=4,
        label=f"How many of {line.name} came back",
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": "5"}),
        error_messages={"max_value": f"Only {line.quantity.normalize():f} were sold."},
    )
