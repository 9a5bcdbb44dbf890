"""Asks the card's bank about a charge, under the settings of the account and of the request."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.opayo.core.cards import Card
from sandbox.opayo.core.issuer import (
    NOT_CHECKED,
    Checks,
    Verdict,
    check_address,
    judge,
    three_d_secure_of,
    verdict_fields,
)
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record
from sandbox.opayo.tokens import card_to_row


def three_d_secure(gateway: Gateway, holder: str, *, applies: bool) -> str:
    """3DSecureStatus, or `CHALLENGE`, for a cardholder under the account's settings."""
    if not applies:
        return NOT_CHECKED
    other = "OK" if gateway.switches["cardholder_names"] == "any" else "NOTAUTHED"
    return three_d_secure_of(holder, other_names=other)


def compare(gateway: Gateway, address: Mapping[str, str], card: Card, *, rule: str) -> Checks:
    """Address and security code against the bank's, unless the rule (ApplyAVSCV2) is 2, off."""
    if rule == "2":
        return Checks()
    street, post_code = address.get("BillingAddress1", ""), address.get("BillingPostCode", "")
    return check_address(street, post_code, card, plausible=gateway.switches["avs"] == "plausible")


def assess(gateway: Gateway, record: Record, card: Card, proof: str) -> Verdict:
    """The verdict on a charge after 3-D Secure gave `proof`; card and results go into the record."""
    rule = record.fields.get("ApplyAVSCV2", "0")
    checks = compare(gateway, record.fields, card, rule=rule)
    strict = rule == "1" or (rule == "0" and gateway.switches["avscv2_rules"] == "strict")
    verdict = judge(record.tx.tx_type, card, proof, checks, strict=strict)
    record.card = card_to_row(card)
    record.results = verdict_fields(verdict, card, checks, proof) | {"StatusDetail": verdict.detail}
    if proof in ("OK", "ATTEMPTONLY"):
        record.results |= gateway.new_authentication(card.payment_system)
    return verdict
