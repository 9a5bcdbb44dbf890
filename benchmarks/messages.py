"""Messages as a shop and Opayo send them, made before the clock starts. Import after Django is set up."""

from __future__ import annotations

import secrets
import time
import uuid
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from urllib.parse import urlencode

import orjson

from benchmarks.load import request_bytes
from integrations.models import Connection, Pair, Payment
from integrations.opayo.core.notification import parse_notification, signature
from integrations.secrets import encrypt, set_secret

_SHOP_SECRET = secrets.token_urlsafe(24)
_VENDOR = "tillbridge"
_ROWS_AT_ONCE = 1000
_TEA = {
    "sku": "TEA-250",
    "name": "Assam, 250 g",
    "category": "food",
    "quantity": "2",
    "unit_price": "6.45",
    "discount": "0.00",
    "tax_rate": "0",
    "tax": "0.00",
    "total": "12.90",
}
_POT = {
    "sku": "POT-1",
    "name": "Teapot",
    "category": "homeware",
    "quantity": "1",
    "unit_price": "24.99",
    "discount": "0.00",
    "tax_rate": "20",
    "tax": "4.17",
    "total": "24.99",
}


def make_connections() -> tuple[Connection, Connection]:
    """A pair with a shop and an Opayo account, both live."""
    pair = Pair.objects.create(name="Benchmark", slug="benchmark")
    live = Connection.Status.LIVE
    shop = Connection.objects.create(pair=pair, system=Connection.System.SHOP, status=live)
    set_secret(shop, "signing_secret", _SHOP_SECRET)
    opayo = Connection.objects.create(
        pair=pair,
        system=Connection.System.OPAYO,
        status=live,
        config={"vendor": _VENDOR, "environment": "test"},
    )
    return shop, opayo


def order_requests(shop: Connection, port: int, count: int) -> Iterator[bytes]:
    """Signed `order.created` messages, each of another order."""
    for number in range(count):
        yield _signed(shop, port, orjson.dumps(order_message(f"B-{number}")))


def _signed(shop: Connection, port: int, body: bytes) -> bytes:
    identity, timestamp = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    mac = digest(_SHOP_SECRET.encode(), f"{identity}.{timestamp}.".encode() + body, sha256)
    headers = {
        "webhook-id": identity,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{b64encode(mac).decode()}",
        "Content-Type": "application/json",
    }
    return request_bytes(port, f"/in/shop/{shop.key}/orders", headers, body)


def order_message(number: str) -> dict[str, object]:
    """A basket of two lines with delivery, as docs/shop-webhooks.md describes it."""
    address = {
        "line1": "88 High Street",
        "line2": "",
        "city": "Leeds",
        "region": "",
        "postcode": "LS1 4AB",
        "country": "GB",
    }
    customer = {
        "id": f"C-{number}",
        "email": f"ada.{number}@example.com",
        "first_name": "Ada",
        "last_name": "Moss",
        "company": "",
        "phone": "+441134960000",
        "billing_address": address,
        "shipping_address": address,
    }
    order = {
        "number": number,
        "placed_at": datetime.fromtimestamp(time.time(), UTC).isoformat(),
        "currency": "GBP",
        "prices_include_tax": True,
        "customer": customer,
        "lines": [
            _TEA,
            _POT,
        ],
        "delivery": {"name": "Royal Mail Tracked 48", "tax_rate": "20", "tax": "0.66", "total": "3.95"},
        "total": "41.84",
        "note": "",
        "payment": {"method": "opayo_server", "vendor_tx_code": f"{number}-1", "security_key": "OUWLNYQTVT"},
    }
    return {"type": "order.created", "shop": "benchmark", "order": order}


def notification_requests(opayo: Connection, port: int, count: int) -> list[bytes]:
    """Signed notifications, each of a payment of its own that was registered with a key of its own."""
    keys = {f"N-{number}-1": secrets.token_hex(5).upper() for number in range(count)}
    rows = [
        Payment(
            pair=opayo.pair,
            vendor_tx_code=code,
            security_key=encrypt(key),
            channel=Payment.Channel.SHOP,
            amount_minor=4184,
            currency="GBP",
        )
        for code, key in keys.items()
    ]
    Payment.objects.bulk_create(rows, batch_size=_ROWS_AT_ONCE)
    return [_notification(opayo, port, code, key) for code, key in keys.items()]


def _notification(opayo: Connection, port: int, code: str, key: str) -> bytes:
    fields = {
        "VPSProtocol": "4.00",
        "TxType": "PAYMENT",
        "VendorTxCode": code,
        "VPSTxId": f"{{{str(uuid.uuid4()).upper()}}}",
        "Status": "OK",
        "StatusDetail": "0000 : The Authorisation was Successful.",
        "TxAuthNo": "9962",
        "AVSCV2": "SECURITY CODE MATCH ONLY",
        "AddressResult": "NOTMATCHED",
        "PostCodeResult": "NOTMATCHED",
        "CV2Result": "MATCHED",
        "GiftAid": "0",
        "3DSecureStatus": "OK",
        "CAVV": "AAABARR5kwAAAAAAAAAAAAAAAAA=",
        "CardType": "VISA",
        "Last4Digits": "0006",
        "DeclineCode": "00",
        "ExpiryDate": "1229",
        "BankAuthCode": "999777",
    }
    unsigned = parse_notification(urlencode(fields).encode())
    body = urlencode(fields | {"VPSSignature": signature(unsigned, _VENDOR, key)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return request_bytes(port, f"/in/opayo/{opayo.key}/notify", headers, body)
