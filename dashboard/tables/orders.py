"""The list of orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Amount, Badge, Cell, Link, Moment, Text
from dashboard.tables.customers import customer_link
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Order, Pair


def order_link(order: Order | None, pair: Pair, *, main: bool = False) -> Cell:
    """An order's number, leading to its page."""
    if order is None:
        return Text("")
    return Link(order.number, reverse("orders-page", args=[pair.slug, order.pk]), main=main)


def _invoice(order: Order, pair: Pair) -> Cell:
    postings = order.invoice_postings  # type: ignore[attr-defined]  # read along by selectors.lists
    return Badge(state_words(states.POSTING, postings[0].state)) if postings else Text("")


ORDERS: TableSpec[Order] = TableSpec(
    name="orders",
    noun="order",
    order="-placed",
    columns=(
        Column("number", "Order", lambda row, pair: order_link(row, pair, main=True), sort="number", fixed=True),
        Column("placed", "Placed", lambda row, pair: Moment(row.placed_at, pair.zone), sort="placed_at"),
        Column("customer", "Customer", lambda row, pair: customer_link(row.customer, pair)),
        Column("email", "E-mail", lambda row, pair: Text(row.customer.email if row.customer else ""), shown=False),
        Column("state", "State", lambda row, pair: Badge(state_words(states.ORDER, row.state)), sort="state"),
        Column("invoice", "Invoice in Xero", _invoice),
        Column(
            "total", "Total", lambda row, pair: Amount(row.total_minor, row.currency),
            sort="total_minor", numeric=True, money=True,
        ),
        Column(
            "captured", "Captured", lambda row, pair: Amount(row.captured_minor, row.currency),
            sort="captured_minor", numeric=True, money=True,
        ),
        Column(
            "changed", "Last change", lambda row, pair: Moment(row.updated_at, pair.zone), sort="updated_at", shown=False
        ),
    ),
    empty=EmptyState(
        "No orders yet",
        "Orders appear here seconds after the shop sends them. Connect the shop and let it post to the address on its card.",
        "connections",
        "Connect the shop",
    ),
)  # fmt: skip


class OrderFilter(ListFilter[Order]):
    """Which orders."""

    search_paths = ("number__icontains", "customer__name__icontains", "customer__email__icontains")
    date_path = "placed_at"

    state = choice_field("State", choices_of(states.ORDER, "Any state"))
    since = day_field("From")
    until = day_field("To")

    def search_hint(self) -> str:
        return "Order number, customer or e-mail"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            yield Q(state=state)
