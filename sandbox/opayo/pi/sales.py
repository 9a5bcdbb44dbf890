"""Payment, Deferred and Authenticate by Pi, with their 3-D Secure challenge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.opayo.authorisation import assess, three_d_secure
from sandbox.opayo.core import emv
from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.amounts import EXPONENTS, check_range, from_minor
from sandbox.opayo.core.issuer import CHALLENGE, NOT_CHECKED
from sandbox.opayo.core.pi_errors import BodyFaults, Fault, PiError
from sandbox.opayo.core.pi_fields import CHALLENGE_RESPONSE, Body, check, check_sale, value_at
from sandbox.opayo.core.status_codes import Refusal, status_detail
from sandbox.opayo.core.transaction import State, Transaction, TxType
from sandbox.opayo.gateway import MOUNT, Gateway
from sandbox.opayo.operations import finish
from sandbox.opayo.pi.cards import CardDesk
from sandbox.opayo.records import Record
from sandbox.opayo.tokens import card_from_row, card_to_row

CHALLENGE_LIFE = 1200.0
"""Seconds of the machine clock within which the merchant must bring the cRes."""
SALE_TYPES = {
    "Payment": TxType.PAYMENT,
    "Deferred": TxType.DEFERRED,
    "Authenticate": TxType.AUTHENTICATE,
}
_PROTOCOL_NAMES = (
    ("Description", "description"),
    ("BillingFirstnames", "customerFirstName"),
    ("BillingSurname", "customerLastName"),
    ("BillingAddress1", "billingAddress.address1"),
    ("BillingAddress2", "billingAddress.address2"),
    ("BillingCity", "billingAddress.city"),
    ("BillingPostCode", "billingAddress.postalCode"),
    ("BillingCountry", "billingAddress.country"),
    ("BillingState", "billingAddress.state"),
    ("BillingPhone", "customerPhone"),
    ("DeliveryFirstnames", "shippingDetails.recipientFirstName"),
    ("DeliverySurname", "shippingDetails.recipientLastName"),
    ("DeliveryAddress1", "shippingDetails.shippingAddress1"),
    ("DeliveryAddress2", "shippingDetails.shippingAddress2"),
    ("DeliveryCity", "shippingDetails.shippingCity"),
    ("DeliveryPostCode", "shippingDetails.shippingPostalCode"),
    ("DeliveryCountry", "shippingDetails.shippingCountry"),
    ("DeliveryState", "shippingDetails.shippingState"),
    ("CustomerEMail", "customerEmail"),
    ("ClientIPAddress", "strongCustomerAuthentication.browserIP"),
    ("ReferrerID", "referrerId"),
    ("settlementReferenceText", "settlementReferenceText"),
)
_ACCOUNT_TYPES = {"MailOrder": "M", "TelephoneOrder": "M", "ContinuousAuthority": "C"}
APPLY = {"UseMSPSetting": "0", "Force": "1", "Disable": "2", "ForceIgnoringRules": "3"}


def protocol_fields(body: Body) -> dict[str, str]:
    """What a sale carries, by the protocol's names; the delivery address defaults to the billing one."""
    fields = {name: str(value_at(body, path) or "") for name, path in _PROTOCOL_NAMES}
    if not body.get("shippingDetails"):
        fields |= {
            name.replace("Billing", "Delivery"): value
            for name, value in list(fields.items())
            if name.startswith("Billing")
        }
    fields["AccountType"] = _ACCOUNT_TYPES.get(body.get("entryMethod") or "", "E")
    fields["Apply3DSecure"] = APPLY[body.get("apply3DSecure") or "UseMSPSetting"]
    fields["ApplyAVSCV2"] = APPLY[body.get("applyAvsCvcCheck") or "UseMSPSetting"]
    fields["GiftAidPayment"] = "1" if body.get("giftAid") else "0"
    return {name: value for name, value in fields.items() if value}


