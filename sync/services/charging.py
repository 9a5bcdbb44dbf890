"""Charging saved cards for invoices that are due: look first, then write down, a second person agreeing where it is much.

Nothing is sent from here. What is due is asked of Xero just before anything is written down, for somebody may have booked a
payment there by hand; and of our own records once more under the pair's lock, so that two people, or one in two windows,
never charge an invoice twice or a customer above the day's limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from django.db import transaction

from integrations.cards.charging import new_charge, send_charge
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
from integrations.cards.settling import close_batch
from integrations.clock import business_now
from integrations.core.failures import Failure
from integrations.core.money import Money
from integrations.core.pci import mask_text
from integrations.instructions.core.rules import opayo_day
from integrations.models import (
    AuditEntry,
    CardCharge,
    CardPolicy,
    ChargeBatch,
    Order,
    Pair,
    SavedCard,
    User,
)
from integrations.pairs.selectors import xero_of
from integrations.xero.client import XeroClient
from integrations.xero.lookups import Found, find_invoices_by_id
from sync.models import Posting
from sync.services.actions import ActionRefusedError

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
        refusal = (dues or {}).get(order.pk, "") or _refusal(row, rows, limits)
        rows.append(replace(row, refusal=refusal))
    sums = totals(row.amount for row in rows if not row.refusal)
    return Plan(rows, sums, _stops(sums, limits), needs_second_person(sums, limits))


def _stops(sums: Mapping[str, Money], limits: Limits) -> str:
    return over_batch_limit(sums, limits) if sums else "None of these invoices can be charged."


def _refusal(row: PlannedCharge, earlier: Sequence[PlannedCharge], limits: Limits) -> str:
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


def ask_xero(pair: Pair, choices: Sequence[Choice]) -> dict[int, str]:
    """What Xero's own AmountDue stands in the way of, by order, in words. One call for forty invoices.

    Raises ActionRefusedError when Xero cannot be asked: nobody is charged on a guess.
    """
    wanted = {row.order_id: row for row in choices}
    invoices = {
        posting.order_id or 0: posting
        for posting in Posting.objects.filter(
            pair=pair, order__in=wanted, kind=Posting.Kind.INVOICE, state=Posting.State.POSTED
        ).select_related("order")
    }
    try:
        found = find_invoices_by_id(XeroClient(xero_of(pair)), [row.remote_id for row in invoices.values()])
    except Failure as failure:
        raise ActionRefusedError(
            f"Nothing was charged, for Xero cannot say what is due. {failure.message}"
        ) from failure
    words = {
        pk: _not_due(posting, found.get(posting.remote_id), wanted[pk]) for pk, posting in invoices.items()
    }
    return {pk: refusal for pk, refusal in words.items() if refusal}


def _not_due(posting: Posting, invoice: Found | None, choice: Choice) -> str:
    order = posting.order
    if order is None or invoice is None:
        return f"Xero no longer has invoice {posting.natural_key}."
    if invoice.status != "AUTHORISED" or invoice.amount_due is None:
        return f"Invoice {invoice.number} is {invoice.status.lower()} in Xero, so nothing is due on it."
    wanted = choice.amount or due_of(order)
    if invoice.currency != wanted.currency:
        return f"Invoice {invoice.number} is in {invoice.currency} in Xero. Send a pay link."
    if wanted.to_decimal() > invoice.amount_due:
        return (
            f"Only {invoice.amount_due} {invoice.currency} is due on invoice {invoice.number} in Xero: "
            "somebody has booked something on it there."
        )
    return ""


def charge(pair: Pair, choices: Sequence[Choice], *, by: User, reason: str, request_key: str) -> ChargeBatch:
    """Write the charges down; asked at once, or held for a second person. The same key gives the same batch.

    Rows that may not be charged are kept with their reason. Raises ActionRefusedError when none may, or all of it may not.
    """
    known = ChargeBatch.objects.filter(pair=pair, request_key=request_key).first()
    if known is not None:
        return known
    dues = ask_xero(pair, choices)
    with transaction.atomic():
        _lock(pair)
        known = ChargeBatch.objects.filter(pair=pair, request_key=request_key).first()
        if known is not None:
            return known
        planned = plan(pair, choices, dues=dues)
        if planned.refusal:
            reasons = " ".join(row.refusal for row in planned.unfit[:3])
            raise ActionRefusedError(f"{planned.refusal} {reasons}".strip())
        return _write_down(pair, planned, by, reason, request_key)


def _lock(pair: Pair) -> None:
    """One charge of a pair is written down at a time."""
    CardPolicy.objects.get_or_create(pair=pair)
    CardPolicy.objects.select_for_update(no_key=True).get(pair=pair)


def _write_down(pair: Pair, planned: Plan, by: User, reason: str, request_key: str) -> ChargeBatch:
    is_held = planned.needs_second_person
    batch = ChargeBatch.objects.create(
        pair=pair,
        state=ChargeBatch.State.HELD if is_held else ChargeBatch.State.GOING,
        request_key=request_key,
        asked_by=by,
        reason=mask_text(reason),
    )
    for row in planned.rows:
        made = new_charge(batch.pk, row.order, row.card, row.amount, CardCharge.State.HELD)
        if row.refusal:
            made.state, made.error, made.ended_at = CardCharge.State.UNFIT, row.refusal, business_now()
        made.save()
        if not row.refusal and not is_held:
            send_charge(made, by=by, reason=reason)
    _audit(batch, "asked" if not is_held else "held", by, reason, planned.sums)
    return batch


def agree(batch: ChargeBatch, *, by: User, reason: str) -> ChargeBatch:
    """A second person agrees to a held batch; each charge is checked anew. Raises ActionRefusedError."""
    rows = list(batch.charges.filter(state=CardCharge.State.HELD))
    if batch.asked_by_id == by.pk:
        raise ActionRefusedError("Somebody else than the one who asked has to agree.")
    choices = [Choice(row.order_id, row.card_id, Money(row.amount_minor, row.currency)) for row in rows]
    dues = ask_xero(batch.pair, choices)
    with transaction.atomic():
        _lock(batch.pair)
        batch = _decide(batch, by, ChargeBatch.State.GOING)
        held = batch.charges.filter(state=CardCharge.State.HELD).select_related(
            "card__first_payment", "order__customer"
        )
        for row in held:
            _send_held(row, dues, by, batch.reason)
        close_batch(batch.pk)
        _audit(batch, "agreed", by, reason, {})
    return ChargeBatch.objects.get(pk=batch.pk)


def _send_held(row: CardCharge, dues: Mapping[int, str], by: User, reason: str) -> None:
    """What was agreed is charged unless something has come in between. The limits were kept to when it was asked."""
    # Let go while it is looked at, or it would stand in its own way.
    CardCharge.objects.filter(pk=row.pk).update(state=CardCharge.State.UNFIT)
    planned = PlannedCharge(row.order, row.card, Money(row.amount_minor, row.currency))
    refusal = dues.get(row.order_id, "") or _refusal(planned, (), Limits())
    if refusal:
        row.state, row.error, row.ended_at = CardCharge.State.UNFIT, refusal, business_now()
        row.save(update_fields=["state", "error", "ended_at"])
    else:
        send_charge(row, by=by, reason=reason)


@transaction.atomic
def withdraw(batch: ChargeBatch, *, by: User, reason: str) -> ChargeBatch:
    """Nobody is charged of a held batch. Raises ActionRefusedError when it is not held any more."""
    _lock(batch.pair)
    batch = _decide(batch, by, ChargeBatch.State.WITHDRAWN)
    batch.charges.filter(state=CardCharge.State.HELD).update(
        state=CardCharge.State.WITHDRAWN, error=f"Withdrawn: {reason}"[:500], ended_at=business_now()
    )
    _audit(batch, "withdrawn", by, reason, {})
    return batch


def _decide(batch: ChargeBatch, by: User, state: ChargeBatch.State) -> ChargeBatch:
    locked = ChargeBatch.objects.select_for_update(of=("self",), no_key=True).select_related("pair")
    row = locked.get(pk=batch.pk)
    if row.state != ChargeBatch.State.HELD:
        raise ActionRefusedError("Somebody has decided about these charges already.")
    row.state, row.decided_by, row.decided_at = state, by, business_now()
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row


def _audit(batch: ChargeBatch, verb: str, by: User, reason: str, sums: Mapping[str, Money]) -> None:
    AuditEntry.objects.create(
        pair_id=batch.pair_id,
        actor=by,
        action=f"card_charges.{verb}",
        subject=f"batch {batch.pk}",
        reason=mask_text(reason),
        data={"batch": batch.pk, "sums": [str(amount) for amount in sums.values()]},
    )
