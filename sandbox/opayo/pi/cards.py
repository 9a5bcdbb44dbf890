"""Merchant session keys and card identifiers: how a card gets in without the merchant seeing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sandbox.kernel.store import Row
from sandbox.opayo.core.cards import PI_CARD_TYPES, Card, read_card, security_code_result
from sandbox.opayo.core.london import iso_millis, london_day
from sandbox.opayo.core.pi_errors import BodyFaults, Fault, PiError
from sandbox.opayo.core.pi_fields import CARD, SECURITY_CODE, SESSION_KEY, Body, check, value_at
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.tokens import card_from_row, card_to_row

LIFE = 400.0
"""Seconds of the machine clock a session key and a card identifier live."""
FAILURES_ALLOWED = 3
_FAULT_OF_REFUSAL = {
    "5012": (1003, "cardholderName"),
    "5024": (1004, "cardholderName"),
    "5054": (1005, "cardholderName"),
    "5026": (1005, "cardNumber"),
    "5011": (1007, "cardNumber"),
    "4021": (1008, "cardNumber"),
    "5013": (1009, "expiryDate"),
    "5028": (1009, "expiryDate"),
    "5018": (1004, "securityCode"),
    "5019": (1005, "securityCode"),
}
_INVALID = Fault(1011, "paymentMethod.card.cardIdentifier")


class CardDesk:
    """Hands out session keys and takes cards for identifiers. No number or security code is kept."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._keys = gateway.world.store.table("opayo.session_keys")
        self._cards = gateway.world.store.table("opayo.card_identifiers")

    # Session keys

    def new_key(self, body: Body) -> dict[str, Any]:
        """POST /merchant-session-keys."""
        check(body, SESSION_KEY)
        if body["vendorName"].lower() != self._gateway.vendor:
            raise PiError(401, 1002)
        key = self._gateway.new_guid()
        row = {"key": key, "until": self._gateway.machine() + LIFE, "failures": 0, "used": False}
        return self._shown_key(self._keys.put(key, row))

    def show_key(self, key: str) -> dict[str, Any]:
        """GET /merchant-session-keys/{key}."""
        if len(key) != 36:
            raise PiError(400, 1000)
        row = self._live_key(key)
        if row is None:
            raise PiError(404, 1006)
        return self._shown_key(row)

    def _live_key(self, key: str) -> Row | None:
        row = self._keys.get(key.upper())
        expired = row is not None and self._gateway.machine() > row["until"]
        return None if expired else row

    def _shown_key(self, row: Row) -> dict[str, Any]:
        return {"merchantSessionKey": row["key"], "expiry": _iso(row["until"])}

    # Card identifiers

    def new_card(self, bearer: str, body: Body) -> dict[str, Any]:
        """POST /card-identifiers, with a session key as bearer."""
        key = self._usable_key(bearer)
        try:
            card = self._read(body)
        except BodyFaults:
            self._count_failure(key)
            raise
        self._keys.put(key["key"], key | {"used": True})
        identifier = self._gateway.new_guid()
        until = self._gateway.machine() + LIFE
        row = {"id": identifier, "key": key["key"], "until": until, "card": card_to_row(card)}
        self._cards.put(identifier, row)
        return {
            "cardIdentifier": identifier,
            "expiry": _iso(until),
            "cardType": PI_CARD_TYPES[card.payment_system],
        }

    def _read(self, body: Body) -> Card:
        check(body, CARD)
        details: Mapping[str, str] = body["cardDetails"]
        try:
            return read_card(
                details["cardNumber"],
                details["cardholderName"],
                details["expiryDate"],
                details.get("securityCode") or "",
                london_day(self._gateway.now()),
                accept_any=self._gateway.switches["unpublished_cards"] == "approved",
            )
        except Refusal as refusal:
            code, name = _FAULT_OF_REFUSAL[refusal.code]
            raise BodyFaults([Fault(code, f"cardDetails.{name}")]) from refusal

    def _usable_key(self, bearer: str) -> Row:
        row = self._live_key(bearer)
        if row is None or row["used"]:
            raise PiError(401, 1002)
        return row

    def _count_failure(self, key: Row) -> None:
        failures = key["failures"] + 1
        if failures >= FAILURES_ALLOWED:
            self._keys.delete(key["key"])
        else:
            self._keys.put(key["key"], key | {"failures": failures})

    def link_security_code(self, bearer: str, identifier: str, body: Body) -> None:
        """POST /card-identifiers/{id}/security-code, for a saved card."""
        key = self._usable_key(bearer)
        card = self._gateway.tokens.card(identifier)
        if card is None:
            raise PiError(404, 1011)
        check(body, SECURITY_CODE)
        try:
            matches = security_code_result(card.payment_system, body["securityCode"])
        except Refusal as refusal:
            self._count_failure(key)
            raise BodyFaults([Fault(1004, "securityCode")]) from refusal
        self._keys.put(key["key"], key | {"used": True, "linked": identifier.upper(), "matches": matches})

    def delete(self, identifier: str) -> None:
        """DELETE /card-identifiers/{id}: forget a saved card."""
        if not self._gateway.tokens.remove(identifier):
            raise PiError(404, 1011)

    # Use in a transaction

    def take(self, body: Body) -> tuple[str, Card]:
        """The card a sale names, used up unless it is a saved one; `BodyFaults` 1011 if it is no good."""
        method = value_at(body, "paymentMethod.card")
        identifier = str(method["cardIdentifier"]).upper()
        key = str(method.get("merchantSessionKey") or "").upper()
        if method.get("reusable"):
            return identifier, self._saved(identifier, key)
        row = self._cards.get(identifier)
        if row is None or row["key"] != key or self._gateway.machine() > row["until"]:
            raise BodyFaults([_INVALID])
        self._cards.delete(identifier)
        self._keys.delete(key)
        return identifier, card_from_row(row["card"])

    def _saved(self, identifier: str, key: str) -> Card:
        card = self._gateway.tokens.card(identifier)
        if card is None:
            raise BodyFaults([_INVALID])
        if not key:
            return card
        row = self._live_key(key)
        if row is None or row.get("linked") != identifier:
            raise BodyFaults([_INVALID])
        self._keys.delete(key)
        return replace(card, security_code_matches=row["matches"])


def _iso(seconds: float) -> str:
    return iso_millis(datetime.fromtimestamp(seconds, UTC))
