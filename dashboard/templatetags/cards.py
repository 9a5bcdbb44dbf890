"""Saved cards in templates."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.core.card_states import BATCH, CHARGE, card_words
from dashboard.selectors.cards import CardsPanel, panel_of, today
from dashboard.tables.cards import card_name
from integrations.cards.core.consent import Consent
from integrations.models import CardCharge, ChargeBatch, Customer, Order, SavedCard

register = template.Library()


@register.simple_tag
def cards_panel(customer: Customer | None, order: Order | None = None) -> CardsPanel | None:
    """`{% cards_panel customer order as panel %}`: a customer's cards; None for no customer."""
    return panel_of(customer, order or None) if customer else None


@register.filter
def card_label(card: SavedCard) -> str:
    """`{{ card|card_label }}`: VISA •••• 0006."""
    return card_name(card)


@register.filter
def consent_place(consent: Consent) -> str:
    """Where a consent was given, for people: "Pay link"."""
    return consent.channel.replace("_", " ").capitalize() or "—"


@register.filter
def card_badge(row: SavedCard | CardCharge | ChargeBatch) -> SafeString:
    """How a card, a charge or a batch stands, as a badge."""
    if isinstance(row, SavedCard):
        words = card_words(row.state, row.expires_on, today())
    else:
        words = (CHARGE if isinstance(row, CardCharge) else BATCH)[row.state]
    return format_html('<span class="badge badge--{}">{}</span>', words.tone, words.label)
