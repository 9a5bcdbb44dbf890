"""Forms about the bank: accounts, statements, and what the columns of a CSV file mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.text import slugify

from dashboard.forms.base import PageForm, PageModelForm
from integrations.core.currencies import EXPONENTS
from integrations.models import Pair
from reconciliation.models import BankAccount, BankLine
from reconciliation.statements.core.columns import FIELDS, Columns
from reconciliation.statements.core.detecting import LARGEST_FILE
from reconciliation.statements.core.reading import CsvFile
from reconciliation.statements.folder import folder_of

TOO_LARGE: Final = f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Ask the bank for a shorter time."


class UploadForm(PageForm):
    """A statement and the account that it is of."""

    account = forms.ModelChoiceField(label="Bank account", queryset=BankAccount.objects.none())
    file = forms.FileField(
        label="The bank's statement",
        help_text=f"CSV, OFX, MT940 or CAMT.053, at most {LARGEST_FILE // 1_000_000} MB. It is looked at first; nothing is "
        "imported yet.",
        widget=forms.FileInput(
            attrs={"accept": ".csv,.txt,.ofx,.qfx,.qbo,.sta,.mt940,.940,.xml,text/csv,application/xml"}
        ),
    )

    def __init__(self, *args: Any, accounts: QuerySet[BankAccount], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["account"]
        choice.queryset = accounts  # type: ignore[attr-defined]  # a model choice field
        choice.empty_label = None if len(accounts) == 1 else "Choose"  # type: ignore[attr-defined]

    def say_too_large(self) -> None:
        """No file came, for it was cut off."""
        self.fields["file"].error_messages["required"] = TOO_LARGE


class ColumnsForm(PageForm):
    """What the columns of a CSV file mean, and how it writes days and amounts."""

    bank = forms.CharField(label="What to call this layout", max_length=60, required=False)
    month_first = forms.BooleanField(label="Days are written with the month first", required=False)
    comma = forms.BooleanField(label="Amounts have a decimal comma", required=False)
    turned = forms.BooleanField(label="Money out is positive, as on a card's statement", required=False)

    def __init__(self, data: QueryDict | None, *, csv: CsvFile) -> None:
        columns = csv.columns
        values = {name: getattr(columns, name) for name in ("bank", "month_first", "comma", "turned")}
        super().__init__(data, initial=values, auto_id="columns_%s")
        self._has_heads = csv.table.has_heads
        choices = [("", "Not in this file"), *((head, head) for head in csv.table.heads)]
        for name, label in FIELDS.items():
            self.fields[f"head_{name}"] = forms.ChoiceField(
                label=label, choices=choices, required=False, initial=columns.heads.get(name, "")
            )

    @property
    def head_fields(self) -> list[forms.BoundField]:
        """The selects of columns."""
        return [self[f"head_{name}"] for name in FIELDS]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """How the file is written."""
        return [self[name] for name in ("bank", "month_first", "comma", "turned")]

    @property
    def columns(self) -> Columns:
        """What was said."""
        values = self.cleaned_data
        heads = {name: values[f"head_{name}"] for name in FIELDS if values[f"head_{name}"]}
        return Columns(
            heads,
            has_heads=self._has_heads,
            month_first=values["month_first"],
            comma=values["comma"],
            turned=values["turned"],
            bank=values["bank"],
        )


class BankAccountForm(PageModelForm):
    """An account at the bank, and the Xero account that stands for it."""

    class Meta:
        model = BankAccount
        fields = (
            "name", "currency", "account_code", "sort_code", "number_ending", "iban_ending", "watched_folder",
        )  # fmt: skip
        labels = {
            "account_code": "Xero account",
            "number_ending": "Account number, last four digits",
            "iban_ending": "IBAN, last four characters",
            "watched_folder": "Watched folder",
        }
        help_texts = {
            "account_code": "The bank account in Xero that stands for it.",
            "sort_code": "Empty: taken from the first statement that says it. Statements of another account are refused.",
            "number_ending": "",
            "iban_ending": "",
        }

    def __init__(self, *args: Any, pair: Pair, config: Mapping[str, Any], folder: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair = pair
        self.fields[
            "watched_folder"
        ].help_text = (
            f"Statements put into this folder under {folder} are imported by themselves. Empty: none."
        )
        banks = [
            (row["code"], f"{row['code']} · {row['name']}")
            for row in config.get("chart", ())
            if row["status"] == "ACTIVE" and row["type"] == "BANK" and row["code"]
        ]
        if banks:
            self.fields["account_code"] = forms.ChoiceField(
                label="Xero account",
                choices=[("", "Choose"), *banks],
                help_text="The bank account in Xero that stands for it.",
                initial=self.instance.account_code,
            )

    def clean_currency(self) -> str:
        """A currency of ISO 4217, which stays once there are lines."""
        code = str(self.cleaned_data["currency"]).upper()
        if code not in EXPONENTS:
            raise forms.ValidationError(f"{code} is no ISO 4217 currency.")
        before = self.initial.get("currency")
        if before and code != before and BankLine.objects.filter(bank_account=self.instance).exists():
            raise forms.ValidationError(f"It has lines in {before}: enter another account for {code}.")
        return code

    def clean_number_ending(self) -> str:
        """Four digits or nothing."""
        return _ending(str(self.cleaned_data["number_ending"]), "digits")

    def clean_iban_ending(self) -> str:
        """Four signs or nothing."""
        return _ending(str(self.cleaned_data["iban_ending"]).upper(), "characters")

    def clean_watched_folder(self) -> str:
        """The name of a folder inside the pair's."""
        name = str(self.cleaned_data["watched_folder"]).strip().strip("/")
        self.instance.watched_folder, self.instance.pair = name, self.pair
        if name and folder_of(self.instance) is None:
            raise forms.ValidationError("This leads out of the folder of the pair.")
        taken = BankAccount.objects.filter(pair=self.pair, watched_folder=name).exclude(pk=self.instance.pk)
        if name and taken.exists():
            raise forms.ValidationError("Another account watches this folder.")
        return name

    def kept(self) -> BankAccount:
        """The account as said; its short name is made once and stays."""
        account: BankAccount = self.instance
        account.pair = self.pair
        if not account.slug:
            account.slug = self._free_slug(slugify(account.name)[:70] or "account")
        account.save()
        return account

    def _free_slug(self, wanted: str) -> str:
        taken = set(BankAccount.objects.filter(pair=self.pair).values_list("slug", flat=True))
        slug, number = wanted, 1
        while slug in taken:
            number += 1
            slug = f"{wanted}-{number}"
        return slug


def _ending(text: str, what: str) -> str:
    bare = text.strip()
    if bare and (len(bare) != 4 or not bare.isalnum() or (what == "digits" and not bare.isdigit())):
        raise forms.ValidationError(f"Enter the last four {what}, or nothing.")
    return bare
