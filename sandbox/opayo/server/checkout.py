"""From registration to result: what the vendor starts and the customer carries through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sandbox.opayo.authorisation import assess, three_d_secure
from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.cards import Card, is_expired, read_card, security_code_result
from sandbox.opayo.core.issuer import CHALLENGE
from sandbox.opayo.core.london import london_day
from sandbox.opayo.core.registration import Registration, read_registration
from sandbox.opayo.core.status_codes import Refusal, status_detail
from sandbox.opayo.core.transaction import State, Transaction
from sandbox.opayo.gateway import MOUNT, Gateway
from sandbox.opayo.records import Record
from sandbox.opayo.server.notifier import Notifier
from sandbox.opayo.tokens import card_from_row, card_to_row

RETRY = "RETRY"
"""The card was declined and the customer may try another."""
CHALLENGED = "3DAUTH"


class Checkout:
    """Server transactions up to their notification."""

    def __init__(self, gateway: Gateway, notifier: Notifier) -> None:
        self._gateway = gateway
        self._notifier = notifier

    def register(self, fields: Mapping[str, str], base_url: str) -> dict[str, str]:
        """Register a transaction; the reply as the protocol's fields, refusals included."""
        protocol = fields.get("VPSProtocol") or "3.00"
        try:
            record = self._open(read_registration(fields, self._gateway.vendor, self._gateway.currencies))
        except Refusal as refusal:
            return {
                "VPSProtocol": protocol,
                "Status": refusal.status,
                "StatusDetail": status_detail(refusal.code),
            }
        return {
            "VPSProtocol": protocol,
            "Status": "OK",
            "StatusDetail": status_detail("2014"),
            "VPSTxId": f"{{{record.tx.vps_tx_id}}}",
            "SecurityKey": record.tx.security_key,
            "NextURL": f"{base_url}{MOUNT}/pay/{record.tx.vps_tx_id}",
        }

    def _open(self, registration: Registration) -> Record:
        gateway = self._gateway
        gateway.check_unused(registration.vendor_tx_code)
        fields = dict(registration.fields)
        self._check_token(fields)
        tx = Transaction(
            vps_tx_id=gateway.new_guid(),
            vendor_tx_code=registration.vendor_tx_code,
            security_key=gateway.new_security_key(),
            tx_type=registration.tx_type,
            amount=registration.amount,
            currency=registration.currency,
            started=gateway.now(),
        )
        record = Record(tx, "Server", registration.protocol, fields)
        record.machine["registered"] = gateway.machine()
        self._notifier.start_watch(record)
        gateway.records.add(record)
        return record

    def _check_token(self, fields: Mapping[str, str]) -> None:
        """A saved card has to be there and still good, and cannot be saved a second time."""
        if "Token" not in fields:
            return
        card = self._gateway.tokens.card(fields["Token"])
        if card is None:
            raise Refusal("2018")
        if fields.get("CreateToken") == "1":
            raise Refusal("3193")
        if is_expired(card, london_day(self._gateway.now())):
            raise Refusal("5013")

    # The customer's part

    def open_page(self, record: Record) -> None:
        """The customer's browser asked for the card form."""
        if record.tx.state in life.CARD_PAGES:
            record.tx = life.show_card_form(record.tx)
            self._notifier.touch(record)

    def pay(self, record: Record, number: str, holder: str, expiry: str, security_code: str) -> str:
        """Pay with a card; the resulting Status, `3DAUTH` or `RETRY`. Raises `Refusal` for bad details."""
        if record.tx.state not in life.CARD_PAGES:
            return self.standing(record)
        card = self._card(record, number, holder, expiry, security_code)
        applies = record.fields.get("Apply3DSecure") != "2" and record.fields.get("AccountType", "E") == "E"
        result = three_d_secure(self._gateway, card.holder, applies=applies)
        if result == CHALLENGE:
            record.tx = life.start_challenge(record.tx)
            record.card = card_to_row(card)
            self._notifier.touch(record)
            return CHALLENGED
        return self._authorise(record, card, result)

    def answer_challenge(self, record: Record, *, passed: bool) -> str:
        """The customer answered the bank's question; the resulting Status or `RETRY`."""
        if record.tx.state is not State.AT_3D_SECURE:
            return self.standing(record)
        return self._authorise(record, card_from_row(record.card), "OK" if passed else "NOTAUTHED")

    def cancel(self, record: Record) -> str:
        """The customer does not want to pay after all; the resulting Status."""
        if record.tx.is_unfinished and record.tx.state is not State.AWAITING_VENDOR:
            record.results = {"StatusDetail": status_detail("2013")}
            record.tx = life.decide(record.tx, "ABORT", self._gateway.now())
            self._notifier.announce(record)
        return self.standing(record)

    def standing(self, record: Record) -> str:
        """Status as far as it is known: `3DAUTH` during a challenge, empty before a card was given."""
        return CHALLENGED if record.tx.state is State.AT_3D_SECURE else record.tx.status

    def _card(self, record: Record, number: str, holder: str, expiry: str, security_code: str) -> Card:
        saved = self._gateway.tokens.card(record.fields["Token"]) if "Token" in record.fields else None
        if saved is not None and not number:
            matches = security_code_result(saved.payment_system, security_code) if security_code else None
            return replace(saved, security_code_matches=matches)
        today = london_day(self._gateway.now())
        any_card = self._gateway.switches["unpublished_cards"] == "approved"
        return read_card(number, holder, expiry, security_code, today, accept_any=any_card)

    def _authorise(self, record: Record, card: Card, proof: str) -> str:
        gateway = self._gateway
        verdict = assess(gateway, record, card, proof)
        if verdict.status in ("NOTAUTHED", "REJECTED") and self._may_retry(record):
            return RETRY
        if verdict.status == "OK":
            self._use_token(record, card)
        record.tx = life.decide(
            record.tx,
            verdict.status,
            gateway.now(),
            tx_auth_no=gateway.records.next_tx_auth_no() if verdict.status == "OK" else 0,
            payment_system=card.payment_system,
        )
        self._notifier.announce(record)
        return verdict.status

    def _may_retry(self, record: Record) -> bool:
        declined = record.notice.get("declined", 0) + 1
        if declined >= self._gateway.switches["card_attempts"]:
            return False
        record.notice["declined"] = declined
        record.tx = replace(record.tx, state=State.CARD_DETAILS)
        self._notifier.touch(record)
        return True

    def _use_token(self, record: Record, card: Card) -> None:
        if record.fields.get("CreateToken") == "1":
            token = self._gateway.new_guid()
            self._gateway.tokens.keep(token, card, self._gateway.now())
            record.results["Token"] = f"{{{token}}}"
        elif "Token" in record.fields and record.fields.get("StoreToken") != "1":
            self._gateway.tokens.remove(record.fields["Token"])
