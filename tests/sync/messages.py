"""Messages as the outside systems send them, for the pipeline to read."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from integrations.core.money import Money
from integrations.events.services import store_event
from integrations.models import Connection, Event
from integrations.opayo.core.instructed import Instructed, InstructedKind, instructed_to_json
from integrations.opayo.core.notification import Notification, signature
from integrations.opayo.core.reporting import OpayoTransaction, transaction_to_json

SECURITY_KEY = "OUWLNYQTVT"


def order(number: str = "HF-10042", **changes: Any) -> dict[str, Any]:
    """An order of one teapot and some tea, with delivery and a discount."""
    return {
        "number": number,
        "placed_at": "2026-11-22T10:15:00Z",
        "currency": "GBP",
        "prices_include_tax": True,
        "customer": {
            "id": "C-77",
            "email": "ada@example.com",
            "first_name": "Ada",
            "last_name": "Moss",
            "billing_address": {"line1": "88 High Street", "city": "Leeds", "postcode": "LS1 4AB", "country": "GB"},
        },
        "lines": [
            {
                "sku": "TEA-250", "name": "Assam, 250 g", "category": "food", "quantity": "2",
                "unit_price": "6.45", "discount": "0.00", "tax_rate": "0", "tax": "0.00", "total": "12.90",
            },
            {
                "sku": "POT-1", "name": "Teapot", "category": "homeware", "quantity": "1",
                "unit_price": "24.99", "discount": "2.50", "tax_rate": "20", "tax": "3.75", "total": "22.49",
            },
        ],
        "delivery": {"name": "Royal Mail", "tax_rate": "20", "tax": "0.66", "total": "3.95"},
        "discount": {"code": "WELCOME", "total": "1.00"},
        "total": "38.34",
        "payment": {"method": "opayo_server", "vendor_tx_code": f"{number}-1", "security_key": SECURITY_KEY},
        **changes,
    }  # fmt: skip


def shop_event(shop: Connection, kind: str = "order.created", **contents: Any) -> Event:
    """A shop's message in the inbox."""
    body = orjson.dumps({"type": kind, "shop": "harbour-finch", "order": contents or order()})
    return _store(shop, Event.Source.SHOP, kind, uuid.uuid4().hex, body)


def notification_event(
    opayo: Connection,
    code: str = "HF-10042-1",
    status: str = "OK",
    vps_tx_id: str = "F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2",
    *,
    security_key: str = SECURITY_KEY,
    authenticity: str = Event.Authenticity.VERIFIED,
    **fields: str,
) -> Event:
    """A signed Opayo Server notification in the inbox."""
    told = Notification(
        vps_protocol="3.00", tx_type="PAYMENT", vendor_tx_code=code, vps_tx_id=f"{{{vps_tx_id}}}",
        status=status, tx_auth_no="4255", card_type="VISA", last_four="0006", **fields,
    )  # fmt: skip
    told = replace(told, vps_signature=signature(told, "tillbridge", security_key))
    body = urlencode(
        {
            "VPSProtocol": told.vps_protocol, "TxType": told.tx_type, "VendorTxCode": told.vendor_tx_code,
            "VPSTxId": told.vps_tx_id, "Status": told.status, "TxAuthNo": told.tx_auth_no,
            "CardType": told.card_type, "Last4Digits": told.last_four, "VPSSignature": told.vps_signature, "StatusDetail": told.status_detail,
        }
    ).encode()  # fmt: skip
    key = f"{vps_tx_id}:{status}"
    return _store(opayo, Event.Source.OPAYO, "notification", key, body, authenticity)


def _store(
    connection: Connection,
    source: str,
    kind: str,
    key: str,
    body: bytes,
    authenticity: str = Event.Authenticity.VERIFIED,
) -> Event:
    event_id, _ = store_event(
        pair_id=connection.pair_id,
        connection_id=connection.pk,
        source=source,
        kind=kind,
        dedupe_key=key,
        body=body,
        headers={},
        authenticity=authenticity,
    )
    return Event.objects.get(pk=event_id)


PAYMENT_ID = "F955C22E-F67B-4DA3-8EA3-6DAC68FA59D2"


def transaction_event(
    opayo: Connection,
    code: str,
    amount: str,
    *,
    tx_type: str = "PAYMENT",
    state: int = 16,
    vps_tx_id: str = "",
    related: str = "",
    related_code: str = "",
    currency: str = "GBP",
    at: str = "2026-11-25T09:30:00+00:00",
) -> Event:
    """A transaction as Opayo's reports tell it, stored by the sweep."""
    vps_tx_id = vps_tx_id or str(uuid.uuid5(uuid.NAMESPACE_URL, code)).upper()
    told = OpayoTransaction(
        vps_tx_id=vps_tx_id, vendor_tx_code=code, tx_type=tx_type, tx_state_id=state,
        amount=Money.from_decimal(amount, currency), currency=currency, completed=datetime.fromisoformat(at),
        related_transaction_id=related, related_vendor_tx_code=related_code, payment_system="VISA",
    )  # fmt: skip
    key = f"{vps_tx_id}:{state}"
    return _store(opayo, Event.Source.OPAYO, "transaction", key, transaction_to_json(told), "fetched")


def refund_event(opayo: Connection, code: str = "R1", amount: str = "38.34", **told: Any) -> Event:
    """A refund of the payment of HF-10042, found by the sweep."""
    return transaction_event(
        opayo,
        code,
        amount,
        **{"tx_type": "REFUND", "related": PAYMENT_ID, "related_code": "HF-10042-1", **told},
    )


def instruction_event(
    opayo: Connection, kind: InstructedKind, code: str, amount: str = "", **said: Any
) -> Event:
    """Something Opayo did because we asked for it."""
    done = Instructed(
        kind=kind,
        vendor_tx_code=code,
        related_vendor_tx_code=said.pop("related_code", "HF-10042-1"),
        happened_at=datetime.fromisoformat(said.pop("at", "2026-11-25T09:30:00+00:00")),
        amount=Money.from_decimal(amount, said.pop("currency", "GBP")) if amount else None,
        **said,
    )
    key = f"instruction:{kind}:{code}"
    return _store(opayo, Event.Source.OPAYO, "instruction", key, instructed_to_json(done), "fetched")
