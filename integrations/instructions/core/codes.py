"""VendorTxCodes of what follows a payment."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from integrations.opayo.core.protocol import VENDOR_TX_CODE_MAX

_LETTER: Final[dict[str, str]] = {
    "refund": "R", "release": "L", "abort": "B", "authorise": "A", "cancel": "C", "repeat": "P", "delete_token": "T",
}  # fmt: skip


def follow_up_code(original: str, kind: str, number: int) -> str:
    """The nth code for one kind of follow-up: `HF-10042-1-R1`. At most 40 characters (Opayo Server, A1).

    A void keeps a refund's code: it becomes a refund when it comes too late. A code too long is cut, and told from others
    cut alike by a few characters of its digest.
    """
    suffix = f"-{_LETTER['refund' if kind == 'void' else kind]}{number}"
    if len(original) + len(suffix) > VENDOR_TX_CODE_MAX:
        suffix = f"-{sha256(original.encode()).hexdigest()[:6]}{suffix}"
    return original[: VENDOR_TX_CODE_MAX - len(suffix)] + suffix
