"""What customers do on Opayo's pages, done without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from sandbox.shop.gateway import Gateway
from sandbox.shop.trade.plan import Attempt, Outcome


class Counter(Gateway, Protocol):
    """The part of the simulated Opayo that stands for customers' clicks."""

    def customer_pays(
        self, vps_tx_id_or_next_url: str, *, card_number: str, cardholder: str = ..., cvv: str = ...
    ) -> str:
        """Fill in the card form and press Pay; the resulting Status."""

    def customer_passes_challenge(self, vps_tx_id_or_next_url: str, *, passed: bool = True) -> str:
        """Answer the bank's question; the resulting Status."""

    def customer_cancels(self, vps_tx_id_or_next_url: str) -> str:
        """Press Cancel; the resulting Status."""

    def answers_get_lost(self, vps_tx_id_or_next_url: str) -> None:
        """Let Opayo hear no answer to the result of a payment."""

    def pi_payment(self, **sale: Any) -> dict[str, Any]:
        """Take a card payment as the shop's own server does by Pi; the JSON of the reply."""

    def pi_passes_challenge(self, transaction_id: str, *, passed: bool = True) -> dict[str, Any]:
        """Answer the bank's question in a Pi payment; the JSON of the transaction."""


PASSES, IS_CHALLENGED, FAILS = "SUCCESSFUL", "CHALLENGE", "NOTAUTH"
"""Cardholder names that decide 3-D Secure in the vendor's test environment."""


def security_code(card_number: str) -> str:
    """The published code of a test card: four digits for American Express."""
    return "1234" if card_number.startswith("3") else "123"


def cardholder(attempt: Attempt) -> str:
    """The name that makes the attempt end as planned."""
    if attempt.outcome is Outcome.REJECTED:
        return FAILS
    return IS_CHALLENGED if attempt.challenge else PASSES


class Cashier:
    """Acts for customers at the counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def serve(self, tried: Mapping[str, Any], attempt: Attempt) -> str:
        """One visit to the payment page of a Server transaction; the resulting Status."""
        page = tried["next_url"]
        if attempt.outcome is Outcome.CANCELLED:
            return self._counter.customer_cancels(page)
        status = self._counter.customer_pays(
            page,
            card_number=attempt.card_number,
            cardholder=cardholder(attempt),
            cvv=security_code(attempt.card_number),
        )
        return self._counter.customer_passes_challenge(page) if status == "3DAUTH" else status

    def lose_answers(self, tried: Mapping[str, Any]) -> None:
        """Let the bridge's answers about an attempt never reach Opayo."""
        self._counter.answers_get_lost(tried["next_url"])

    def take_by_pi(
        self, order: Mapping[str, Any], vendor_tx_code: str, attempt: Attempt, tx_type: str = "PAYMENT"
    ) -> str:
        """A payment on the shop's own page; the Status in the protocol's words."""
        customer = order["customer"]
        reply = self._counter.pi_payment(
            vendor_tx_code=vendor_tx_code,
            transaction_type=tx_type.title(),
            amount_minor=int(Decimal(order["total"]) * 100),
            currency=order["currency"],
            description=f"Order {order['number']}",
            card_number=attempt.card_number,
            cardholder=cardholder(attempt),
            customer_first_name=customer["first_name"][:20],
            customer_last_name=customer["last_name"][:20],
            customer_email=customer["email"],
            billing_address=_pi_address(customer["billing_address"]),
        )
        if reply.get("status") == "3DAuth":
            reply = self._counter.pi_passes_challenge(reply["transactionId"])
        return str(reply.get("status", "ERROR")).upper()


def _pi_address(address: Mapping[str, str]) -> dict[str, str]:
    given = {
        "address1": address["line1"],
        "city": address["city"],
        "postalCode": address["postcode"],
        "country": address["country"],
    }
    return {**given, "state": address["region"]} if address["region"] else given
