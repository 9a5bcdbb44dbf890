"""The list of disputes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from dashboard.core import states
from dashboard.core.deadlines import ANSWER_DUE, LOST, WELL, WITH_THE_BANK, time_left
from dashboard.core.states import StateWords, state_words
from dashboard.forms.filters import ListFilter, choice_field, choices_of, day_field
from dashboard.tables.cells import Amount, Badge, Cell, Day, Link, Text
from dashboard.tables.orders import order_link
from dashboard.tables.payments import payment_link
from dashboard.tables.table import Column, EmptyState, TableSpec
from integrations.disputes.core.reasons import reason_of
from integrations.disputes.importing import today_of
from integrations.models import Dispute, Pair

GROUPS = {"answer": ANSWER_DUE, "bank": WITH_THE_BANK, "well": WELL, "gone": LOST}
_TYING = StateWords("Sale not found", "bad")


def dispute_link(dispute: Dispute, pair: Pair, *, main: bool = False) -> Cell:
    """A dispute's case number, leading to its page."""
    return Link(dispute.case_id, reverse("disputes-page", args=[pair.slug, dispute.pk]), main=main)


def reason_words(dispute: Dispute) -> str:
    """The reason code with what it means, as far as anybody knows."""
    reason = reason_of(dispute.scheme, dispute.reason_code)
    return " · ".join(part for part in (dispute.reason_code, reason.meaning if reason else "") if part)


def _left(dispute: Dispute, pair: Pair) -> Cell:
    left = time_left(dispute.state, dispute.respond_by, today_of(pair))
    return Badge(StateWords(left.words.capitalize(), left.tone)) if left else Text("")


def _sale(dispute: Dispute, pair: Pair) -> Cell:
    if dispute.payment is None:
        return Badge(_TYING)
    return order_link(dispute.order, pair) if dispute.order else payment_link(dispute.payment, pair)


DISPUTES: TableSpec[Dispute] = TableSpec(
    name="disputes",
    noun="dispute",
    order="left",
    columns=(
        Column("case", "Case", lambda row, pair: dispute_link(row, pair, main=True), sort="case_id", fixed=True),
        Column("state", "State", lambda row, pair: Badge(state_words(states.DISPUTE, row.state)), sort="state"),
        Column("left", "Time to answer", _left, sort="urgency"),
        Column("by", "Respond by", lambda row, pair: Day(row.respond_by), shown=False),
        Column("sale", "Sale", _sale),
        Column("scheme", "Scheme", lambda row, pair: Text(row.scheme), sort="scheme"),
        Column("reason", "Reason", lambda row, pair: Text(reason_words(row), "clip")),
        Column("family", "Kind", lambda row, pair: Text(row.get_family_display()), sort="family", shown=False),
        Column("acquirer", "Acquirer", lambda row, pair: Text(row.acquirer), sort="acquirer", shown=False),
        Column("raised", "Raised", lambda row, pair: Day(row.raised_on), sort="raised_on"),
        Column("fee", "Fee", lambda row, pair: Amount(row.fee_minor or None, row.fee_currency or row.currency),
               numeric=True, money=True, shown=False),
        Column("amount", "At stake", lambda row, pair: Amount(row.amount_minor, row.currency), sort="amount_minor",
               numeric=True, money=True),
    ),
    empty=EmptyState(
        "No disputes",
        "When a cardholder's bank takes money back, your acquirer tells you, not Opayo. Import the acquirer's file here, or enter "
        "the notice by hand: the sale is found by its references, and the books follow.",
        "disputes-import",
        "Import a file",
    ),
)  # fmt: skip


class DisputeFilter(ListFilter[Dispute]):
    """Which disputes."""

    search_paths = (
        "case_id__icontains", "order__number__icontains", "payment__vendor_tx_code__icontains", "retrieval_reference__iexact",
        "last_four", "reason_code__iexact",
    )  # fmt: skip
    date_path = "raised_on"

    state = choice_field(
        "State",
        [
            ("", "Any state"),
            ("answer", "Waiting for your answer"),
            ("bank", "With the bank"),
            ("well", "Money is back"),
            ("gone", "Money is gone"),
            *choices_of(states.DISPUTE, "")[1:],
        ],
    )
    family = choice_field("Kind", [("", "Any kind"), *Dispute.Family.choices])
    sale = choice_field("Sale", [("", "Found or not"), ("missing", "Not found yet")])
    since = day_field("Raised from")
    until = day_field("To")

    def search_hint(self) -> str:
        return "Case, order, reference, last four digits"

    def conditions(self, values: dict[str, Any]) -> Iterable[Q]:
        if state := values.get("state"):
            yield Q(state__in=GROUPS[state]) if state in GROUPS else Q(state=state)
        if family := values.get("family"):
            yield Q(family=family)
        if values.get("sale"):
            yield Q(payment=None)

    def _start_of(self, day: date) -> date:
        return day  # disputes are raised on days, not at moments
