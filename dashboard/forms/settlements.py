"""Forms about settlements: acquirers' files, what their columns mean, merchant accounts, and differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from dashboard.forms.base import PageForm, PageModelForm
from integrations.core.currencies import EXPONENTS
from integrations.core.files.tables import LARGEST_FILE, Table
from integrations.models import Pair
from reconciliation.models import AcquirerFile, BankAccount, MerchantAccount
from reconciliation.settlements.core.columns import (
    ALWAYS_NAMED,
    FIELDS,
    REJECTED,
    REQUIRED,
    Columns,
    folded,
    guessed,
    guessed_kind,
)
from reconciliation.settlements.core.rate_card import (
    RateCardError,
    rate_card_as_text,
    rate_card_from_json,
    rate_card_from_text,
)

_KIND_CHOICES: Final = [
    ("", "Not said yet"),
    ("sale", "Sale"),
    ("refund", "Refund"),
    ("chargeback", "Chargeback"),
    ("chargeback_returned", "Chargeback returned"),
    ("fee", "Fee"),
    ("reserve_held", "Reserve held"),
    ("reserve_released", "Reserve released"),
    ("adjustment", "Adjustment"),
    (REJECTED, "Rejected: moves nothing"),
]


_TOO_LARGE = "The file is larger than 5 MB. Ask the acquirer for a shorter time."


class UploadForm(PageForm):
    """An acquirer's file."""

    kind = forms.ChoiceField(
        label="What it is", choices=AcquirerFile.Kind.choices, widget=forms.RadioSelect, initial="statement"
    )
    file = forms.FileField(
        label="The acquirer's file (CSV)",
        help_text="At most 5 MB. It is looked at first; nothing is imported yet.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    def clean_file(self) -> Any:
        """A file that is not too large to be looked at."""
        chosen = self.cleaned_data["file"]
        if chosen.size > LARGEST_FILE:
            raise forms.ValidationError(_TOO_LARGE)
        return chosen

    def say_too_large(self) -> None:
        """No file came, for it was cut off."""
        self.fields["file"].error_messages["required"] = _TOO_LARGE


class ColumnsForm(PageForm):
    """What the columns of a statement mean, and its words for the lines."""

    acquirer = forms.CharField(label="Acquirer", max_length=80)

    def __init__(self, *args: Any, table: Table, columns: Columns | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        heads = dict(columns.heads) if columns else guessed(table.heads)
        choices = [("", "Not in this file"), *((head, head) for head in table.heads)]
        for name, label in FIELDS.items():
            self.fields[f"head_{name}"] = forms.ChoiceField(
                label=label, choices=choices, required=name in REQUIRED, initial=heads.get(name, "")
            )
        for name in ALWAYS_NAMED:
            self.fields[f"fixed_{name}"] = forms.CharField(
                label=f"{FIELDS[name]}, if no column says it",
                max_length=40,
                required=False,
                initial=columns.fixed.get(name, "") if columns else "",
            )
        for place, word in enumerate(self.words_of(heads.get("kind", ""))):
            meant = (columns.kind_of(word) if columns else "") or guessed_kind(word)
            self.fields[f"word_{place}"] = forms.ChoiceField(
                label=f"“{word}”", choices=_KIND_CHOICES, initial=meant
            )
        self.fields["acquirer"].initial = columns.acquirer if columns else ""

    def words_of(self, head: str) -> Sequence[str]:
        """The words for kinds of lines in the column that is chosen for them."""
        chosen = self.data.get("head_kind", head) if self.is_bound else head
        return self.table.values(chosen) if chosen in self.table.heads else ()

    def clean(self) -> dict[str, Any]:
        """The merchant number and the currency have to be said one way or the other."""
        values = super().clean() or {}
        for name in ALWAYS_NAMED:
            if not values.get(f"head_{name}") and not values.get(f"fixed_{name}"):
                self.add_error(f"fixed_{name}", "Choose a column, or enter it here.")
        return values

    @property
    def columns(self) -> Columns:
        """What was said."""
        values = self.cleaned_data
        words = self.words_of(values["head_kind"])
        return Columns(
            values["acquirer"],
            {name: values[f"head_{name}"] for name in FIELDS if values.get(f"head_{name}")},
            {folded(word): values.get(f"word_{place}", "") for place, word in enumerate(words)},
            {name: values[f"fixed_{name}"] for name in ALWAYS_NAMED if values.get(f"fixed_{name}")},
        )


class MerchantAccountForm(PageModelForm):
    """A merchant number: what the acquirer pays, when, and what it keeps."""

    schemes_text = forms.CharField(
        label="Only for these cards",
        required=False,
        help_text="Opayo's names, such as AMEX, where they are paid apart. Empty: all that are not.",
    )
    rate_card_text = forms.CharField(
        label="Rate card",
        required=False,
        help_text="A charge a line: “Visa debit | 0.49 % | 3p | DELTA, UKE”, or each month “PCI programme | 4.95 | 20 %”.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )

    class Meta:
        model = MerchantAccount
        fields = (
            "mid", "acquirer", "auth_processor", "currency", "funding", "bank_account", "usual_lag_days",
            "reserve_basis_points", "reserve_days", "is_active",
        )  # fmt: skip
        labels = {
            "mid": "Merchant number",
            "auth_processor": "Opayo's name of the acquirer",
            "usual_lag_days": "Banking days from settlement to the bank",
            "reserve_basis_points": "Reserve, in hundredths of a per cent",
            "reserve_days": "Days until a reserve is released",
            "is_active": "In use",
        }

    def __init__(self, *args: Any, pair: Pair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair = pair
        accounts = BankAccount.objects.filter(pair=pair).order_by("name")
        self.fields["bank_account"].queryset = accounts  # type: ignore[attr-defined]  # a model choice field
        self.fields["schemes_text"].initial = ", ".join(self.instance.schemes)
        self.fields["rate_card_text"].initial = rate_card_as_text(
            rate_card_from_json(self.instance.rate_card)
        )

    def clean_currency(self) -> str:
        """A currency of ISO 4217."""
        code = str(self.cleaned_data["currency"]).upper()
        if code not in EXPONENTS:
            raise forms.ValidationError(f"{code} is no ISO 4217 currency.")
        return code

    def clean_rate_card_text(self) -> str:
        """A rate card that can be read."""
        text = str(self.cleaned_data["rate_card_text"])
        try:
            self.instance.rate_card = rate_card_from_text(text).as_json()
        except RateCardError as problem:
            raise forms.ValidationError(str(problem)) from problem
        return text

    def clean(self) -> dict[str, Any]:
        """One merchant number and currency is one account."""
        values = super().clean() or {}
        others = MerchantAccount.objects.filter(
            pair=self.pair, mid=values.get("mid", ""), currency=values.get("currency", "")
        )
        if others.exclude(pk=self.instance.pk).exists():
            self.add_error("mid", "There is an account of this number and currency already.")
        return values

    def kept(self) -> MerchantAccount:
        """The account as said, complete by that."""
        account: MerchantAccount = self.instance
        words = str(self.cleaned_data["schemes_text"]).upper().replace(",", " ").split()
        account.pair, account.schemes, account.is_complete = self.pair, words, True
        account.save()
        return account
