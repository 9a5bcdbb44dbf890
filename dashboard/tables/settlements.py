"""The list of settlements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Amount, Badge, Cell, Count, Day, Link, Text
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Pair
from reconciliation.models import MerchantAccount, Settlement


def settlement_link(settlement: Settlement, pair: Pair, *, main: bool = False) -> Cell:
    """A settlement's reference, leading to its page."""
    return Link(settlement.reference, reverse("settlements-page", args=[pair.slug, settlement.pk]), main=main)


SETTLEMENTS: TableSpec[Settlement] = TableSpec(
    name="settlements",
    noun="settlement",
    order="-settled",
    columns=(
        Column("reference", "Reference", lambda row, pair: settlement_link(row, pair, main=True), sort="reference", fixed=True),
        Column("state", "State", lambda row, pair: Badge(state_words(states.SETTLEMENT, row.state)), sort="state"),
        Column("acquirer", "Acquirer", lambda row, pair: Text(row.merchant_account.acquirer)),
        Column("mid", "Merchant number", lambda row, pair: Text(row.merchant_account.mid, "mono"), shown=False),
        Column("batch", "Opayo batch", lambda row, pair: Text(row.batch_id, "mono")),
        Column("settled", "Settled", lambda row, pair: Day(row.settled_on), sort="settled_on"),
        Column("due", "Due at the bank", lambda row, pair: Day(row.due_on), sort="due_on"),
        Column("items", "Payments", lambda row, pair: Count(row.items), numeric=True),  # type: ignore[attr-defined]  # annotated by selectors.settlements
        Column("amount", "Pays", lambda row, pair: Amount(row.net_minor, row.currency), sort="net_minor", numeric=True, money=True),
    ),
    empty=EmptyState(
        "Nothing has been settled yet",
        "Opayo's batches appear here the morning after the sales. Import the acquirer's statement to see its fees, and the bank's "
        "to see the money arrive.",
        "settlements-import",
        "Import a statement",
    ),
)  # fmt: skip


class SettlementFilter(ListFilter[Settlement]):
    """Which settlements; `open` are all whose money is not at the bank."""

    search_paths = ("reference__icontains", "batch_id__icontains", "merchant_account__mid__icontains")
    date_path = "settled_on"

    state = choice_field(
        "State",
        [*choices_of(states.SETTLEMENT, "Any state")[:1], ("open", "Not banked yet"), *choices_of(states.SETTLEMENT, "")[1:]],
    )  # fmt: skip
    account = choice_field("Merchant account", [("", "Any")])
    since = day_field("From")
    until = day_field("To")

    def __init__(self, query: QueryDict, pair: Pair) -> None:
        super().__init__(query, pair)
        rows = MerchantAccount.objects.filter(pair=pair).order_by("acquirer", "currency", "mid")
        choices = [("", "Any"), *((str(row.pk), str(row)) for row in rows)]
        self.fields["account"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def search_hint(self) -> str:
        return "Reference, batch, merchant number"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            open_states = [Settlement.State.EXPECTED, Settlement.State.STATED, Settlement.State.MISSING]
            yield Q(state__in=open_states) if state == "open" else Q(state=state)
        if account := values.get("account"):
            yield Q(merchant_account=account)
