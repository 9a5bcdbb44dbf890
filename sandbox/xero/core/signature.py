"""Signing webhooks (Xero developer documentation, Webhooks, "Signature")."""

from __future__ import annotations

import base64
import hmac


def sign(key: str, body: bytes) -> str:
    """`x-xero-signature`: the key is used as the text it is, not decoded."""
    return base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()


def spoiled(signature: str) -> str:
    """A signature that is wrong, as the intent-to-receive check sends on purpose."""
    return ("/" if signature[0] != "/" else "A") + signature[1:]
