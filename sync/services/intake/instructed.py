"""What Opayo did because we asked for it: told by ourselves, the moment Opayo's answer is known."""

from __future__ import annotations

from integrations.models import Event, Payment
from integrations.opayo.core.instructed import Instructed
from sync.core.payment_states import Told
from sync.services.batch import Batch
from sync.services.intake import refunds
from sync.services.intake.deferred import inherit
from sync.services.intake.moving import move
from sync.services.intake.outcomes import Done, Outcome, UnreadableError
from sync.services.intake.waiting import ask_opayo

_TAKES_BACK = {"void": "VOID", "abort": "ABORT", "cancel": "CANCEL"}
_NEW_MONEY = {"authorise": "AUTHORISE", "repeat": "REPEAT"}


def load(batch: Batch, done: Instructed) -> None:
    """The payment it is about, and the refund it made or took back."""
    batch.wanted["payments"].add(done.related_vendor_tx_code)
    batch.wanted["refunds"] |= {done.vendor_tx_code, done.related_vendor_tx_code}


def apply(batch: Batch, event: Event, done: Instructed) -> Outcome:
    """Change payment or refund as Opayo has."""
    if done.kind == "delete_token":
        return Done(Event.State.IGNORED, "A saved card was deleted: nothing to book.")
    if done.kind == "refund":
        return refunds.of_instruction(batch, event, done)
    refund = batch.refunds.get(done.related_vendor_tx_code)
    if done.kind == "void" and refund is not None:
        return refunds.void(batch, event, refund)
    payment = batch.payment_called(done.related_vendor_tx_code)
    if payment is None:
        return ask_opayo(batch, event, done.related_vendor_tx_code, _orphan(done))
    if done.kind in _NEW_MONEY:
        return _taken_on(batch, event, payment, done)
    if done.kind == "release":
        return _released(batch, event, payment, done)
    told = Told("failed", _TAKES_BACK[done.kind], payment.vps_tx_id)
    return move(batch, event, payment, told, done.happened_at)


def _orphan(done: Instructed) -> str:
    return (
        f"Opayo has carried out {done.kind} {done.vendor_tx_code}, but the payment {done.related_vendor_tx_code} it is about "
        "is not known. Nothing was booked."
    )


def _released(batch: Batch, event: Event, payment: Payment, done: Instructed) -> Outcome:
    """The money of a deferred payment is taken: as much as was released."""
    if payment.authorised_minor is None:
        payment.authorised_minor = payment.amount_minor
    if done.amount is not None:
        payment.amount_minor, payment.currency = done.amount.minor, done.amount.currency
    return move(batch, event, payment, Told("captured", "OK", payment.vps_tx_id), done.happened_at)


def _taken_on(batch: Batch, event: Event, earlier: Payment, done: Instructed) -> Outcome:
    """A payment of its own, on an authenticated card or on one charged before."""
    if done.amount is None or not done.amount.minor:
        raise UnreadableError(f"The payment {done.vendor_tx_code} names no amount.")
    payment = batch.payments.get(done.vendor_tx_code) or Payment(
        pair=batch.pair, vendor_tx_code=done.vendor_tx_code, channel=Payment.Channel.BRIDGE
    )
    payment.tx_type = _NEW_MONEY[done.kind]
    payment.amount_minor, payment.currency = done.amount.minor, done.amount.currency
    inherit(payment, earlier)
    batch.announced.add(done.vendor_tx_code)
    return move(batch, event, payment, Told("captured", "OK", done.vps_tx_id), done.happened_at)
