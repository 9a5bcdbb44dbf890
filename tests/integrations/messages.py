"""Messages as shops, Opayo and Xero send them, signed here without any code of the product."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.test import Client

from integrations.models import Connection

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as TestResponse

SHOP_SECRET = "whsec_aGFyYm91ci1maW5jaC1zaG9wLWRlbW8tc2VjcmV0"
SECURITY_KEY = "JEUPDN1N7E"


def order_document(**changes: Any) -> dict[str, Any]:
    """The worked example of docs/shop-webhooks.md."""
    address = {"line1": "88 High Street", "city": "Leeds", "postcode": "LS1 4AB", "country": "GB"}
    document: dict[str, Any] = {
        "number": "HF-10042",
        "placed_at": "2026-11-22T10:15:00Z",
        "currency": "GBP",
        "prices_include_tax": True,
        "customer": {
            "id": "C-77", "email": "ada@example.com", "first_name": "Ada", "last_name": "Moss",
            "billing_address": address, "shipping_address": address,
        },
        "lines": [
            {"sku": "TEA-250", "name": "Assam, 250 g", "quantity": "2", "unit_price": "6.45", "discount": "0.00",
             "tax_rate": "0", "tax": "0.00", "total": "12.90"},
            {"sku": "POT-1", "name": "Teapot", "quantity": "1", "unit_price": "24.99", "discount": "2.50",
             "tax_rate": "20", "tax": "3.75", "total": "22.49"},
        ],
        "delivery": {"name": "Royal Mail", "tax_rate": "20", "tax": "0.66", "total": "3.95"},
        "discount": {"code": "WELCOME", "total": "1.00"},
        "total": "38.34",
    }  # fmt: skip
    return {**document, **changes}


def order_message(kind: str = "order.created", **changes: Any) -> bytes:
    """A message of the shop about that order."""
    return json.dumps({"type": kind, "shop": "harbour-finch", "order": order_document(**changes)}).encode()


def shop_headers(body: bytes, message_id: str = "msg_1", at: float | None = None) -> dict[str, str]:
    """The three headers of the Standard Webhooks scheme."""
    timestamp = str(int(time.time() if at is None else at))
    key = base64.b64decode(SHOP_SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def post_order(
    client: Client, shop: Connection, body: bytes, message_id: str = "msg_1", **headers: str
) -> TestResponse:
    """Post a message to the shop's inbound address."""
    return client.post(
        f"/in/shop/{shop.key}/orders",
        body,
        content_type="application/json",
        headers={**shop_headers(body, message_id), **headers},
    )


_SIGNED = (
    "VPSTxId VendorTxCode Status TxAuthNo <vendor> AVSCV2 <key> AddressResult PostCodeResult CV2Result GiftAid "
    "3DSecureStatus CAVV AddressStatus PayerStatus CardType Last4Digits DeclineCode ExpiryDate FraudResponse "
    "BankAuthCode ACSTransID DSTransID SchemeTraceID"
)


def notification(vendor: str = "tillbridge", security_key: str = SECURITY_KEY, **changes: str) -> bytes:
    """A notification of Opayo Server 4.00 as posted, signed."""
    fields = {
        "VPSProtocol": "4.00",
        "TxType": "PAYMENT",
        "VendorTxCode": "HF-10042-1",
        "VPSTxId": "{F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2}",
        "Status": "OK",
        "StatusDetail": "0000 : The Authorisation was Successful.",
        "TxAuthNo": "4255",
        "AVSCV2": "ALL MATCH",
        "CardType": "VISA",
        "Last4Digits": "0006",
        "ExpiryDate": "1230",
        "BankAuthCode": "999777",
        **changes,
    }
    values = {**fields, "<vendor>": vendor.lower(), "<key>": security_key}
    text = "".join(values.get(name, "") for name in _SIGNED.split())
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    return urlencode({"VPSSignature": digest, **fields}).encode()


def post_notification(client: Client, opayo: Connection, body: bytes) -> TestResponse:
    """Post it to the Opayo connection's inbound address."""
    return client.post(
        f"/in/opayo/{opayo.key}/notify", body, content_type="application/x-www-form-urlencoded"
    )
