"""Charging and deleting saved cards, and the terms on which they are kept."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from dashboard.core.numbers import row_id
from dashboard.forms.base import PageForm, PageModelForm
from dashboard.selectors.cards import DueInvoice
from integrations.core.money import InexactAmountError, Money
from integrations.models import CardPolicy
from sync.services.charging import MOST_AT_ONCE, Choice


def _reason(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=help_text,
        error_messages={"required": "Say why: it is kept in the audit log."},
    )


class ReasonForm(PageForm):
    """Why something is done."""

    reason = _reason("Kept in the audit log.")


class ChargeForm(PageForm):
    """Which invoices are charged to which cards. `key` makes a form that is sent twice one request."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reason = _reason("Kept with each charge and in the audit log; the customer does not see it.")
    amount = forms.CharField(
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, rows: list[DueInvoice], *, is_single: bool) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex})
        self.rows = {row.order.pk: row for row in rows}
        self.single = rows[0] if is_single and rows else None
        if self.single is None:
            del self.fields["amount"]
        else:
            field = self.fields["amount"]
            field.label = f"Amount, in {self.single.due.currency}"
            field.help_text = f"At most the {self.single.due} that is due. Left empty: all of it."
        self.chosen = self._chosen(data)

    def _chosen(self, data: QueryDict | None) -> list[int]:
        if data is None:
            return []
        named = map(row_id, data.getlist("order"))
        return [number for number in named if number is not None and number in self.rows]

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            raise forms.ValidationError("Choose at least one invoice.")
        if len(self.chosen) > MOST_AT_ONCE:
            raise forms.ValidationError(f"At most {MOST_AT_ONCE} invoices are charged at once.")
        return super().clean() or self.cleaned_data

    def clean_amount(self) -> Money | None:
        """The amount of a single charge; None for all that is due."""
        written = str(self.cleaned_data["amount"]).strip()
        if not written or self.single is None:
            return None
        try:
            return Money.from_decimal(Decimal(written), self.single.due.currency)
        except (ArithmeticError, InexactAmountError) as error:
            raise forms.ValidationError("Write an amount such as 12.34.") from error

    @property
    def choices(self) -> list[Choice]:
        """The rows that were ticked, each with the card chosen for it."""
        amount = self.cleaned_data.get("amount") if self.single else None
        return [Choice(pk, card, amount) for pk in self.chosen if (card := self._card(pk)) is not None]

    def _card(self, order_id: int) -> int | None:
        row = self.rows[order_id]
        chosen = row_id(self.data.get(f"card-{order_id}", ""))
        return chosen if chosen in {view.card.pk for view in row.cards} else row.card_id

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What was chosen, for the form that confirms it."""
        names = [
            name for name in self.data if name.startswith("card-") or name in ("amount", "reason", "key")
        ]
        return [
            *(("order", str(pk)) for pk in self.chosen),
            *((name, str(self.data[name])) for name in names),
        ]


class TermsForm(PageModelForm):
    """Whether pay links offer to keep the card, in which words, and how much may be charged."""

    class Meta:
        model = CardPolicy
        fields = [
            "offers_to_keep", "consent_text", "mit_type", "charge_limit", "customer_day_limit", "batch_limit",
            "second_person_above",
        ]  # fmt: skip
        labels = {
            "offers_to_keep": "Pay links offer to keep the card",
            "consent_text": "What the customer agrees to",
            "mit_type": "May then be charged without them",
            "charge_limit": "Most that is charged at once",
            "customer_day_limit": "Most that one customer is charged in a day",
            "batch_limit": "Most that one batch charges",
            "second_person_above": "A second person agrees above",
        }
        help_texts = {
            "consent_text": "Stands beside the tick box, and is kept with the card as it stood there.",
            "mit_type": "Fixed intervals and instalments are agreed in your shop, which tells us of them.",
            "charge_limit": "Whole units of whichever currency is charged: 500 is 500.00 GBP or 500.00 EUR. Empty: no limit.",
            "second_person_above": "In one batch, by currency. Empty: nobody else is asked.",
        }
        widgets = {"consent_text": forms.Textarea(attrs={"rows": 3})}
