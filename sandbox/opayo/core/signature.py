"""VPSSignature of a Server notification and the signature of a Reporting & Admin API command."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import md5

_SIGNED = (
    "AddressResult", "PostCodeResult", "CV2Result", "GiftAid", "3DSecureStatus", "CAVV", "AddressStatus",
    "PayerStatus", "CardType", "Last4Digits", "DeclineCode", "ExpiryDate", "FraudResponse", "BankAuthCode",
)  # fmt: skip
_SIGNED_IN_4 = ("ACSTransID", "DSTransID", "SchemeTraceID")


def digest(text: str) -> str:
    """MD5 in lower-case hex; prescribed by Opayo, not chosen for strength."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def signed_text(fields: Mapping[str, str], vendor: str, security_key: str) -> str:
    """The concatenation that VPSSignature covers; absent fields count as empty.

    Opayo Server protocol 3.00 and 4.00, notification: 4.00 appends three identifiers of the
    authentication and the scheme.
    """
    get = fields.get
    head = (
        f"{get('VPSTxId', '')}{get('VendorTxCode', '')}{get('Status', '')}{get('TxAuthNo', '')}"
        f"{vendor.lower()}{get('AVSCV2', '')}{security_key}"
    )
    names = _SIGNED + _SIGNED_IN_4 if get("VPSProtocol") == "4.00" else _SIGNED
    return head + "".join([get(name, "") for name in names])


def vps_signature(fields: Mapping[str, str], vendor: str, security_key: str) -> str:
    """VPSSignature: MD5 in upper-case hex."""
    return digest(signed_text(fields, vendor, security_key)).upper()


def reporting_signature(signed: str, password: str) -> str:
    """Signature of a Reporting command: `signed` are its elements as sent, without the envelope."""
    return digest(f"{signed}<password>{password}</password>")
