"""Saved cards: tokens of the protocol and reusable card identifiers of Pi."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.kernel.store import Row, Store
from sandbox.opayo.core.cards import Card


def card_to_row(card: Card) -> dict[str, Any]:
    """What is kept of a card, as a row."""
    return {name: getattr(card, name) for name in Card.__slots__}


def card_from_row(row: dict[str, Any]) -> Card:
    """The card of a row written by `card_to_row`."""
    return Card(**row)


class Tokens:
    """Cards the vendor may charge again, by token (a GUID in upper case, without braces)."""

    def __init__(self, store: Store) -> None:
        self._table = store.table("opayo.tokens")

    def keep(self, token: str, card: Card, now: datetime) -> None:
        """Save a card under a token; whether the security code matched is not kept."""
        row = card_to_row(card) | {"security_code_matches": None}
        self._table.put(token, {"token": token, "created": now, "card": row})

    def card(self, token: str) -> Card | None:
        """The card of a token, with or without braces."""
        row = self.row(token)
        return None if row is None else card_from_row(row["card"])

    def row(self, token: str) -> Row | None:
        """Token, creation time and card."""
        return self._table.get(token.strip("{}").upper())

    def remove(self, token: str) -> bool:
        """Forget a token; False if there is none."""
        key = token.strip("{}").upper()
        known = key in self._table
        self._table.delete(key)
        return known

    def __len__(self) -> int:
        return len(self._table)
