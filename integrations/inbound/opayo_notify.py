"""`POST /in/opayo/<key>/notify`: the notification of Opayo Server (protocol 3.00 and 4.00, step 4).

The answer decides over money. `Status=OK` makes Opayo take it, so it is given only when the event is on disk.
`Status=INVALID` (bad signature) makes Opayo cancel. When we cannot store, we answer HTTP 503 without any Status:
Opayo then holds the notification unanswered, may send it again, cancels the transaction after 15 minutes without
taking money, and repeats that ABORT for 30 days until we have kept it; so Opayo's books and ours agree in the end. `ERROR`
would cancel at once and for good, and an ABORT that follows an OK would be lost with it.

A notification is verified with the SecurityKey of its Payment. When no payment of that code is known yet, or its key
is not (a shop that registers with Opayo itself may tell us later), it is kept as `pending` and answered OK: refusing
would cancel good payments. The pipeline books nothing of it before it has verified the signature with the key from the
order or from Opayo's own report (getTransactionDetail).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import structlog

from integrations.cards.sealing import seal_notification
from integrations.checkout.links import done_url
from integrations.core.failures import ConfigurationFailure
from integrations.events.services import store_event
from integrations.inbound.connections import Sender
from integrations.inbound.database import on_live_connection
from integrations.inbound.messages import ABOUT_THE_SENDER, TEXT, Answer, Message
from integrations.inbound.refusals import refusals
from integrations.inbound.wakeup import wake_soon
from integrations.models import Event
from integrations.opayo.core.notification import Notification, is_authentic, outcome, parse_notification
from integrations.opayo.core.protocol import reply_text, with_query
from integrations.opayo.settings import VENDOR
from integrations.prepared import fetch_row
from integrations.secrets import decrypt

_REDIRECT_URL_MAX: Final = 255
_PAYMENT: Final = """
    SELECT payment.security_key, payment.return_url, coalesce(shop_order.number, payment.order_number),
           shop.config ->> 'return_url'
    FROM integrations_payment AS payment
    LEFT JOIN integrations_order AS shop_order ON shop_order.id = payment.order_id
    LEFT JOIN integrations_connection AS shop ON shop.id = shop_order.connection_id
    WHERE payment.pair_id = %s AND payment.vendor_tx_code = %s
"""
_SIGNATURE: Final = re.compile("[0-9A-Fa-f]{32}")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What we know of the payment a notification speaks of; empty when nothing."""

    security_key: str = ""
    return_url: str = ""
    order_number: str = ""


def receive_notification(message: Message) -> Answer:
    """Verify, keep, answer with exactly the plain text that Opayo Server expects."""
    told = parse_notification(message.body)
    if not told.is_complete:
        refusals.count(message.sender.id)
        return _reply("INVALID", done_url(message.sender.pair_id, "", is_paid=False), "Not a notification.")
    known = on_live_connection(lambda: _known_payment(message.sender, told))
    is_verified = bool(known.security_key)
    if is_verified and not is_authentic(told, str(message.sender.config.get(VENDOR, "")), known.security_key):
        refusals.count(message.sender.id)
        _log.warning(
            "inbound.bad_signature", pair_id=message.sender.pair_id, vendor_tx_code=told.vendor_tx_code
        )
        return _reply(
            "INVALID", _redirect_url(message.sender, told, known, is_paid=False), "Wrong signature."
        )
    on_live_connection(lambda: _keep(message, told, is_verified=is_verified))
    wake_soon(message.sender.pair_id)
    is_paid = outcome(told) in ("captured", "waiting")
    return _reply("OK", _redirect_url(message.sender, told, known, is_paid=is_paid))


def _reply(status: str, redirect_url: str, detail: str = "") -> Answer:
    return Answer(200, reply_text(status, redirect_url, detail), TEXT)


def _known_payment(sender: Sender, told: Notification) -> _Known:
    row = fetch_row(_PAYMENT, (sender.pair_id, told.vendor_tx_code))
    if row is None:
        return _Known()
    ciphertext, return_url, order_number, shop_return_url = row
    try:
        key = decrypt(ciphertext)
    except ConfigurationFailure as failure:
        # Kept as pending: it can be verified when the encryption key is back.
        _log.error("inbound.security_key_unreadable", pair_id=sender.pair_id, error=failure.message)
        key = ""
    return _Known(key, return_url or shop_return_url or "", order_number)


def _keep(message: Message, told: Notification, *, is_verified: bool) -> tuple[int, bool]:
    """Duplicates are told by transaction and status; unverified ones by their signature as well.

    Otherwise somebody who guesses a transaction id could send first, and the real notification would pass for a
    duplicate.
    """
    key = f"{told.transaction_id}:{told.status}"
    return store_event(
        pair_id=message.sender.pair_id,
        connection_id=message.sender.id,
        source=Event.Source.OPAYO,
        kind="notification",
        dedupe_key=key if is_verified else f"{key}:{told.vps_signature}",
        body=seal_notification(message.body),
        headers=message.kept_headers(ABOUT_THE_SENDER),
        authenticity=Event.Authenticity.VERIFIED if is_verified else Event.Authenticity.PENDING,
        identifiers=_identifiers(told, is_verified=is_verified),
        received_at=message.received_at,
    )


def _identifiers(told: Notification, *, is_verified: bool) -> set[bytes]:
    """What looks like a card number by chance and must stay, or the signature could not be verified later.

    From a sender who is not verified yet only the signature itself is believed to be what it is called.
    """
    believed = {told.vps_signature} if _SIGNATURE.fullmatch(told.vps_signature) else set()
    if is_verified:
        believed |= {told.scheme_trace_id, told.cavv, told.acs_trans_id, told.ds_trans_id}
    return {value.encode() for value in believed if value}


def _redirect_url(sender: Sender, told: Notification, known: _Known, *, is_paid: bool) -> str:
    """Where Opayo sends the customer: the order's page, its shop's, or one of ours."""
    base = known.return_url or sender.return_url
    if base:
        number = known.order_number or _order_number(told.vendor_tx_code, sender.order_code_pattern)
        url = with_query(base, order=number, status="paid" if is_paid else "failed")
        if len(url) <= _REDIRECT_URL_MAX:
            return url
    return done_url(sender.pair_id, told.vendor_tx_code, is_paid=is_paid)


def _order_number(vendor_tx_code: str, pattern: str) -> str:
    try:
        match = re.search(pattern, vendor_tx_code)
        return match["order"] if match else vendor_tx_code
    except (re.error, IndexError):
        return vendor_tx_code
