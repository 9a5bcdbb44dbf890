"""Disputes by hand: a new one, the next step of one, how a loss is booked; and acquirers' files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms

from dashboard.forms.base import PageForm
from integrations.core.currencies import EXPONENTS
from integrations.core.files.cells import BadCellError, read_amount, read_last_four
from integrations.core.files.tables import LARGEST_FILE, Table
from integrations.core.money import Money
from integrations.disputes.core.columns import FIELDS, REQUIRED, Columns, folded, guessed, guessed_state
from integrations.disputes.core.notices import DisputeNotice, NoticeError
from integrations.disputes.core.states import LOST, WORDS, choices_after
from integrations.models import Dispute, Pair

_SCHEMES: Final = [("", "Not told"), *((name, name) for name in ("Visa", "Mastercard", "American Express"))]


def _amount_field(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    attributes = {"inputmode": "decimal", "autocomplete": "off"}
    return forms.CharField(
        label=label,
        max_length=20,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs=attributes),
    )


def _day_field(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"})
    )


def _reason_field() -> forms.CharField:
    return forms.CharField(
        label="Note",
        max_length=500,
        help_text="Kept with the dispute and in the audit log.",
        error_messages={"required": "Say in a few words why: it is kept in the audit log."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NoticeForm(PageForm):
    """A form that becomes a notice of a dispute; what the notice refuses is said above the fields."""

    notice: DisputeNotice | None = None

    def looked_at(self) -> DisputeNotice | None:
        """What the form would tell, a note or none; None while it is not understood. Looking takes no note."""
        note = self.fields["note"]
        note.required = self.data.get("step") == "do"
        self.full_clean()
        note.required = True
        return self.notice if self.is_bound and not self.errors else None

    def clean(self) -> dict[str, Any]:
        """Make the notice, once every field is understood."""
        values = super().clean() or {}
        if not self.errors:
            try:
                self.notice = self.made(values)
            except NoticeError as problem:
                self.add_error(None, str(problem))
        return values

    def made(self, values: dict[str, Any]) -> DisputeNotice:
        """The notice that the fields say. Raises NoticeError."""
        raise NoticeError("This form tells nothing.")

    def money(self, name: str, currency: str) -> Money | None:
        """An amount as it was written; None where it is empty or no amount, which is said at the field."""
        text = str(self.cleaned_data.get(name) or "").strip()
        if not text:
            return None
        try:
            return read_amount(text, currency)
        except BadCellError as problem:
            self.add_error(name, f"{problem}.")
            return None


class NewDisputeForm(NoticeForm):
    """A notice of the acquirer, typed in."""

    case_id = forms.CharField(label="Case number", max_length=80, help_text="The acquirer's own number.")
    acquirer = forms.CharField(label="Acquirer", max_length=80, required=False)
    amount = _amount_field("Disputed amount", help_text="May be a part of the sale.")
    currency = forms.CharField(label="Currency", max_length=3, min_length=3)
    fee = _amount_field("Dispute fee", required=False)
    raised_on = _day_field("Day it was raised", required=True)
    respond_by = _day_field(
        "Respond by", help_text="As the notice says: deadlines differ, so none is assumed."
    )
    scheme = forms.ChoiceField(label="Card scheme", choices=_SCHEMES, required=False)
    reason_code = forms.CharField(
        label="Reason code", max_length=20, required=False, help_text="Such as 10.4 or 4853."
    )
    retrieval_reference = forms.CharField(label="Retrieval reference", max_length=40, required=False)
    bank_auth_code = forms.CharField(label="Authorisation code", max_length=20, required=False)
    last_four = forms.CharField(label="Last four digits of the card", max_length=30, required=False)
    sold_on = _day_field("Day of the sale")
    note = _reason_field()

    SECTIONS: Final = (
        ("The case", ("case_id", "acquirer", "raised_on", "respond_by")),
        ("The money", ("amount", "currency", "fee")),
        ("Why", ("scheme", "reason_code", "note")),
        ("Which sale", ("retrieval_reference", "bank_auth_code", "last_four", "sold_on")),
    )

    def __init__(self, *args: Any, pair: Pair, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pair = pair

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in self.SECTIONS]

    def clean_case_id(self) -> str:
        """A number that no dispute of the pair has yet."""
        case_id = str(self.cleaned_data["case_id"]).strip()
        if Dispute.objects.filter(pair=self.pair, case_id=case_id).exists():
            raise forms.ValidationError("There is a dispute of this number already. Open it and move it on.")
        return case_id

    def clean_currency(self) -> str:
        """A currency of ISO 4217."""
        code = str(self.cleaned_data["currency"]).upper()
        if code not in EXPONENTS:
            raise forms.ValidationError(f"{code} is no ISO 4217 currency.")
        return code

    def clean_last_four(self) -> str:
        """Only the last four digits, whatever was typed."""
        try:
            return read_last_four(str(self.cleaned_data["last_four"]))
        except BadCellError as problem:
            raise forms.ValidationError(f"{problem}.") from problem

    def made(self, values: dict[str, Any]) -> DisputeNotice:
        """The first notice of the case."""
        amount, fee = self.money("amount", values["currency"]), self.money("fee", values["currency"])
        if amount is not None and not amount:
            self.add_error("amount", "A dispute is about more than nothing.")
        return DisputeNotice(
            happened_on=values["raised_on"],
            state="received",
            amount_minor=amount.minor if amount else 0,
            fee_minor=fee.minor if fee else 0,
            **{
                name: values[name]
                for name in values
                if name not in ("amount", "fee") and values[name] not in (None, "")
            },
        )


class MoveForm(NoticeForm):
    """The next step of a dispute: only what may follow its state, or no step and a new deadline or fee."""

    state = forms.ChoiceField(label="What happened", required=False)
    happened_on = _day_field("On which day", required=True)
    amount = _amount_field("Amount of this decision", required=False)
    fee = _amount_field(
        "Fees of the case so far", required=False, help_text="All of them together; empty: as before."
    )
    respond_by = _day_field("New deadline", help_text="Empty: as before.")
    note = _reason_field()

    def __init__(self, *args: Any, dispute: Dispute, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"happened_on": today.isoformat()}, **kwargs})
        self.dispute, self.today = dispute, today
        steps = [(state, WORDS[state].label) for state in choices_after(dispute.state)]
        self.fields["state"].choices = [("", "Nothing moved on; only what is below"), *steps]  # type: ignore[attr-defined]  # a choice field
        whole = Money(dispute.amount_minor, dispute.currency)
        self.fields[
            "amount"
        ].help_text = f"Empty: all of it, {whole}. Of a decision over a part, the rest goes the other way."

    def clean_happened_on(self) -> date:
        """A day between the case's beginning and today."""
        day: date = self.cleaned_data["happened_on"]
        if day > self.today:
            raise forms.ValidationError("This day has not come yet.")
        if day < self.dispute.raised_on:
            raise forms.ValidationError(f"The case was raised on {self.dispute.raised_on:%d %B %Y}.")
        return day

    def made(self, values: dict[str, Any]) -> DisputeNotice:
        """The notice of the step."""
        dispute = self.dispute
        amount = self.money("amount", dispute.currency)
        fee = self.money("fee", dispute.fee_currency or dispute.currency)
        if amount is not None and not 0 < amount.minor <= dispute.amount_minor:
            self.add_error("amount", f"It is about {Money(dispute.amount_minor, dispute.currency)} at most.")
        if not (values["state"] or fee or values["respond_by"]):
            self.add_error("state", "Choose what happened, or enter a deadline or a fee.")
        return DisputeNotice(
            case_id=dispute.case_id,
            happened_on=values["happened_on"],
            state=values["state"],
            amount_minor=amount.minor if amount else 0,
            currency=dispute.currency if amount else "",
            fee_minor=fee.minor if fee else 0,
            fee_currency=fee.currency if fee else "",
            respond_by=values["respond_by"],
            note=values["note"],
        )

    @property
    def loses(self) -> bool:
        """Whether the chosen step gives the money up."""
        return self["state"].value() in LOST


