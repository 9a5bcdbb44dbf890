"""What a vendor does with a finished transaction, whichever interface it comes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sandbox.opayo.authorisation import compare
from sandbox.opayo.core import transaction as life
from sandbox.opayo.core.cards import Card, is_expired, security_code_result
from sandbox.opayo.core.issuer import EXPIRED, NOT_CHECKED, Verdict, judge, verdict_fields
from sandbox.opayo.core.london import london_day
from sandbox.opayo.core.status_codes import Refusal
from sandbox.opayo.core.transaction import Transaction, TxType
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record
from sandbox.opayo.tokens import card_from_row, card_to_row

_INHERITED = frozenset(
    f"{side}{part}"
    for side in ("Billing", "Delivery")
    for part in ("Surname", "Firstnames", "Address1", "Address2", "City", "PostCode", "Country", "State",
                 "Phone")
) | {"CustomerEMail"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """A new transaction to make out of an earlier one; the amount in major units of the currency."""

    tx_type: TxType
    vendor_tx_code: str
    amount: Decimal
    currency: str
    fields: Mapping[str, str]
    """`Description` and whatever else was sent, by the protocol's names."""
    system: str
    protocol: str
    security_code: str = ""


class Operations:
    """Release, abort, void, cancel, refund, repeat and authorise. Each raises `Refusal`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def release(self, record: Record, amount: Decimal) -> None:
        """Take the money of a DEFERRED."""
        record.tx = life.release(record.tx, amount, self._gateway.now())
        self._gateway.mark_captured(record)
        self._gateway.records.save(record)

    def abort(self, record: Record) -> None:
        """Let go of a DEFERRED."""
        record.tx = life.abort(record.tx)
        self._gateway.records.save(record)

    def void(self, record: Record) -> None:
        """Undo a sale or refund on its day; the sale behind a refund may be refunded again."""
        record.tx = life.void(record.tx, self._gateway.now())
        self._gateway.records.save(record)
        give_back_refund(self._gateway, record)

    def cancel(self, record: Record) -> None:
        """Give up an AUTHENTICATE."""
        record.tx = life.cancel(record.tx)
        self._gateway.records.save(record)

    def refund(self, original: Record, order: Order) -> Record:
        """Give money back: a new transaction, settled like a sale with the sign turned."""
        self._gateway.check_unused(order.vendor_tx_code)
        if order.currency != original.tx.currency:
            raise Refusal("4033")
        early = self._gateway.switches["refund_before_settlement"] == "allowed"
        original.tx = life.refund(original.tx, order.amount, self._gateway.now(), before_settlement=early)
        refund = self._make(original, order, Verdict("OK", "0000"), {})
        self._gateway.records.save(original)
        return refund

    def repeat(self, original: Record, order: Order) -> Record:
        """Charge the card of an earlier transaction again, if its bank agrees."""
        life.check_repeatable(original.tx)
        self._gateway.check_unused(order.vendor_tx_code)
        rule = "0" if order.security_code else "2"
        return self._charge(original, order, NOT_CHECKED, rule)

    def authorise(self, original: Record, order: Order) -> Record:
        """Take money on an AUTHENTICATE, if the card's bank agrees; only then it counts to the 115 %."""
        self._gateway.check_unused(order.vendor_tx_code)
        authorised = life.authorise(original.tx, order.amount, self._gateway.now())
        proof = original.results.get("3DSecureStatus", NOT_CHECKED)
        result = self._charge(original, order, proof, order.fields.get("ApplyAVSCV2", "0"))
        if result.tx.status == "OK":
            original.tx = authorised
            self._gateway.records.save(original)
        return result

    def _charge(self, original: Record, order: Order, proof: str, rule: str) -> Record:
        card = with_code(card_from_row(original.card), order.security_code)
        checks = compare(self._gateway, original.fields, card, rule=rule)
        verdict = judge(order.tx_type, card, proof, checks, strict=rule == "1")
        if verdict.status == "OK" and is_expired(card, london_day(self._gateway.now())):
            verdict = EXPIRED
        return self._make(original, order, verdict, verdict_fields(verdict, card, checks, proof))

    def _make(self, original: Record, order: Order, verdict: Verdict, results: Mapping[str, str]) -> Record:
        inherited = {name: value for name, value in original.fields.items() if name in _INHERITED}
        record = Record(
            self._new_transaction(original, order),
            order.system,
            order.protocol,
            {**inherited, **order.fields},
            {**results, "StatusDetail": verdict.detail},
            card_to_row(replace(card_from_row(original.card), security_code_matches=None)),
        )
        finish(self._gateway, record, verdict.status)
        return record

    def _new_transaction(self, original: Record, order: Order) -> Transaction:
        return Transaction(
            vps_tx_id=self._gateway.new_guid(),
            vendor_tx_code=order.vendor_tx_code,
            security_key=self._gateway.new_security_key(),
            tx_type=order.tx_type,
            amount=order.amount,
            currency=order.currency,
            started=self._gateway.now(),
            related=original.tx.vps_tx_id,
            payment_system=original.tx.payment_system,
        )


def finish(gateway: Gateway, record: Record, status: str) -> None:
    """Decide and complete at once a transaction no vendor has to acknowledge, and keep it."""
    number = gateway.records.next_tx_auth_no() if status == "OK" else 0
    system = str(record.card.get("payment_system", ""))
    decided = life.decide(record.tx, status, gateway.now(), tx_auth_no=number, payment_system=system)
    record.tx = life.complete(decided)
    record.machine.setdefault("registered", gateway.machine())
    gateway.mark_captured(record)
    gateway.schedule_expiry(record.tx, life.expires_at(record.tx))
    if gateway.records.get(record.tx.vps_tx_id) is None:
        gateway.records.add(record)
    else:
        gateway.records.save(record)


def give_back_refund(gateway: Gateway, record: Record) -> None:
    """After a refund came to nothing, let its original be refunded by that much again."""
    original = gateway.records.get(record.tx.related)
    if record.tx.tx_type is TxType.REFUND and original is not None:
        original.tx = life.take_back_refund(original.tx, record.tx.amount)
        gateway.records.save(original)


def with_code(card: Card, security_code: str) -> Card:
    """The stored card with the outcome of a security code typed now."""
    matches = security_code_result(card.payment_system, security_code) if security_code else None
    return replace(card, security_code_matches=matches)
