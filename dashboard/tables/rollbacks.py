"""The list of roll-backs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.core.wording import written_money
from dashboard.forms.filters import ListFilter, choice_field, choices_of
from dashboard.tables.cells import Badge, Cell, Link, Moment, Text
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Pair
from sync.models import Rollback


def _name(row: Rollback, pair: Pair) -> Cell:
    return Link(str(row), reverse("rollbacks-page", args=[pair.slug, row.pk]), main=True)


def _money(row: Rollback, pair: Pair) -> Cell:
    return Text(
        ", ".join(written_money(int(minor), currency) for currency, minor in sorted(row.money.items()))
    )


def _proof(row: Rollback, pair: Pair) -> Cell:
    if row.is_proved is None:
        return Text("")
    return Badge(states.PROVED if row.is_proved else states.UNPROVED)


ROLLBACKS: TableSpec[Rollback] = TableSpec(
    name="rollbacks",
    noun="roll-back",
    order="-planned",
    columns=(
        Column("name", "Of", _name, fixed=True),
        Column("planned", "Planned", lambda row, pair: Moment(row.created_at, pair.zone), sort="created_at"),
        Column("by", "By", lambda row, pair: Text(row.planned_by.email)),
        Column("reason", "Reason", lambda row, pair: Text(row.reason)),
        Column("state", "State", lambda row, pair: Badge(state_words(states.ROLLBACK, row.state)), sort="state"),
        Column("proof", "Proof", _proof),
        Column("documents", "Documents", lambda row, pair: Text(str(row.documents)), sort="documents", numeric=True),
        Column("money", "Money", _money, numeric=True),
        Column("ended", "Ended", lambda row, pair: Moment(row.ended_at, pair.zone), shown=False),
    ),
    empty=EmptyState(
        "Nothing was rolled back",
        "An order, one document, one call to Xero or a whole day can be taken back out of Xero. A plan comes first: nothing is "
        "undone before an administrator asks for it.",
    ),
)  # fmt: skip


class RollbackFilter(ListFilter[Rollback]):
    """Which roll-backs."""

    search_paths = ("subject__icontains", "reason__icontains")
    date_path = "created_at"

    state = choice_field("State", choices_of(states.ROLLBACK, "Any state"))

    def search_hint(self) -> str:
        return "Order, day, reason"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            yield Q(state=state)