class LossForm(NoticeForm):
    """How a loss is booked."""

    loss = forms.ChoiceField(
        label="A loss is booked as", choices=Dispute.Loss.choices, widget=forms.RadioSelect
    )
    note = _reason_field()

    def __init__(self, *args: Any, dispute: Dispute, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispute, self.today = dispute, today

    def made(self, values: dict[str, Any]) -> DisputeNotice:
        """The choice as a notice."""
        return DisputeNotice(self.dispute.case_id, self.today, loss=values["loss"], note=values["note"])


_TOO_LARGE = "The file is larger than 5 MB. Ask the acquirer for a shorter time."


class UploadForm(PageForm):
    """A file to import."""

    file = forms.FileField(
        label="The acquirer's file (CSV)",
        help_text="At most 5 MB. It is looked at first; nothing is imported yet.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )

    def clean_file(self) -> Any:
        """Small enough to read at once."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_TOO_LARGE)
        return file

    def say_too_large(self) -> None:
        """No file came, for it was cut off."""
        self.fields["file"].error_messages["required"] = _TOO_LARGE


class ColumnsForm(PageForm):
    """What an acquirer's columns and words mean."""

    acquirer = forms.CharField(
        label="Acquirer", max_length=80, help_text="Its columns are remembered under this name."
    )
    month_first = forms.ChoiceField(
        label="Days such as 03/09/2026",
        choices=[("", "3 September (day first)"), ("1", "9 March (month first)")],
        required=False,
    )
    comma = forms.ChoiceField(label="Amounts", choices=[("", "1,234.50"), ("1", "1.234,50")], required=False)
    currency_fixed = forms.CharField(
        label="Currency of all rows",
        max_length=3,
        required=False,
        help_text="Where the file has no column for it.",
    )

    def __init__(self, *args: Any, table: Table, columns: Columns | None, **kwargs: Any) -> None:
        self.table = table
        heads = dict(columns.heads) if columns else guessed(table.heads)
        super().__init__(*args, **{"initial": _initial(columns), **kwargs})
        choices = [("", "Not in the file"), *((head, head) for head in table.heads)]
        for name, label in FIELDS.items():
            self.fields[f"head_{name}"] = forms.ChoiceField(
                label=label, choices=choices, required=name in REQUIRED, initial=heads.get(name, "")
            )
        self._add_words(columns, str(self["head_state"].value() or ""))

    def _add_words(self, columns: Columns | None, head: str) -> None:
        """A field for each word that the chosen column of states holds."""
        self.words = self.table.values(head)[:40] if head else []
        states = [("", "Choose"), *((state, words.label) for state, words in WORDS.items())]
        for place, word in enumerate(self.words):
            known = columns.state_of(word) if columns else ""
            self.fields[f"word_{place}"] = forms.ChoiceField(
                label=f"“{word}” means", choices=states, required=False, initial=known or guessed_state(word)
            )

    @property
    def head_fields(self) -> Sequence[forms.BoundField]:
        """The fields that name columns."""
        return [self[f"head_{name}"] for name in FIELDS]

    @property
    def word_fields(self) -> Sequence[forms.BoundField]:
        """The fields that explain words."""
        return [self[f"word_{place}"] for place in range(len(self.words))]

    @property
    def other_fields(self) -> Sequence[forms.BoundField]:
        """The rest."""
        return [self[name] for name in ("acquirer", "currency_fixed", "month_first", "comma")]

    def clean(self) -> dict[str, Any]:
        """Everything that a file needs has a column or a value."""
        values = super().clean() or {}
        code = str(values.get("currency_fixed") or "").upper()
        if code and code not in EXPONENTS:
            self.add_error("currency_fixed", f"{code} is no ISO 4217 currency.")
        for problem in self.columns.problems() if not self.errors else ():
            self.add_error(None, problem)
        return values

    @property
    def columns(self) -> Columns:
        """What was chosen."""
        values = self.cleaned_data
        heads = {name: str(values[f"head_{name}"]) for name in FIELDS if values.get(f"head_{name}")}
        words = {
            folded(word): str(values[f"word_{place}"])
            for place, word in enumerate(self.words)
            if values.get(f"word_{place}")
        }
        fixed = (
            {"currency": str(values.get("currency_fixed", "")).upper()}
            if values.get("currency_fixed")
            else {}
        )
        return Columns(
            str(values["acquirer"]),
            heads,
            words,
            fixed,
            bool(values.get("month_first")),
            bool(values.get("comma")),
        )


def _initial(columns: Columns | None) -> dict[str, str]:
    if columns is None:
        return {}
    return {
        "acquirer": columns.acquirer,
        "currency_fixed": columns.fixed.get("currency", ""),
        "month_first": "1" if columns.month_first else "",
        "comma": "1" if columns.comma else "",
    }
