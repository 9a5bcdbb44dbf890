"""Standard Webhooks: signing and verifying messages between a shop and us, both ways.

The scheme is that of standardwebhooks.com: HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{raw body}`,
sent as `v1,<base64>`; several signatures, separated by blanks, while a sender changes its secret.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import datetime
from hashlib import sha256
from typing import Final

TOLERANCE_SECONDS: Final = 300
_PREFIX: Final = "whsec_"
_VERSION: Final = "v1,"


class SignatureRefusedError(ValueError):
    """The message is not from who it says, or not from now. The text says which, without any secret."""


def key_of(secret: str) -> bytes:
    """The HMAC key: base64 after `whsec_`, any other secret as UTF-8. Raises ValueError for bad base64."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return b64decode(secret.removeprefix(_PREFIX), validate=True)
    except NotBase64 as error:
        raise ValueError("What follows whsec_ in the signing secret is not base64.") from error


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for a message sent at `timestamp` (Unix seconds)."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return _VERSION + b64encode(hmac.digest(key, content, sha256)).decode("ascii")


def signed_headers(key: bytes, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message sent `now`."""
    timestamp = int(now.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(key, message_id, timestamp, body),
    }


def verify(key: bytes, *, message_id: str, timestamp: str, signatures: str, body: bytes, now: float) -> None:
    """Accept a message whose signature is ours and whose time is within five minutes of `now` (Unix seconds).

    Raises SignatureRefusedError otherwise. Takes the same time for any wrong signature.
    """
    if not message_id or not signatures:
        raise SignatureRefusedError(
            "The headers webhook-id, webhook-timestamp and webhook-signature are needed."
        )
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureRefusedError("The header webhook-timestamp is not a number of Unix seconds.")
    if abs(int(timestamp) - now) > TOLERANCE_SECONDS:
        raise SignatureRefusedError("The message is more than five minutes old, or its clock is wrong.")
    expected = sign(key, message_id, int(timestamp), body).encode()
    offered = signatures.encode("utf-8", "replace").split(b" ")
    if not any(hmac.compare_digest(expected, signature) for signature in offered):
        raise SignatureRefusedError("The signature does not fit: check the signing secret on both sides.")
