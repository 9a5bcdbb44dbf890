"""Messages of Opayo: notifications it sends us, and transactions we read from its reports."""

from __future__ import annotations

from datetime import datetime

from integrations.models import Event, Payment
from integrations.opayo.core.notification import Notification, is_authentic, outcome, parse_notification
from integrations.opayo.core.reporting import OpayoTransaction, outcome_of_transaction, transaction_from_json
from integrations.secrets import decrypt, encrypt
from sync.core.payment_states import Told, next_state
from sync.services.batch import Batch
from sync.services.intake.outcomes import Done, Outcome, UnreadableError, Wait

_LOOK_UP_AFTER = 2
_MOST_ATTEMPTS = 300
"""With waits of at most five minutes: about a day."""

Message = Notification | OpayoTransaction


def read(event: Event) -> Message:
    """Parse the body; raises UnreadableError."""
    if event.kind == "transaction":
        return transaction_from_json(bytes(event.body))
    notification = parse_notification(bytes(event.body))
    if not notification.is_complete:
        raise UnreadableError("Opayo's notification names no transaction or no status. Nothing was booked.")
    return notification


def load(batch: Batch, event: Event, message: Message) -> None:
    """The payment of this VendorTxCode, and its order."""
    batch.wanted["payments"].add(message.vendor_tx_code)


def apply(batch: Batch, event: Event, message: Message) -> Outcome:
    """Move the payment on as told."""
    if isinstance(message, OpayoTransaction):
        return _transaction(batch, event, message)
    return _notification(batch, event, message)


def _notification(batch: Batch, event: Event, told: Notification) -> Outcome:
    payment = batch.payments.get(told.vendor_tx_code)
    if payment is None or not payment.security_key or payment.amount_minor is None:
        return _ask_opayo(batch, event, told.vendor_tx_code)
    if event.authenticity == Event.Authenticity.PENDING and not _verify(batch, event, told, payment):
        batch.look_up.add(told.vendor_tx_code)
        return Done(
            Event.State.IGNORED, "Something in it looked like a card number and was masked: asked Opayo."
        )
    _copy_notification(payment, told)
    return _move(
        batch, event, payment, Told(outcome(told), told.status, told.transaction_id), event.received_at
    )


def _ask_opayo(batch: Batch, event: Event, code: str) -> Outcome:
    """Neither the order nor Opayo's report has told of this code yet; nothing is booked before."""
    if event.attempts >= _MOST_ATTEMPTS:
        raise UnreadableError(
            f"Opayo sent a notification for {code}, but neither a shop nor Opayo's own reports know it. "
            "Nothing was booked."
        )
    if event.attempts >= _LOOK_UP_AFTER:
        batch.look_up.add(code)
    return Wait(min(0.5 * 2.0 ** min(event.attempts, 10), 300.0), f"waiting to learn about {code}")


def _verify(batch: Batch, event: Event, told: Notification, payment: Payment) -> bool:
    """Check the signature. False when masking has made that impossible; raises UnreadableError for a forgery."""
    vendor = batch.vendor_of(event.connection_id)
    if is_authentic(told, vendor, decrypt(payment.security_key)):
        event.authenticity = Event.Authenticity.VERIFIED
        return True
    if event.is_masked:
        return False
    raise UnreadableError(
        f"The signature of the notification for {told.vendor_tx_code} is wrong, so it was not booked. "
        "If Opayo took the money, the sweep of its reports will find it."
    )


def _copy_notification(payment: Payment, told: Notification) -> None:
    payment.status_detail = told.status_detail[:255]
    payment.tx_type = told.tx_type or payment.tx_type
    payment.card_type = told.card_type or payment.card_type
    payment.last_four = told.last_four or payment.last_four
    payment.expiry = told.expiry_date or payment.expiry
    payment.tx_auth_no = told.tx_auth_no or payment.tx_auth_no
    payment.bank_auth_code = told.bank_auth_code or payment.bank_auth_code
    payment.checks = {**payment.checks, **told.checks}


def _transaction(batch: Batch, event: Event, told: OpayoTransaction) -> Outcome:
    if told.tx_type.upper() in {"REFUND", "VOID", "RELEASE"}:
        return Done(Event.State.IGNORED, "Not a sale; booked with its own kind of record.")
    payment = batch.payments.get(told.vendor_tx_code)
    if payment is None:
        payment = Payment(pair=batch.pair, vendor_tx_code=told.vendor_tx_code, channel=Payment.Channel.SWEEP)
    _copy_transaction(batch, payment, told)
    when = told.completed or told.started or event.received_at
    return _move(batch, event, payment, Told(outcome_of_transaction(told), told.status, told.vps_tx_id), when)


def _copy_transaction(batch: Batch, payment: Payment, told: OpayoTransaction) -> None:
    if told.amount is not None:
        payment.amount_minor, payment.currency = told.amount.minor, told.amount.currency
    if told.security_key and not payment.security_key:
        payment.security_key = encrypt(told.security_key)
        batch.announced.add(told.vendor_tx_code)
    payment.tx_type = told.tx_type.upper() or payment.tx_type
    payment.card_type = payment.card_type or told.payment_system
    payment.last_four = payment.last_four or told.last_four
    payment.expiry = payment.expiry or told.expiry
    payment.tx_auth_no = payment.tx_auth_no or told.auth_no
    payment.bank_auth_code = payment.bank_auth_code or told.bank_auth_code
    if told.surname:
        payment.checks = {**payment.checks, "surname": told.surname}


def _move(batch: Batch, event: Event, payment: Payment, told: Told, when: datetime) -> Outcome:
    """Put the payment into the state that follows; ABORT is stronger than OK, whichever came first."""
    state = next_state(payment.state, payment.vps_tx_id, told)
    payment.vps_tx_id = payment.vps_tx_id or told.vps_tx_id
    if state != payment.state:
        payment.status = told.status[:20]
        payment.vps_tx_id = told.vps_tx_id
        if state == Payment.State.CAPTURED and payment.taken_at is None:
            payment.taken_at = when
        payment.state = state
        if state in {Payment.State.FAILED, Payment.State.REVERSED}:
            batch.ended_payments[payment.vendor_tx_code] = state
    batch.change_payment(payment, event)
    return Done()
