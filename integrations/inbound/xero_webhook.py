"""`POST /in/xero/<key>`: Xero's webhooks, and the intent-to-receive check that comes first.

Xero wants 200 for a right signature and 401 for a wrong one, within five seconds, with no body and no cookies (Xero
developer documentation, Webhooks). The signature covers the raw body.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256
from types import MappingProxyType
from typing import Final

import orjson

from integrations.events.services import store_event
from integrations.inbound.database import on_live_connection
from integrations.inbound.messages import TEXT, Answer, Message
from integrations.inbound.refusals import refusals
from integrations.inbound.wakeup import wake_soon
from integrations.models import Event

WEBHOOK_KEY: Final = "webhook_key"
_HEADERS: Final = MappingProxyType({"x-xero-signature": "HTTP_X_XERO_SIGNATURE"})


def receive_webhook(message: Message) -> Answer:
    """Verify, keep, answer with nothing but a status."""
    key = message.sender.secret(WEBHOOK_KEY)
    if not key or not is_authentic(key, message.body, message.header("HTTP_X_XERO_SIGNATURE")):
        refusals.count(message.sender.id)
        return Answer(401, content_type=TEXT)
    has_events = _has_events(message.body)
    on_live_connection(lambda: _keep(message, has_events=has_events))
    if has_events:
        wake_soon(message.sender.pair_id)
    return Answer(200, content_type=TEXT)


def is_authentic(webhook_key: str, body: bytes, signature: str) -> bool:
    """Whether `x-xero-signature` is the base64 HMAC-SHA256 of the raw body under the key, used as text."""
    expected = b64encode(hmac.digest(webhook_key.encode(), body, sha256))
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def _has_events(body: bytes) -> bool:
    """False for the intent-to-receive check, whose list of events is empty; true when in doubt."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return True
    return not (isinstance(content, dict) and content.get("events") == [])


def _keep(message: Message, *, has_events: bool) -> tuple[int, bool]:
    return store_event(
        pair_id=message.sender.pair_id,
        connection_id=message.sender.id,
        source=Event.Source.XERO,
        kind="webhook",
        dedupe_key=sha256(message.body).hexdigest(),
        body=message.body,
        headers=message.kept_headers(_HEADERS),
        authenticity=Event.Authenticity.VERIFIED,
        received_at=message.received_at,
        state=Event.State.RECEIVED if has_events else Event.State.IGNORED,
    )
