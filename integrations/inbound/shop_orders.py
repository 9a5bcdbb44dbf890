"""`POST /in/shop/<key>/orders`: orders of a shop, signed by the Standard Webhooks scheme (docs/shop-webhooks.md)."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType

from integrations.cards.sealing import IdentifierError, seal_shop_message
from integrations.checkout.shop import answer_checkout
from integrations.core.pci import mask
from integrations.core.standard_webhooks import SignatureRefusedError, key_of, verify
from integrations.events.services import store_event
from integrations.inbound.database import on_live_connection
from integrations.inbound.messages import ABOUT_THE_SENDER, Answer, Message, refused
from integrations.inbound.refusals import refusals
from integrations.inbound.wakeup import wake_soon
from integrations.models import Event
from integrations.shop.core.envelope import Envelope, MessageError, read_envelope

_HEADERS = MappingProxyType(
    {
        "webhook-id": "HTTP_WEBHOOK_ID",
        "webhook-timestamp": "HTTP_WEBHOOK_TIMESTAMP",
        "webhook-signature": "HTTP_WEBHOOK_SIGNATURE",
        **ABOUT_THE_SENDER,
    }
)
SIGNING_SECRET = "signing_secret"  # noqa: S105 - the name of a secret


def receive_order(message: Message) -> Answer:
    """Verify, keep, answer: 202 once the message is on disk, 200 with `next_url` when it asks for a payment page.

    400 says what makes it unreadable, and the message is kept as a dead letter all the same. 401 is a bad signature,
    and nothing is kept.
    """
    try:
        _check_signature(message)
    except SignatureRefusedError as error:
        refusals.count(message.sender.id)
        return refused(401, str(error))
    try:
        message = replace(message, body=seal_shop_message(message.body))
    except IdentifierError as error:
        # Not kept: it may be a real one that is only written strangely.
        return refused(400, str(error))
    try:
        envelope = read_envelope(message.body)
    except MessageError as error:
        # Not under the bare webhook-id: the sender may repair the message and send it again.
        _keep(message, "unreadable", suffix=_distinction(message), state=Event.State.DEAD, error=str(error))
        return refused(400, str(error))
    event_id, is_new = _keep(message, envelope.type)
    if not is_new:
        _keep_if_different(message, event_id, envelope)
    wake_soon(message.sender.pair_id)
    if envelope.wants_checkout:
        return answer_checkout(message, event_id)
    return Answer(202, b'{"event":"evt_%d"}' % event_id)


def _check_signature(message: Message) -> None:
    secret = message.sender.secret(SIGNING_SECRET)
    if not secret:
        raise SignatureRefusedError("This connection has no signing secret yet: enter it under Connections.")
    verify(
        _key(secret),
        message_id=message.header("HTTP_WEBHOOK_ID"),
        timestamp=message.header("HTTP_WEBHOOK_TIMESTAMP"),
        signatures=message.header("HTTP_WEBHOOK_SIGNATURE"),
        body=message.body,
        now=time.time(),
    )


@lru_cache(maxsize=64)
def _key(secret: str) -> bytes:
    try:
        return key_of(secret)
    except ValueError as error:
        raise SignatureRefusedError(str(error)) from error


def _keep(
    message: Message, kind: str, *, suffix: str = "", state: str = Event.State.RECEIVED, error: str = ""
) -> tuple[int, bool]:
    return on_live_connection(
        lambda: store_event(
            pair_id=message.sender.pair_id,
            connection_id=message.sender.id,
            source=Event.Source.SHOP,
            kind=kind,
            dedupe_key=f"{message.sender.id}:{message.header('HTTP_WEBHOOK_ID')}{suffix}",
            body=message.body,
            headers=message.kept_headers(_HEADERS),
            authenticity=Event.Authenticity.VERIFIED,
            received_at=message.received_at,
            state=state,
            error=error,
        )
    )


def _keep_if_different(message: Message, event_id: int, envelope: Envelope) -> None:
    """The same webhook-id with another body is no repetition: answered like the first, but not thrown away."""
    if Event.objects.filter(pk=event_id, body_sha256=_digest(message)).exists():
        return
    words = (
        f"The shop sent another message about {envelope.number} under the webhook-id of an earlier one, "
        "so it was set aside. If it is news, ask the shop to send it under an id of its own."
    )
    _keep(message, envelope.type, suffix=_distinction(message), state=Event.State.DEAD, error=words)


def _digest(message: Message) -> str:
    return sha256(mask(message.body)[0]).hexdigest()


def _distinction(message: Message) -> str:
    return f"#{_digest(message)[:32]}"
