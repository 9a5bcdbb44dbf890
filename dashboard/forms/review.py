"""Forms of the review of matches: its filters, how a difference is closed, from which probability is confirmed, rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.http import QueryDict

from dashboard.forms.base import PageForm
from dashboard.forms.filters import ListFilter, choice_field, day_field
from dashboard.selectors.review_panel import minor_of
from dashboard.tables.keyset import Sort
from integrations.models import AccountRole, Pair
from reconciliation.models import BankAccount, BankLine, MerchantAccount

TODO: Final = "todo"
STATES: Final = [
    (TODO, "To be decided"),
    ("suggested", "Suggested"),
    ("open", "Nothing suggested"),
    ("matched", "Matched"),
    ("not_ours", "Not ours"),
    ("all", "All"),
]
_OF_STATE: Final[dict[str, tuple[str, ...]]] = {
    TODO: (BankLine.State.OPEN, BankLine.State.SUGGESTED),
    "all": tuple(BankLine.State.values),
}
SORTS: Final = {
    "date": ("Oldest first", Sort("date", "booked_on", descending=False)),
    "-date": ("Newest first", Sort("date", "booked_on", descending=True)),
    "-sure": ("Surest first", Sort("sure", "sure", descending=True)),
    "-amount": ("Largest first", Sort("amount", "amount_minor", descending=True)),
    "amount": ("Smallest first", Sort("amount", "amount_minor", descending=False)),
}
_RANGE: Final = re.compile(r"^\s*(?P<low>[^.\s][^\s]*?)\s*(?:\.\.|to|–)\s*(?P<high>\S+)\s*$")


class AmountField(forms.CharField):
    """An amount, "20 to 30", "> 100" or "< 5"; without a sign both money in and money out."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label="Amount", max_length=40, **kwargs)
        self.currency = "GBP"

    def clean(self, value: Any) -> Q | None:
        text = super().clean(value)
        if not text:
            return None
        if between := _RANGE.match(text):
            low, high = sorted((self._minor(between["low"]), self._minor(between["high"])))
            return Q(amount_minor__range=(low, high)) | Q(amount_minor__range=(-high, -low))
        if text[0] in "<>":
            minor = abs(self._minor(text[1:]))
            if text[0] == ">":
                return Q(amount_minor__gt=minor) | Q(amount_minor__lt=-minor)
            return Q(amount_minor__gt=-minor, amount_minor__lt=minor)
        minor = self._minor(text.replace("−", "-"))
        is_signed = text.lstrip()[0] in "+-−"
        return Q(amount_minor=minor) if is_signed else Q(amount_minor__in=[minor, -minor])

    def _minor(self, text: str) -> int:
        minor = minor_of(text, self.currency)
        if minor is None:
            raise forms.ValidationError("Write an amount such as 24.00, 20 to 30, > 100 or < 5.")
        return minor


class ReviewFilter(ListFilter[BankLine]):
    """Which bank lines; at first all that are still to be decided."""

    search_paths = ("reference__icontains", "description__icontains", "counterparty__icontains")
    date_path = "booked_on"

    state = choice_field("State", STATES)
    account = choice_field("Account", [("", "Any")])
    amount = AmountField(
        widget=forms.TextInput(attrs={"placeholder": "24.00, > 100", "title": "24.00, 20 to 30, > 100, < 5"})
    )
    since = day_field("From")
    until = day_field("To")
    sort = choice_field("Order", [(key, label) for key, (label, _) in SORTS.items()])

    def __init__(self, query: QueryDict, pair: Pair) -> None:
        super().__init__(query, pair)
        rows = BankAccount.objects.filter(pair=pair).order_by("name")
        self.fields["account"].choices = [("", "Any"), *((str(row.pk), str(row)) for row in rows)]  # type: ignore[attr-defined]  # a choice field
        self.fields["amount"].currency = next(  # type: ignore[attr-defined]  # an amount field
            (row.currency for row in rows if str(row.pk) == query.get("account")), pair.base_currency
        )

    def search_hint(self) -> str:
        return "Reference, payer, text"

    @property
    def states(self) -> tuple[str, ...]:
        """The states of lines that the list shows."""
        chosen = str(self.cleaned_data.get("state") or TODO)
        return _OF_STATE.get(chosen, (chosen,))

    @property
    def order(self) -> Sort:
        return SORTS[str(self.cleaned_data.get("sort") or "date")][1]

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        yield Q(state__in=self.states)
        if account := values.get("account"):
            yield Q(bank_account=account)
        if amount := values.get("amount"):
            yield amount

    def _start_of(self, day: date) -> date:
        return day


def known_accounts(pair: Pair) -> list[tuple[str, str]]:
    """Codes that the pair uses, to choose from, without those of banks and clearing."""
    roles = AccountRole.objects.filter(pair=pair).exclude(
        role__in=[AccountRole.Role.CLEARING, AccountRole.Role.BANK]
    )
    return [(row.account_code, row.get_role_display()) for row in roles.order_by("account_code", "pk")]


class BulkForm(PageForm):
    """From which probability suggestions are confirmed together, in per cent."""

    least = forms.IntegerField(
        label="Confirm suggestions from, in per cent",
        min_value=50,
        max_value=100,
        initial=95,
        widget=forms.NumberInput(attrs={"type": "range", "step": "1", "list": "bulk-marks"}),
    )

    @property
    def probability(self) -> Decimal:
        """As a share of one; the initial one where none was said."""
        least = self.cleaned_data.get("least") if self.is_bound and self.is_valid() else None
        return Decimal(least or 95) / 100


class RuleForm(PageForm):
    """A rule for bank lines."""

    name = forms.CharField(
        label="Name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    when = forms.CharField(
        label="When",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", "spellcheck": "false"}),
        help_text="For instance: “RENT” in text and amount < 0. Fields: text, reference, description, counterparty, amount, "
        "currency, date, account.",
    )
    action = forms.ChoiceField(
        label="Then",
        choices=[("not_ours", "It is not ours: leave it alone"), ("match", "It is money of an acquirer")],
        widget=forms.RadioSelect,
        initial="not_ours",
    )
    payer = forms.CharField(
        label="Which acquirer",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"list": "rule-payers", "autocomplete": "off"}),
        help_text="As its merchant accounts call it. The line is matched with its settlements, whatever the bank calls it.",
    )


def known_payers(pair: Pair) -> list[str]:
    """The acquirers of the pair's merchant accounts."""
    rows = MerchantAccount.objects.filter(pair=pair).order_by("acquirer")
    return list(rows.values_list("acquirer", flat=True).distinct())
