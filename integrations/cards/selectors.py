"""Reading saved cards, and what has been charged to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from integrations.cards.core.consent import Consent, ConsentError, read_consent
from integrations.cards.core.limits import Limits
from integrations.cards.core.terms import CardFacts
from integrations.core.money import Money
from integrations.instructions.core.rules import opayo_day
from integrations.models import (
    CardCharge,
    CardPolicy,
    Customer,
    Order,
    Pair,
    Payment,
    SavedCard,
)

EXPIRING: Final = timedelta(days=60)
OPEN_CHARGES: Final = (CardCharge.State.HELD, CardCharge.State.ASKED)
_COUNTED: Final = (*OPEN_CHARGES, CardCharge.State.TAKEN)
_NOT_THE_BANK: Final = r"^[345][0-9]{3}"
"""Codes of Opayo's own refusals, which say nothing of the card."""
_ON_OPAYOS_PAGE: Final = timedelta(minutes=15)


def policy_of(pair: Pair) -> CardPolicy:
    """The pair's policy for saved cards; the usual one where nobody has set any. Not saved."""
    return CardPolicy.objects.filter(pair=pair).first() or CardPolicy(pair=pair)


def limits_of(policy: CardPolicy) -> Limits:
    """The policy's limits as the rules see them."""
    return Limits(
        policy.charge_limit, policy.customer_day_limit, policy.batch_limit, policy.second_person_above
    )


def cards_of(customer: Customer) -> QuerySet[SavedCard]:
    """All cards of a customer, usable ones first, then newest first."""
    return customer.saved_cards.select_related("first_payment").order_by("-state", "-pk")


def usable_cards(pair: Pair) -> QuerySet[SavedCard]:
    """Cards that were not deleted."""
    return SavedCard.objects.filter(pair=pair, state=SavedCard.State.USABLE)


def expiring_by(today: date) -> Q:
    """Cards whose last day comes within 60 days, or has come."""
    return Q(state=SavedCard.State.USABLE, expires_on__lte=today + EXPIRING)


def open_charges(order_id: int) -> QuerySet[CardCharge]:
    """What is being charged for an order, or waits for a second person."""
    return CardCharge.objects.filter(order=order_id, state__in=OPEN_CHARGES)


def consent_of(card: SavedCard) -> Consent | None:
    """What its holder agreed to; None when nobody has told of an agreement that counts."""
    if not card.consent:
        return None
    try:
        return read_consent(card.consent)
    except ConsentError:
        return None


def facts_of_card(card: SavedCard) -> CardFacts:
    """The card as the rules see it. Two small queries."""
    charges = card.charges.exclude(charged_on=None)
    taken = charges.filter(state__in=(CardCharge.State.ASKED, CardCharge.State.TAKEN))
    declined = charges.filter(state=CardCharge.State.REFUSED).exclude(
        instruction__status_detail__regex=_NOT_THE_BANK
    )
    first = card.first_payment
    return CardFacts(
        name=str(card),
        state=card.state,
        expires_on=card.expires_on,
        consent=consent_of(card),
        is_known_to_opayo=bool(first.vps_tx_id),
        first_went_through=first.state == Payment.State.CAPTURED,
        charges=_days(taken),
        declines=_days(declined),
    )


def _days(charges: QuerySet[CardCharge]) -> tuple[date, ...]:
    return tuple(day for day in charges.values_list("charged_on", flat=True) if day is not None)


def charged_today(customer_id: int, currency: str, now: datetime) -> Money:
    """What this customer's cards were charged today, in London, or will be once a second person agrees."""
    rows = CardCharge.objects.filter(card__customer=customer_id, currency=currency, state__in=_COUNTED)
    today = rows.filter(Q(charged_on=opayo_day(now)) | Q(charged_on=None))
    return Money(today.aggregate(total=Sum("amount_minor"))["total"] or 0, currency)


def due_of(order: Order) -> Money:
    """What is still due on an order as far as we know; never below nothing.

    Less than total minus captured while a charge has gone through at Opayo that the records do not show yet.
    """
    told = order.card_charges.filter(
        state=CardCharge.State.TAKEN, payment__state=Payment.State.REGISTERED
    ).aggregate(total=Sum("amount_minor"))
    due = order.total_minor - order.captured_minor - (told["total"] or 0)
    return Money(max(due, 0), order.currency)


def why_not_now(order: Order) -> str:
    """Why nothing may be charged for an order at this moment, for people; empty when it may. Two small queries."""
    if order.state not in (Order.State.OPEN, Order.State.PART_PAID, Order.State.FAILED):
        return f"Order {order.number} is {order.get_state_display().lower()}, so there is nothing to charge."
    if open_charges(order.pk).exists():
        return f"Order {order.number} is being charged to a saved card already."
    since = timezone.now() - _ON_OPAYOS_PAGE
    under_way = Q(state=Payment.State.WAITING) | Q(
        state=Payment.State.REGISTERED, card_charge__isnull=True, created_at__gte=since
    )
    if order.payments.filter(under_way).exists():
        return f"Somebody is paying order {order.number} right now, or its payment waits to be released."
    return ""


def sum_by_currency(charges: Iterable[CardCharge]) -> dict[str, Money]:
    """Totals of charges, for people."""
    sums: dict[str, Money] = {}
    for charge in charges:
        amount = Money(charge.amount_minor, charge.currency)
        sums[charge.currency] = sums.get(charge.currency, Money.zero(charge.currency)) + amount
    return sums
