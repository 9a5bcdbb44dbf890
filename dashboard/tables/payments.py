"""The list of payments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Amount, Badge, Cell, Link, Moment, Text
from dashboard.tables.orders import order_link
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.models import Pair, Payment
from sync.selectors.places import PLACES, in_place


def payment_link(payment: Payment, pair: Pair, *, main: bool = False) -> Cell:
    """A payment's VendorTxCode, leading to its page."""
    return Link(payment.vendor_tx_code, reverse("payments-page", args=[pair.slug, payment.pk]), main=main)


def card_words(payment: Payment) -> str:
    """The card as people know it: Visa •••• 4242."""
    return f"{payment.card_type} •••• {payment.last_four}".strip() if payment.last_four else payment.card_type


def _in_xero(payment: Payment, pair: Pair) -> Cell:
    postings = payment.payment_postings  # type: ignore[attr-defined]  # read along by selectors.lists
    if payment.is_unmatched:
        return Badge(states.UNMATCHED)
    return Badge(state_words(states.POSTING, postings[0].state)) if postings else Text("")


def _order(payment: Payment, pair: Pair) -> Cell:
    return order_link(payment.order, pair)


PAYMENTS: TableSpec[Payment] = TableSpec(
    name="payments",
    noun="payment",
    order="-taken",
    columns=(
        Column("code", "VendorTxCode", lambda row, pair: payment_link(row, pair, main=True), sort="vendor_tx_code", fixed=True),
        Column(
            "taken", "Taken", lambda row, pair: Moment(row.taken_at or row.created_at, pair.zone), sort="happened_at"
        ),
        Column("order", "Order", _order),
        Column("card", "Card", lambda row, pair: Text(card_words(row), "mono")),
        Column("state", "State", lambda row, pair: Badge(state_words(states.PAYMENT, row.state)), sort="state"),
        Column("status", "Opayo status", lambda row, pair: Text(row.status, "mono"), sort="status"),
        Column("detail", "Opayo detail", lambda row, pair: Text(row.status_detail), shown=False),
        Column("channel", "Came by", lambda row, pair: Text(row.get_channel_display()), sort="channel", shown=False),
        Column("xero", "Payment in Xero", _in_xero),
        Column(
            "amount", "Amount", lambda row, pair: Amount(row.amount_minor, row.currency), numeric=True, money=True
        ),
    ),
    empty=EmptyState(
        "No payments yet",
        "Every attempt to pay appears here, with the bank's answer. Connect Opayo and payments follow by themselves.",
        "connections",
        "Connect Opayo",
    ),
)  # fmt: skip


class PaymentFilter(ListFilter[Payment]):
    """Which payments."""

    search_paths = (
        "vendor_tx_code__icontains", "order__number__icontains", "vps_tx_id__iexact", "last_four", "tx_auth_no",
    )  # fmt: skip
    date_path = "happened_at"

    state = choice_field("State", choices_of(states.PAYMENT, "Any state"))
    place = choice_field("Where it stands", [("", "Anywhere"), *PLACES.items()])
    currency = choice_field("Currency", [("", "Any currency")])
    since = day_field("From")
    until = day_field("To")

    def __init__(self, query: Any, pair: Pair) -> None:
        super().__init__(query, pair)
        kept = dict.fromkeys([pair.base_currency, *pair.currencies_kept, query.get("currency", "")])
        self.fields["currency"].choices = [("", "Any currency"), *((code, code) for code in kept if code)]  # type: ignore[attr-defined]  # a ChoiceField

    def search_hint(self) -> str:
        return "VendorTxCode, order, last four digits"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        for name in ("state", "currency"):
            if value := values.get(name):
                yield Q(**{name: value})
        if place := values.get("place"):
            yield in_place(place)
