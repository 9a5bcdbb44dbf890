"""The list of bank lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Amount, Badge, Cell, Day, Link, Text
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Pair
from reconciliation.models import BankAccount, BankLine


def _link(line: BankLine, pair: Pair) -> Cell:
    words = line.counterparty or line.description or line.reference or "No words"
    address = reverse("bank-statement", args=[pair.slug, line.statement_id])
    return Link(words, f"{address}#line-{line.pk}", main=True)


BANK_LINES: TableSpec[BankLine] = TableSpec(
    name="bank_lines",
    noun="line",
    order="-booked",
    columns=(
        Column("who", "Who or what", _link, fixed=True),
        Column("booked", "Booked", lambda row, pair: Day(row.booked_on), sort="booked_on"),
        Column("state", "State", lambda row, pair: Badge(state_words(states.BANK_LINE, row.state)), sort="state"),
        Column("account", "Account", lambda row, pair: Text(row.bank_account.name)),
        Column("reference", "Reference", lambda row, pair: Text(row.reference, "clip")),
        Column("description", "Text", lambda row, pair: Text(row.description, "clip")),
        Column("statement", "Statement", lambda row, pair: Text(row.statement.filename, "clip"), shown=False),
        Column("amount", "Amount", lambda row, pair: Amount(row.amount_minor, row.currency), sort="amount_minor", numeric=True, money=True),
    ),
    empty=EmptyState(
        "No bank line yet",
        "Import the bank's statement: its lines are matched with what acquirers pay, and what they prove is booked.",
        "bank-import",
        "Import a statement",
    ),
)  # fmt: skip


class BankLineFilter(ListFilter[BankLine]):
    """Which lines; `unmatched` are all that nobody has explained."""

    search_paths = ("reference__icontains", "description__icontains", "counterparty__icontains")
    date_path = "booked_on"

    state = choice_field(
        "State",
        [*choices_of(states.BANK_LINE, "Any state")[:1], ("unmatched", "Not explained yet"), *choices_of(states.BANK_LINE, "")[1:]],
    )  # fmt: skip
    direction = choice_field("Money", [("", "In and out"), ("in", "In"), ("out", "Out")])
    account = choice_field("Account", [("", "Any")])
    since = day_field("From")
    until = day_field("To")

    def __init__(self, query: QueryDict, pair: Pair) -> None:
        super().__init__(query, pair)
        rows = BankAccount.objects.filter(pair=pair).order_by("name")
        choices = [("", "Any"), *((row.slug, row.name) for row in rows)]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def search_hint(self) -> str:
        return "Name, reference, text"

    def _start_of(self, day: date) -> date:
        return day

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            unmatched = [BankLine.State.OPEN, BankLine.State.SUGGESTED]
            yield Q(state__in=unmatched) if state == "unmatched" else Q(state=state)
        if direction := values.get("direction"):
            yield Q(amount_minor__gt=0) if direction == "in" else Q(amount_minor__lt=0)
        if account := values.get("account"):
            yield Q(bank_account__slug=account)
