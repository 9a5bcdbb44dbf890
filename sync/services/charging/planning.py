"""What charging some invoices would do, by our own records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from integrations.cards.core.limits import Limits, check_charge, needs_second_person, over_batch_limit, totals
from integrations.cards.core.terms import CardNotChargeable, check_chargeable
from integrations.cards.selectors import (
    charged_today,
    due_of,
    facts_of_card,
    limits_of,
    policy_of,
    why_not_now,
)
from integrations.clock import business_now
from integrations.core.money import Money
from integrations.instructions.core.rules import opayo_day
from integrations.models import Order, Pair, SavedCard
from sync.models import Posting

MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """An order to be charged to a card; `amount` None for all that is due."""

    order_id: int
    card_id: int
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class PlannedCharge:
    """One row of a preview; `refusal` says why it would not be charged, for people."""

    order: Order
    card: SavedCard
    amount: Money
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What charging would do. `refusal` stops all of it; `needs_second_person` holds it until somebody else agrees."""

    rows: Sequence[PlannedCharge]
    sums: Mapping[str, Money] = field(default_factory=dict)
    refusal: str = ""
    needs_second_person: bool = False

    @property
    def fit(self) -> list[PlannedCharge]:
        """Those that would be charged."""
        return [row for row in self.rows if not row.refusal]

    @property
    def unfit(self) -> list[PlannedCharge]:
        """Those that would not."""
        return [row for row in self.rows if row.refusal]


def plan(pair: Pair, choices: Sequence[Choice], *, dues: Mapping[int, str] | None = None) -> Plan:
    """What charging these would do, by our own records. Changes nothing; a few small queries an order.

    `dues` are what Xero stands in the way of, by order (`ask_xero`).
    """
    limits = limits_of(policy_of(pair))
    orders = (
        Order.objects.filter(pair=pair)
        .select_related("pair", "customer")
        .in_bulk([row.order_id for row in choices])
    )
    cards = (
        SavedCard.objects.filter(pair=pair)
        .select_related("first_payment")
        .in_bulk([row.card_id for row in choices])
    )
    known = [row for row in choices[:MOST_AT_ONCE] if row.order_id in orders and row.card_id in cards]
    rows: list[PlannedCharge] = []
    for choice in known:
        order, card = orders[choice.order_id], cards[choice.card_id]
        row = PlannedCharge(order, card, choice.amount or due_of(order))
        refusal = (dues or {}).get(order.pk, "") or refusal_of(row, rows, limits)
        rows.append(replace(row, refusal=refusal))
    sums = totals(row.amount for row in rows if not row.refusal)
    return Plan(rows, sums, _stops(sums, limits), needs_second_person(sums, limits))


def _stops(sums: Mapping[str, Money], limits: Limits) -> str:
    return over_batch_limit(sums, limits) if sums else "None of these invoices can be charged."


def refusal_of(row: PlannedCharge, earlier: Sequence[PlannedCharge], limits: Limits) -> str:
    """Why this one may not be charged; those earlier in the batch count to the customer's day."""
    try:
        _check_order(row)
        check_chargeable(facts_of_card(row.card), opayo_day(business_now()))
        check_charge(row.amount, _today(row, earlier), limits)
    except CardNotChargeable as refusal:
        return str(refusal)
    return ""


def _check_order(row: PlannedCharge) -> None:
    order, due = row.order, due_of(row.order)
    if words := why_not_now(order):
        raise CardNotChargeable(words)
    if order.customer_id is None or row.card.customer_id != order.customer_id:
        raise CardNotChargeable(f"{row.card} belongs to another customer than order {order.number}.")
    if order.conversion:
        raise CardNotChargeable(
            f"The invoice of order {order.number} is in another currency than the order. Send a pay link."
        )
    if invoice_of(order) is None:
        raise CardNotChargeable(
            f"The invoice of order {order.number} is not in Xero yet. Try again in a minute."
        )
    if not 0 < row.amount.minor <= due.minor or row.amount.currency != due.currency:
        raise CardNotChargeable(
            f"{row.amount} is not what may be charged for order {order.number}: {due} is due."
            if due
            else f"Nothing is due on order {order.number} any more."
        )


def _today(row: PlannedCharge, earlier: Sequence[PlannedCharge]) -> Money:
    before = charged_today(row.card.customer_id or 0, row.amount.currency, business_now())
    planned = (
        other.amount
        for other in earlier
        if not other.refusal
        and other.card.customer_id == row.card.customer_id
        and other.amount.currency == row.amount.currency
    )
    return Money.total([before, *planned], row.amount.currency)


def invoice_of(order: Order) -> Posting | None:
    """The order's invoice as it stands in Xero; None while it is not there."""
    return Posting.objects.filter(order=order, kind=Posting.Kind.INVOICE, state=Posting.State.POSTED).first()
