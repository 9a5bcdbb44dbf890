"""The notification that Opayo Server posts when a transaction has a result (protocol 3.00 and 4.00).

It carries neither the card number nor the amount: both are looked up by VendorTxCode.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import asdict, dataclass
from hashlib import md5
from typing import Final
from urllib.parse import unquote_to_bytes

from integrations.opayo.core.protocol import Outcome, decoded, outcome_of, without_braces

_ATTRIBUTES: Final = {
    "VPSProtocol": "vps_protocol",
    "TxType": "tx_type",
    "VendorTxCode": "vendor_tx_code",
    "VPSTxId": "vps_tx_id",
    "Status": "status",
    "StatusDetail": "status_detail",
    "TxAuthNo": "tx_auth_no",
    "AVSCV2": "avs_cv2",
    "AddressResult": "address_result",
    "PostCodeResult": "post_code_result",
    "CV2Result": "cv2_result",
    "GiftAid": "gift_aid",
    "3DSecureStatus": "three_d_secure_status",
    "CAVV": "cavv",
    "AddressStatus": "address_status",
    "PayerStatus": "payer_status",
    "CardType": "card_type",
    "Last4Digits": "last_four",
    "VPSSignature": "vps_signature",
    "FraudResponse": "fraud_response",
    "Surcharge": "surcharge",
    "DeclineCode": "decline_code",
    "ExpiryDate": "expiry_date",
    "BankAuthCode": "bank_auth_code",
    "Token": "token",
    "ACSTransID": "acs_trans_id",
    "DSTransID": "ds_trans_id",
    "SchemeTraceID": "scheme_trace_id",
}
_VENDOR_TX_CODE: Final = re.compile(r"[A-Za-z0-9{}._-]{1,40}")
_GUID: Final = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_STATUS: Final = re.compile(r"[A-Z0-9 ]{1,20}")
_AS_SPELT: Final = {name.encode(): attribute for name, attribute in _ATTRIBUTES.items()}
_LOWERED: Final = {name.lower(): attribute for name, attribute in _ATTRIBUTES.items()}


@dataclass(frozen=True, slots=True)
class Notification:
    """Every field as sent, url-decoded; empty when absent. `vps_tx_id` still has its braces."""

    vps_protocol: str = ""
    tx_type: str = ""
    vendor_tx_code: str = ""
    vps_tx_id: str = ""
    status: str = ""
    status_detail: str = ""
    tx_auth_no: str = ""
    avs_cv2: str = ""
    address_result: str = ""
    post_code_result: str = ""
    cv2_result: str = ""
    gift_aid: str = ""
    three_d_secure_status: str = ""
    cavv: str = ""
    address_status: str = ""
    payer_status: str = ""
    card_type: str = ""
    last_four: str = ""
    vps_signature: str = ""
    fraud_response: str = ""
    surcharge: str = ""
    decline_code: str = ""
    expiry_date: str = ""
    bank_auth_code: str = ""
    token: str = ""
    acs_trans_id: str = ""
    ds_trans_id: str = ""
    scheme_trace_id: str = ""

    @property
    def transaction_id(self) -> str:
        """The bare GUID, as Pi and Reporting write it."""
        return without_braces(self.vps_tx_id)

    @property
    def is_complete(self) -> bool:
        """Whether it names a transaction, as only Opayo's could be named, and says what became of it."""
        return bool(
            _VENDOR_TX_CODE.fullmatch(self.vendor_tx_code)
            and _GUID.fullmatch(self.vps_tx_id)
            and _STATUS.fullmatch(self.status)
        )

    @property
    def checks(self) -> dict[str, str]:
        """The answers of bank, scheme and fraud screening that were sent, by Opayo's names."""
        values = asdict(self)
        return {name: values[_ATTRIBUTES[name]] for name in _CHECKS if values[_ATTRIBUTES[name]]}


_CHECKS: Final = (
    "AVSCV2",
    "AddressResult",
    "PostCodeResult",
    "CV2Result",
    "3DSecureStatus",
    "FraudResponse",
    "DeclineCode",
    "AddressStatus",
    "PayerStatus",
    "SchemeTraceID",
)


def parse_notification(body: bytes) -> Notification:
    """Read a posted notification; names in any case, values in UTF-8 or ISO-8859-1.

    Never raises: what is missing stays empty (see `Notification.is_complete`), what is unknown is left out.
    """
    values: dict[str, str] = {}
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        attribute = _AS_SPELT.get(name) or _LOWERED.get(_text(name).lower())
        if attribute and attribute not in values:
            values[attribute] = _text(value)
    return Notification(**values)


def _text(encoded: bytes) -> str:
    if encoded.isalnum():
        return encoded.decode("ascii")
    # A NUL is in nothing that Opayo sends, and PostgreSQL keeps none.
    return decoded(unquote_to_bytes(encoded.replace(b"+", b" "))).replace("\0", "")


def signature(notification: Notification, vendor: str, security_key: str) -> str:
    """VPSSignature: MD5, in upper-case hex, of the signed fields in Opayo's order without separators.

    StatusDetail, Surcharge, TxType and VPSProtocol are not covered. Opayo Server protocol 4.00 appends three
    identifiers; a successful TOKEN hashes the bare GUID and stops after the SecurityKey.
    """
    text = _signed_text(notification, vendor.lower(), security_key)
    # Opayo prescribes MD5; the secret in the middle is what protects it.
    return md5(text.encode("utf-8"), usedforsecurity=False).hexdigest().upper()


def is_authentic(notification: Notification, vendor: str, security_key: str) -> bool:
    """Whether the VPSSignature sent is the one that vendor and SecurityKey make."""
    expected = signature(notification, vendor, security_key)
    return hmac.compare_digest(expected.encode(), notification.vps_signature.upper().encode())


def outcome(notification: Notification) -> Outcome:
    """`captured`, `waiting`, `failed` or `technical`."""
    return outcome_of(notification.status, notification.tx_type)


def _signed_text(n: Notification, vendor: str, security_key: str) -> str:
    is_token = n.tx_type.upper() == "TOKEN"
    has_token_form = is_token and n.status == "OK"
    head = (
        f"{n.vps_tx_id.strip('{}') if has_token_form else n.vps_tx_id}{n.vendor_tx_code}{n.status}{n.tx_auth_no}"
        f"{vendor}{n.avs_cv2}{n.token if is_token else ''}{security_key}"
    )
    if has_token_form:
        return head
    body = (
        f"{n.address_result}{n.post_code_result}{n.cv2_result}{n.gift_aid}{n.three_d_secure_status}{n.cavv}"
        f"{n.address_status}{n.payer_status}{n.card_type}{n.last_four}{n.decline_code}{n.expiry_date}"
        f"{n.fraud_response}{n.bank_auth_code}"
    )
    if n.vps_protocol != "4.00":
        return head + body
    return f"{head}{body}{n.acs_trans_id}{n.ds_trans_id}{n.scheme_trace_id}"
