"""Signing and checking messages by the Standard Webhooks scheme (standardwebhooks.com), version 1."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE = 300
"""Seconds a message may be old, or early."""

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """The bytes to sign with. Raises ValueError if what follows `whsec_` is not base64."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret[len(_PREFIX) :], validate=True)
    except binascii.Error as error:
        raise ValueError("After whsec_ a signing secret must be base64") from error


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,<base64>` over the id, the time in Unix seconds and the raw body."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signed_headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed message, and its content type."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
        "content-type": "application/json",
    }


def problem_with(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Why a message is not to be believed, or nothing. `now` in Unix seconds; header names in lower case."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not (sent_at.isascii() and sent_at.isdigit()):
        return "the message lacks webhook-id or a webhook-timestamp in Unix seconds"
    if abs(now - int(sent_at)) > TOLERANCE:
        return "the message is more than five minutes old, or from the future"
    wanted = signature(secret, message_id, int(sent_at), body)
    given = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(wanted.encode(), each.encode()) for each in given):
        return "no signature of the message fits the signing secret"
    return ""