class Sales:
    """New charges by Pi."""

    def __init__(self, gateway: Gateway, desk: CardDesk) -> None:
        self._gateway = gateway
        self._desk = desk
        self._challenged: dict[str, float] = {}
        self._by_acs: dict[str, str] = {}

    def restore(self, record: Record) -> None:
        """Take up again, after a restart, a challenge that is under way."""
        if record.tx.state is State.AT_3D_SECURE:
            self._note_challenge(record)

    def sell(self, body: Body, base_url: str) -> Record:
        """POST /transactions for a sale. Raises `BodyFaults` or `Refusal`."""
        check_sale(body)
        currency = body["currency"].upper()
        if currency not in EXPONENTS:
            raise BodyFaults([Fault(1010, "currency")])
        if currency not in self._gateway.currencies:
            raise Refusal("4008")
        tx_type = SALE_TYPES[body["transactionType"]]
        amount = from_minor(body["amount"], currency)
        check_range(amount, currency, zero_allowed=tx_type is TxType.AUTHENTICATE)
        self._gateway.check_unused(body["vendorTxCode"])
        authenticate = self._authenticates(body)
        identifier, card = self._desk.take(body)
        tx = Transaction(
            vps_tx_id=self._gateway.new_guid(),
            vendor_tx_code=body["vendorTxCode"],
            security_key=self._gateway.new_security_key(),
            tx_type=tx_type,
            amount=amount,
            currency=currency,
            started=self._gateway.now(),
            payment_system=card.payment_system,
        )
        record = Record(tx, "Pi", "4.00", protocol_fields(body), pi=_pi_part(body, identifier))
        record.card = card_to_row(card)
        result = three_d_secure(self._gateway, card.holder, applies=authenticate)
        if result == CHALLENGE:
            self._challenge(record, body["strongCustomerAuthentication"], base_url)
        else:
            self._authorise(record, result)
        return record

    def _authenticates(self, body: Body) -> bool:
        """Whether 3-D Secure runs: in e-commerce, with the browser's data, unless disabled."""
        if body.get("entryMethod") not in (None, "", "Ecommerce") or body.get("apply3DSecure") == "Disable":
            return False
        if body.get("strongCustomerAuthentication"):
            return True
        if body.get("apply3DSecure") == "Force":
            raise BodyFaults([Fault(1003, "strongCustomerAuthentication")])
        return False

    def _authorise(self, record: Record, proof: str) -> None:
        card = card_from_row(record.card)
        verdict = assess(self._gateway, record, card, proof)
        if record.pi["save"] and verdict.status in ("OK", "AUTHENTICATED", "REGISTERED"):
            self._gateway.tokens.keep(record.pi["card_identifier"], card, self._gateway.now())
            record.pi["reusable"] = True
        finish(self._gateway, record, verdict.status)

    # The challenge

    def _challenge(self, record: Record, browser: Mapping[str, Any], base_url: str) -> None:
        acs_trans_id = self._gateway.new_guid().lower()
        server_trans_id = self._gateway.new_guid().lower()
        record.tx = life.start_challenge(record.tx)
        record.results = {"StatusDetail": status_detail("2021"), "3DSecureStatus": NOT_CHECKED}
        record.machine["registered"] = self._gateway.machine()
        record.pi["challenge"] = {
            "acs_url": f"{base_url}{MOUNT}/acs/{acs_trans_id}",
            "acs_trans_id": acs_trans_id,
            "ds_trans_id": self._gateway.new_guid().lower(),
            "server_trans_id": server_trans_id,
            "creq": emv.challenge_request(server_trans_id, acs_trans_id, browser["challengeWindowSize"]),
            "return_url": browser["notificationURL"],
            "until": self._gateway.machine() + CHALLENGE_LIFE,
            "answer": "",
        }
        self._gateway.records.add(record)
        self._note_challenge(record)

    def _note_challenge(self, record: Record) -> None:
        waiting = record.pi["challenge"]
        self._challenged[record.tx.vps_tx_id] = waiting["until"]
        self._by_acs[waiting["acs_trans_id"]] = record.tx.vps_tx_id

    def challenged(self, acs_trans_id: str) -> Record | None:
        """The transaction an access control server was asked about."""
        return self._gateway.records.get(self._by_acs.get(acs_trans_id, ""))

    def answer(self, record: Record, *, passed: bool) -> str:
        """The customer answered the bank; the cRes their browser carries back to the merchant."""
        waiting = record.pi["challenge"]
        cres = emv.challenge_response(waiting["server_trans_id"], waiting["acs_trans_id"], passed=passed)
        waiting["answer"] = cres
        self._gateway.records.save(record)
        return cres

    def conclude(self, record: Record, body: Body) -> None:
        """POST /transactions/{id}/3d-secure-challenge. Raises `BodyFaults` or `PiError`."""
        check(body, CHALLENGE_RESPONSE)
        if record.tx.state is not State.AT_3D_SECURE:
            raise PiError(403, 1017)
        waiting = record.pi["challenge"]
        if self._gateway.machine() > waiting["until"]:
            self._time_out(record)
            return
        if not waiting["answer"] or body["cRes"].rstrip("=") != waiting["answer"]:
            raise BodyFaults([Fault(1009, "cRes")])
        passed = emv.decode(waiting["answer"])["transStatus"] == "Y"
        self._challenged.pop(record.tx.vps_tx_id, None)
        lag = self._gateway.switches["pi_get_lag_seconds"]
        record.pi["visible_from"] = self._gateway.machine() + lag
        self._authorise(record, "OK" if passed else "NOTAUTHED")

    def time_out_challenges(self) -> None:
        """End the challenges whose cRes never came; the final status is a guess: 2008, not authorised."""
        now = self._gateway.machine()
        for key in [key for key, until in self._challenged.items() if until < now]:
            record = self._gateway.records.get(key)
            if record is not None and record.tx.state is State.AT_3D_SECURE:
                self._time_out(record)
            self._challenged.pop(key, None)

    def _time_out(self, record: Record) -> None:
        record.tx = life.time_out(record.tx, self._gateway.now())
        record.results = {"StatusDetail": status_detail("2008"), "3DSecureStatus": "INCOMPLETE"}
        self._gateway.records.save(record)


def _pi_part(body: Body, identifier: str) -> dict[str, Any]:
    method = body["paymentMethod"]["card"]
    part: dict[str, Any] = {
        "card_identifier": identifier,
        "reusable": bool(method.get("reusable")),
        "save": bool(method.get("save")),
        "instructions": [],
    }
    if body.get("credentialType"):
        part["credential_type"] = dict(body["credentialType"])
    if body.get("fiRecipient"):
        part["fi_recipient"] = dict(body["fiRecipient"])
    return part
