"""Messages of Opayo: notifications it sends us, transactions we read from its reports, and what it did for us."""

from __future__ import annotations

from dataclasses import replace

from integrations.cards.keeping import KeptCard
from integrations.cards.sealing import opened
from integrations.models import Event, Payment, SavedCard
from integrations.opayo.core.instructed import Instructed, instructed_from_json
from integrations.opayo.core.notification import Notification, is_authentic, outcome, parse_notification
from integrations.opayo.core.reporting import OpayoTransaction, outcome_of_transaction, transaction_from_json
from integrations.secrets import decrypt, encrypt
from sync.core.payment_states import Told
from sync.services.batch import Batch
from sync.services.intake import deferred, instructed, refunds
from sync.services.intake.moving import move
from sync.services.intake.outcomes import Done, Outcome, UnreadableError
from sync.services.intake.waiting import ask_opayo

Message = Notification | OpayoTransaction | Instructed


def read(event: Event) -> Message:
    """Parse the body; raises UnreadableError."""
    if event.kind == "transaction":
        return transaction_from_json(bytes(event.body))
    if event.kind == "instruction":
        return _read_instruction(event)
    notification = parse_notification(bytes(event.body))
    if not notification.is_complete:
        raise UnreadableError("Opayo's notification names no transaction or no status. Nothing was booked.")
    return replace(notification, token=opened(notification.token)) if notification.token else notification


def _read_instruction(event: Event) -> Instructed:
    try:
        return instructed_from_json(bytes(event.body))
    except ValueError as error:
        raise UnreadableError(str(error)) from error


def load(batch: Batch, event: Event, message: Message) -> None:
    """The payment of this VendorTxCode, and its order; what it builds on, and the refund of that code."""
    batch.wanted["payments"].add(message.vendor_tx_code)
    if isinstance(message, Instructed):
        instructed.load(batch, message)
    elif isinstance(message, OpayoTransaction) and message.builds_on_another:
        batch.wanted["payments"].add(message.related_vendor_tx_code)
        batch.wanted["related"].add(message.related_transaction_id)
        if message.is_refund:
            batch.wanted["refunds"].add(message.vendor_tx_code)


def apply(batch: Batch, event: Event, message: Message) -> Outcome:
    """Move the payment or refund on as told."""
    if isinstance(message, Instructed):
        return instructed.apply(batch, event, message)
    if isinstance(message, OpayoTransaction):
        return _transaction(batch, event, message)
    return _notification(batch, event, message)


def _notification(batch: Batch, event: Event, told: Notification) -> Outcome:
    payment = batch.payments.get(told.vendor_tx_code)
    if payment is None or not payment.security_key or payment.amount_minor is None:
        return ask_opayo(batch, event, told.vendor_tx_code, _UNKNOWN.format(code=told.vendor_tx_code))
    if event.authenticity == Event.Authenticity.PENDING and not _verify(batch, event, told, payment):
        batch.look_up.add(told.vendor_tx_code)
        return Done(
            Event.State.IGNORED, "Something in it looked like a card number and was masked: asked Opayo."
        )
    _copy_notification(payment, told)
    if told.token and outcome(told) in ("captured", "waiting"):
        batch.kept_cards[told.vendor_tx_code] = _kept_card(payment, told)
    return move(
        batch, event, payment, Told(outcome(told), told.status, told.transaction_id), event.received_at
    )


_UNKNOWN = "Opayo sent a notification for {code}, but neither a shop nor Opayo's own reports know it. Nothing was booked."


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


def _kept_card(payment: Payment, told: Notification) -> KeptCard:
    return KeptCard(
        SavedCard.Kind.TOKEN,
        told.token,
        told.card_type,
        told.last_four,
        told.expiry_date,
        payment.keep_card,
        told.scheme_trace_id,
    )


def _transaction(batch: Batch, event: Event, told: OpayoTransaction) -> Outcome:
    if told.is_refund:
        return refunds.of_report(batch, event, told)
    if told.tx_type in {"VOID", "RELEASE", "ABORT", "CANCEL"}:
        return Done(Event.State.IGNORED, "Not a sale; the transaction it changed is told by itself.")
    payment = batch.payments.get(told.vendor_tx_code)
    if payment is None:
        payment = Payment(pair=batch.pair, vendor_tx_code=told.vendor_tx_code, channel=Payment.Channel.SWEEP)
        batch.announced.add(told.vendor_tx_code)
    if wait := deferred.builds_on(batch, event, payment, told):
        return wait
    _copy_transaction(batch, payment, told)
    when = told.completed or told.started or event.received_at
    return move(batch, event, payment, Told(outcome_of_transaction(told), told.status, told.vps_tx_id), when)


def _copy_transaction(batch: Batch, payment: Payment, told: OpayoTransaction) -> None:
    if told.amount is not None:
        deferred.copy_amount(payment, told, told.amount)
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
