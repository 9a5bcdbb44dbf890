"""EMV 3-D Secure 2 messages as browsers carry them: base64url of JSON, without padding."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

VERSION = "2.2.0"
WINDOW_SIZES = {"Small": "01", "Medium": "02", "Large": "03", "ExtraLarge": "04", "FullScreen": "05"}


def encode(message: Mapping[str, Any]) -> str:
    """The message as the value of a form field."""
    text = json.dumps(message, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(text: str) -> dict[str, Any]:
    """The message of a form field; `ValueError` if it is none."""
    padded = text + "=" * (-len(text) % 4)
    message = json.loads(urlsafe_b64decode(padded), parse_float=Decimal)
    if not isinstance(message, dict):
        raise ValueError("not an EMV 3-D Secure message")
    return message


def challenge_request(server_trans_id: str, acs_trans_id: str, window: str) -> str:
    """cReq: asks the access control server to challenge the cardholder."""
    return encode(
        {
            "messageType": "CReq",
            "messageVersion": VERSION,
            "threeDSServerTransID": server_trans_id,
            "acsTransID": acs_trans_id,
            "challengeWindowSize": WINDOW_SIZES[window],
        }
    )


def challenge_response(server_trans_id: str, acs_trans_id: str, *, passed: bool) -> str:
    """cRes: the access control server's answer, transStatus Y or N."""
    return encode(
        {
            "messageType": "CRes",
            "messageVersion": VERSION,
            "threeDSServerTransID": server_trans_id,
            "acsTransID": acs_trans_id,
            "transStatus": "Y" if passed else "N",
        }
    )
