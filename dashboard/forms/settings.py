"""The settings of a pair, its accounts and its members."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django import forms

from dashboard.forms.base import PageForm, PageModelForm
from integrations.core.currencies import EXPONENTS
from integrations.models import AccountRole, Pair, Role

_FEATURED_ZONES = ("Europe/London", "Europe/Dublin", "Europe/Paris", "Europe/Berlin", "UTC")


class CurrenciesField(forms.CharField):
    """Currency codes, separated by commas or spaces."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        codes = [code.upper() for code in re.split(r"[\s,;]+", super().clean(value)) if code]
        unknown = [code for code in codes if code not in EXPONENTS]
        if unknown:
            raise forms.ValidationError(
                f"{', '.join(unknown)}: no ISO 4217 currency. Write codes such as EUR, USD."
            )
        return list(dict.fromkeys(codes))


class DaysField(forms.CharField):
    """Numbers of days, separated by commas or spaces; the largest first."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(days) for days in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = [word for word in re.split(r"[\s,;]+", super().clean(value)) if word]
        if not all(word.isascii() and word.isdigit() and int(word) <= 90 for word in words):
            raise forms.ValidationError("Write numbers of days up to 90, such as 7, 3, 1.")
        return sorted({int(word) for word in words}, reverse=True)


class PairForm(PageModelForm):
    """How a pair keeps its books."""

    currencies_kept = CurrenciesField(
        label="Currencies kept beside the base currency",
        required=False,
        help_text="Orders in any other currency are converted at the day's rate, which is kept with the order.",
    )

    dispute_alert_days = DaysField(
        label="Tell of a dispute's deadline, in days before",
        required=False,
        help_text="To the pair's chats, and by e-mail to its operators and administrators; once for each. Empty: never.",
    )

    class Meta:
        model = Pair
        fields = [
            "name", "zone", "currencies_kept", "invoice_prefix", "days_due", "rounding", "rounding_cap_minor",
            "locked_period", "failed_grace_hours", "invoice_of_void", "order_code_pattern", "emails_customers",
            "dispute_alert_days",
            "mapping_needs_second_person", "rollback_approval_minor", "keep_calls_days", "keep_events_days",
        ]  # fmt: skip
        labels = {
            "name": "Name of the pair",
            "zone": "Time zone of the books",
            "invoice_prefix": "Invoice number prefix",
            "days_due": "Days until an invoice is due",
            "rounding": "Rounding of VAT",
            "rounding_cap_minor": "Largest rounding difference",
            "locked_period": "Documents dated in a locked period",
            "failed_grace_hours": "Grace after a failed payment, in hours",
            "invoice_of_void": "The invoice of a voided payment",
            "order_code_pattern": "How order numbers are read from a VendorTxCode",
            "emails_customers": "E-mail customers when a payment is received, fails or is given back",
            "mapping_needs_second_person": "A second person publishes mappings",
            "rollback_approval_minor": "A second person approves roll-backs above",
            "keep_calls_days": "Keep calls for days",
            "keep_events_days": "Keep received messages for days",
        }
        help_texts = {
            "invoice_prefix": "Put before the order number, such as HF-.",
            "rounding_cap_minor": "In pennies. Above it a document stops and asks.",
            "failed_grace_hours": "An unpaid invoice stays open this long for another attempt; then it is closed.",
            "order_code_pattern": "A regular expression with a group named order. Used when the shop did not say.",
            "mapping_needs_second_person": "Whoever has worked on a version cannot publish it.",
            "rollback_approval_minor": "In pennies of any one currency. Empty: one administrator is enough.",
            "keep_events_days": "The law may ask for six years: 2192 days.",
        }

    SECTIONS = (
        ("Books", ("name", "zone", "currencies_kept")),
        ("Documents", ("invoice_prefix", "days_due", "rounding", "rounding_cap_minor", "locked_period")),
        ("Payments", ("failed_grace_hours", "invoice_of_void", "order_code_pattern", "emails_customers")),
        ("Disputes", ("dispute_alert_days",)),
        ("Mapping", ("mapping_needs_second_person",)),
        ("Roll-backs", ("rollback_approval_minor",)),
        ("Retention", ("keep_calls_days", "keep_events_days")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [*_FEATURED_ZONES, *sorted(available_timezones() - set(_FEATURED_ZONES))]
        self.fields["zone"] = forms.ChoiceField(
            label="Time zone of the books", choices=[(zone, zone) for zone in zones]
        )
        self.fields["order_code_pattern"].widget.attrs.update({"class": "mono", "spellcheck": "false"})

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def clean_order_code_pattern(self) -> str:
        """A regular expression that finds an order number."""
        pattern = str(self.cleaned_data["order_code_pattern"])
        try:
            groups: Mapping[str, int] = re.compile(pattern).groupindex
        except re.error as error:
            raise forms.ValidationError(f"This is no regular expression: {error}.") from error
        if "order" not in groups:
            raise forms.ValidationError("It needs a group named order: (?P<order>…).")
        return pattern

    def changes(self, before: Pair) -> dict[str, tuple[str, str]]:
        """What differs from the pair as it was: name → (before, after)."""
        return {
            name: (str(getattr(before, name)), str(self.cleaned_data[name]))
            for name in self.fields
            if getattr(before, name) != self.cleaned_data[name]
        }


class AccountForm(PageForm):
    """Which Xero account plays a role; the chart's accounts are offered when it has been read."""

    role = forms.ChoiceField(label="Role", choices=AccountRole.Role.choices)
    account_code = forms.CharField(label="Xero account", max_length=10)
    currency = forms.CharField(
        label="Only for currency", max_length=3, required=False, help_text="Empty: any."
    )
    scheme = forms.ChoiceField(
        label="Only for card scheme", required=False, choices=[("", "Any"), ("AMEX", "American Express")]
    )
    category = forms.CharField(
        label="Only for product category", max_length=80, required=False, help_text="For sales; empty: any."
    )
    tax_type = forms.CharField(label="Tax type", max_length=40, required=False)

    def __init__(self, *args: Any, config: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if chart := config.get("chart"):
            accounts = [
                (row["code"], f"{row['code']} · {row['name']}") for row in chart if row["status"] == "ACTIVE"
            ]
            self.fields["account_code"] = forms.ChoiceField(
                label="Xero account", choices=[("", "Choose"), *accounts]
            )
        if rates := config.get("tax_rates"):
            types = [
                (rate["type"], f"{rate['name']} ({rate['type']})")
                for rate in rates
                if rate["status"] == "ACTIVE"
            ]
            self.fields["tax_type"] = forms.ChoiceField(
                label="Tax type", required=False, choices=[("", "As the account has it"), *types]
            )

    def clean_currency(self) -> str:
        """A currency code, or nothing."""
        code = str(self.cleaned_data["currency"]).upper()
        if code and code not in EXPONENTS:
            raise forms.ValidationError(f"{code} is no ISO 4217 currency.")
        return code


class InviteForm(PageForm):
    """Somebody to invite."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.OPERATOR)


class RoleForm(PageForm):
    """A member's role."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)


class NewPairForm(PageForm):
    """A new pair."""

    name = forms.CharField(label="Name", max_length=80, help_text="Usually the company's name.")
    slug = forms.SlugField(
        label="Address", max_length=80, help_text="Part of every page's address: small letters and dashes."
    )
    base_currency = forms.ChoiceField(label="Base currency of the books", initial="GBP")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        featured = ["GBP", "EUR", "USD"]
        codes = [*featured, *sorted(set(EXPONENTS) - set(featured))]
        self.fields["base_currency"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]  # a choice field
