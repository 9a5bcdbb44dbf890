"""The connections of a pair, with everything their cards show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from dashboard.core import states
from dashboard.core.states import StateWords, state_words
from integrations.models import Connection, Pair
from integrations.xero.core.scopes import in_words, missing

_ICONS: Final[dict[str, str]] = {
    "xero": "book-open-check", "opayo": "credit-card", "shop": "shopping-bag", "chat": "message-square",
}  # fmt: skip
_ADDRESSES: Final[dict[str, tuple[str, str]]] = {
    "shop": ("Orders go to", "/in/shop/{key}/orders"),
    "opayo": ("NotificationURL for transactions the shop registers", "/in/opayo/{key}/notify"),
    "xero": ("Webhook address", "/in/xero/{key}"),
}
_ORDER: Final = ("shop", "opayo", "xero")


@dataclass(frozen=True, slots=True)
class Card:
    """One connection. `token_expires_at` and `lacking` (missing scopes, in words) are Xero's."""

    connection: Connection
    icon: str
    state: StateWords
    address_label: str
    address: str
    token_expires_at: datetime | None
    consent_is_dead: bool
    lacking: str
    secret_names: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One system of the pair, connected or not."""

    system: str
    label: str
    purpose: str
    icon: str
    cards: tuple[Card, ...]


_PURPOSES: Final[dict[str, str]] = {
    "shop": "Sends orders here and is told when they are paid.",
    "opayo": "Takes the customers' money.",
    "xero": "Keeps the books.",
    "chat": "Is told by your flows what happens.",
}


def slots_of(pair: Pair) -> list[Slot]:
    """Shop, Opayo and Xero, in the direction the money goes, and chats if there are any. Two queries."""
    rows = (
        Connection.objects.filter(pair=pair)
        .select_related("grant")
        .prefetch_related("secrets")
        .order_by("pk")
    )
    cards = [_card(row) for row in rows]
    return [
        Slot(
            system,
            Connection.System(system).label,
            _PURPOSES[system],
            _ICONS[system],
            tuple(card for card in cards if card.connection.system == system),
        )
        for system in (*_ORDER, *_extra(cards))
    ]


def _extra(cards: Sequence[Card]) -> tuple[str, ...]:
    chats = any(card.connection.system == Connection.System.CHAT for card in cards)
    return (Connection.System.CHAT,) if chats else ()


def card_of(connection: Connection) -> Card:
    """One connection's card, read afresh."""
    return _card(Connection.objects.select_related("grant").prefetch_related("secrets").get(pk=connection.pk))


def _card(connection: Connection) -> Card:
    label, path = _ADDRESSES.get(connection.system, ("", ""))
    grant = connection.grant
    lacking = missing(grant.scopes, custom=grant.kind == grant.Kind.CUSTOM) if grant else ()
    return Card(
        connection=connection,
        icon=_ICONS[connection.system],
        state=state_words(states.CONNECTION, connection.status),
        address_label=label,
        address=settings.SITE_URL + path.format(key=connection.key) if path else "",
        token_expires_at=grant.expires_at if grant else None,
        consent_is_dead=grant.is_dead if grant else False,
        lacking=in_words(lacking),
        secret_names=tuple(sorted(secret.name.replace("_", " ") for secret in connection.secrets.all())),
        facts=tuple(_facts(connection.config)),
    )


def _facts(config: dict[str, Any]) -> Iterable[tuple[str, str]]:
    shown = {
        "organisation": "Organisation",
        "base_currency": "Base currency",
        "vat_scheme": "VAT scheme",
        "lock_date": "Locked until",
        "vendor": "Vendor",
        "environment": "Environment",
        "reporting_user": "Reporting user",
        "confirmation_url": "Confirmations go to",
        "return_url": "Customers return to",
    }
    for name, label in shown.items():
        if value := config.get(name):
            yield label, str(value)
