"""Money that went back, and what Opayo was asked to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from dashboard.core import states
from dashboard.core.states import state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Amount, Badge, Cell, Link, Moment, Text
from dashboard.tables.orders import order_link
from dashboard.tables.payments import payment_link
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.instructions.selectors import OPEN
from integrations.models import Instruction, Pair, Refund


def _state(refund: Refund) -> states.StateWords:
    return states.REFUND["voided" if refund.is_voided else "given"]


def _code(row: Refund | Instruction, pair: Pair) -> Cell:
    """The VendorTxCode, leading to the order where the whole story is, or else to the payment."""
    if row.payment is None:
        return Text(row.vendor_tx_code, "mono")
    order = row.payment.order
    link = order_link(order, pair) if order is not None else payment_link(row.payment, pair)
    return Link(row.vendor_tx_code, link.href, main=True) if isinstance(link, Link) else link


def _order(row: Refund | Instruction, pair: Pair) -> Cell:
    return order_link(row.payment.order if row.payment else None, pair)


def _payment(row: Refund | Instruction, pair: Pair) -> Cell:
    return payment_link(row.payment, pair) if row.payment else Text("")


def _in_xero(refund: Refund, pair: Pair) -> Cell:
    postings = refund.shown_postings  # type: ignore[attr-defined]  # read along by selectors.lists
    return Badge(state_words(states.POSTING, postings[-1].state)) if postings else Text("")


REFUNDS: TableSpec[Refund] = TableSpec(
    name="refunds",
    noun="refund",
    order="-when",
    columns=(
        Column("code", "VendorTxCode", _code, sort="vendor_tx_code", fixed=True),
        Column("when", "Given back", lambda row, pair: Moment(row.happened_at, pair.zone), sort="happened_at"),
        Column("order", "Order", _order),
        Column("payment", "Payment", _payment, shown=False),
        Column("channel", "Came by", lambda row, pair: Text(row.get_channel_display()), sort="channel"),
        Column("reason", "Reason", lambda row, pair: Text(row.reason)),
        Column("state", "State", lambda row, pair: Badge(_state(row)), sort="is_voided"),
        Column("xero", "In Xero", _in_xero),
        Column("amount", "Amount", lambda row, pair: Amount(row.amount_minor, row.currency), numeric=True, money=True),
    ),
    empty=EmptyState(
        "Nothing has gone back",
        "Refunds appear here, whether made in MyOpayo, asked for by the shop, or made from an order's page.",
        "orders",
        "Look at the orders",
    ),
)  # fmt: skip

ASKED: TableSpec[Instruction] = TableSpec(
    name="asked",
    noun="instruction",
    order="-asked",
    columns=(
        Column("code", "VendorTxCode", _code, sort="vendor_tx_code", fixed=True),
        Column("asked", "Asked", lambda row, pair: Moment(row.asked_at, pair.zone), sort="asked_at"),
        Column("kind", "What", lambda row, pair: Text(row.get_kind_display()), sort="kind"),
        Column("order", "Order", _order),
        Column("payment", "Payment", _payment, shown=False),
        Column("via", "By", lambda row, pair: Text(row.asked_by.email if row.asked_by else row.get_via_display())),
        Column("reason", "Reason", lambda row, pair: Text(row.reason), shown=False),
        Column("state", "State", lambda row, pair: Badge(state_words(states.INSTRUCTION, row.state)), sort="state"),
        Column("error", "What became of it", lambda row, pair: Text(row.error)),
        Column("amount", "Amount", lambda row, pair: Amount(row.amount_minor, row.currency), numeric=True, money=True),
    ),
    empty=EmptyState(
        "Opayo was asked nothing yet",
        "Refunds, releases and the like that a person, the shop or a partner asks for appear here, with what became of them.",
        "orders",
        "Look at the orders",
    ),
)  # fmt: skip


class RefundFilter(ListFilter[Refund]):
    """Which refunds."""

    search_paths = (
        "vendor_tx_code__icontains", "payment__vendor_tx_code__icontains", "order__number__icontains", "reason__icontains",
    )  # fmt: skip
    date_path = "happened_at"

    state = choice_field("State", choices_of(states.REFUND, "Any state"))
    channel = choice_field("Came by", [("", "Anybody"), *Refund.Channel.choices])
    since = day_field("From")
    until = day_field("To")

    def search_hint(self) -> str:
        return "VendorTxCode, order, reason"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            yield Q(is_voided=state == "voided")
        if channel := values.get("channel"):
            yield Q(channel=channel)


class AskedFilter(ListFilter[Instruction]):
    """Which instructions; `open` are all that have not ended."""

    search_paths = (
        "vendor_tx_code__icontains", "payment__vendor_tx_code__icontains", "payment__order__number__icontains",
        "reason__icontains",
    )  # fmt: skip
    date_path = "asked_at"

    state = choice_field(
        "State", [*choices_of(states.INSTRUCTION, "Any state")[:1], ("open", "Not ended yet"), *choices_of(states.INSTRUCTION, "")[1:]]
    )  # fmt: skip
    kind = choice_field("What", [("", "Anything"), *Instruction.Kind.choices])
    via = choice_field("Asked by", [("", "Anybody"), *Instruction.Via.choices])
    since = day_field("From")
    until = day_field("To")

    def search_hint(self) -> str:
        return "VendorTxCode, order, reason"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            yield Q(state__in=OPEN) if state == "open" else Q(state=state)
        for name in ("kind", "via"):
            if value := values.get(name):
                yield Q(**{name: value})
