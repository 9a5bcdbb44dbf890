"""Saved cards and what may be charged to them, for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from dashboard.core.card_states import CHARGE
from dashboard.core.states import StateWords
from integrations.cards.core.consent import Consent
from integrations.cards.core.terms import CardNotChargeable, check_chargeable
from integrations.cards.selectors import (
    cards_of,
    consent_of,
    due_of,
    facts_of_card,
    usable_cards,
    why_not_now,
)
from integrations.cards.vault import note
from integrations.checkout.links import pay_url
from integrations.clock import business_now
from integrations.core.money import Money
from integrations.instructions.core.rules import opayo_day
from integrations.models import (
    CardAccess,
    CardCharge,
    ChargeBatch,
    Customer,
    Order,
    Pair,
    SavedCard,
    User,
)
from sync.models import Posting

MOST_DUE: Final = 200
_SHOWN_AGAIN: Final = timedelta(hours=1)


def today() -> date:
    """The day at Opayo, by the clock of the books."""
    return opayo_day(business_now())


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with what stands in its way: empty when it may be charged."""

    card: SavedCard
    consent: Consent | None
    refusal: str


@dataclass(frozen=True, slots=True)
class CardsPanel:
    """A customer's cards, and the orders they still owe something on. `order` is the one the page is about, if any."""

    cards: Sequence[CardView]
    due: Sequence[Order]
    charges: Sequence[CardCharge]

    @property
    def may_be_charged(self) -> bool:
        return bool(self.due) and any(not view.refusal for view in self.cards)


def view_of(card: SavedCard) -> CardView:
    """The card as it stands today."""
    try:
        check_chargeable(facts_of_card(card), today())
    except CardNotChargeable as refusal:
        return CardView(card, consent_of(card), str(refusal))
    return CardView(card, consent_of(card), "")


def panel_of(customer: Customer, order: Order | None = None) -> CardsPanel:
    """What the panel on a customer's, or on an order's page shows."""
    orders = (
        [order] if order is not None else list(_open_orders(customer.pair).filter(customer=customer)[:20])
    )
    charges = CardCharge.objects.filter(order__customer=customer).select_related("card", "order")
    charges = charges.filter(order=order) if order is not None else charges
    return CardsPanel(
        [view_of(card) for card in cards_of(customer)],
        [each for each in orders if due_of(each) and not why_not_now(each)],
        list(charges.order_by("-pk")[:10]),
    )


def cards_listed(pair: Pair) -> QuerySet[SavedCard]:
    """All cards of a pair with their customers."""
    return SavedCard.objects.filter(pair=pair).select_related("customer", "first_payment")


def _open_orders(pair: Pair) -> QuerySet[Order]:
    states = (Order.State.OPEN, Order.State.PART_PAID, Order.State.FAILED)
    return Order.objects.filter(pair=pair, state__in=states).select_related("customer", "pair")


@dataclass(frozen=True, slots=True)
class DueInvoice:
    """An open invoice of our orders that a saved card could pay."""

    order: Order
    number: str
    due_on: date | None
    due: Money
    cards: Sequence[CardView]
    refusal: str

    @property
    def card_id(self) -> int | None:
        """The card offered first."""
        return next((view.card.pk for view in self.cards if not view.refusal), None)


def due_invoices(pair: Pair, *, order_id: int | None = None, until: date | None = None) -> list[DueInvoice]:
    """Invoices in Xero that are not paid, whose customer has left a card; those due longest first."""
    owners = usable_cards(pair).exclude(customer=None).values("customer")
    invoices = Posting.objects.filter(
        pair=pair,
        kind=Posting.Kind.INVOICE,
        state=Posting.State.POSTED,
        order__in=_open_orders(pair),
        order__customer__in=owners,
    ).select_related("order", "order__customer", "order__pair")
    if order_id is not None:
        invoices = invoices.filter(order=order_id)
    cards: dict[int, list[CardView]] = {}
    rows = [_due_invoice(posting, cards) for posting in invoices.order_by("pk")[:MOST_DUE]]
    found = [row for row in rows if row.due and (until is None or row.due_on is None or row.due_on <= until)]
    return sorted(found, key=lambda row: (row.due_on or date.max, row.order.pk))


def _due_invoice(posting: Posting, cards: dict[int, list[CardView]]) -> DueInvoice:
    order = posting.order
    if order is None or order.customer is None:
        raise ValueError("An invoice to be charged has an order with a customer.")
    if order.customer.pk not in cards:
        usable = cards_of(order.customer).filter(state=SavedCard.State.USABLE)
        cards[order.customer.pk] = [view_of(card) for card in usable]
    views = cards[order.customer.pk]
    reasons = [
        why_not_now(order),
        *(view.refusal for view in views[:1] if all(each.refusal for each in views)),
    ]
    number = posting.remote_number or str(posting.document.get("InvoiceNumber", "")) or posting.natural_key
    return DueInvoice(
        order,
        number,
        _due_day(posting),
        due_of(order),
        views,
        next((words for words in reasons if words), ""),
    )


def _due_day(posting: Posting) -> date | None:
    written = str(posting.document.get("DueDate", ""))
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def batches_of(pair: Pair) -> QuerySet[ChargeBatch]:
    """Batches with who asked and who decided, newest first."""
    return ChargeBatch.objects.filter(pair=pair).select_related("asked_by", "decided_by").order_by("-pk")


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with its charges, and how far they are."""

    batch: ChargeBatch
    charges: Sequence[CardCharge]
    sums: Sequence[tuple[StateWords, Money]]
    ended: int

    @property
    def is_settled(self) -> bool:
        """Whether nothing moves by itself any more."""
        return self.batch.state != ChargeBatch.State.GOING


def batch_view(batch: ChargeBatch) -> BatchView:
    """What the page of a batch shows."""
    charges = list(
        batch.charges.select_related("order", "card", "card__customer", "instruction").order_by("pk")
    )
    rows = (
        batch.charges.values("state", "currency")
        .annotate(total=Sum("amount_minor"))
        .order_by("state", "currency")
    )
    sums = [(CHARGE[row["state"]], Money(row["total"], row["currency"])) for row in rows]
    still = (CardCharge.State.HELD, CardCharge.State.ASKED)
    return BatchView(batch, charges, sums, sum(charge.state not in still for charge in charges))


def accesses_of(card: SavedCard) -> QuerySet[CardAccess]:
    """Who used or saw a card, newest first."""
    return card.accesses.select_related("actor").order_by("-pk")[:100]


def note_shown(card: SavedCard, by: User) -> None:
    """A person looks at a card: written down, once an hour each."""
    since = timezone.now() - _SHOWN_AGAIN
    seen = CardAccess.objects.filter(card=card, actor=by, what=CardAccess.What.SHOWN, at__gte=since)
    if not seen.exists():
        note(card, CardAccess.What.SHOWN, "The page of the card", by=by)


def link_for_new_card(card: SavedCard, now: datetime) -> str:
    """A pay link at which the customer can leave another card; empty while they owe nothing to pay there."""
    if card.customer is None:
        return ""
    orders = _open_orders(card.pair).filter(customer=card.customer).filter(Q(placed_at__lte=now))
    newest = orders.order_by("-pk")[:20]
    owed = next((order for order in newest if due_of(order) and not why_not_now(order)), None)
    return pay_url(owed) if owed else ""
