"""What really happened, for an auditor: every transaction and every batch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.opayo.core.transaction import State
from sandbox.opayo.gateway import Gateway
from sandbox.opayo.records import Record


def truth(gateway: Gateway) -> dict[str, Any]:
    """Transactions in the order they started, and settlement batches with their totals.

    Amounts are Decimal in major units. `captured` is what was really taken: 0 for whatever failed, was
    voided or was never acknowledged by the vendor; for a REFUND, what was really given back.
    """
    batches = gateway.world.store.table("opayo.batches").values()
    return {
        "transactions": [_transaction(record, gateway) for record in gateway.records],
        "batches": [dict(batch, completed=_iso(batch["completed"])) for batch in batches],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _transaction(record: Record, gateway: Gateway) -> dict[str, Any]:
    tx = record.tx
    stands = tx.state is State.AUTHORISED
    return {
        "vpstxid": tx.vps_tx_id,
        "vendortxcode": tx.vendor_tx_code,
        "type": tx.tx_type.value,
        "system": record.system,
        "state": tx.state.value,
        "state_name": tx.state.name,
        "status": tx.status,
        "amount": tx.amount,
        "captured": tx.captured if stands else tx.captured * 0,
        "refunded": tx.refunded,
        "currency": tx.currency,
        "scheme": tx.payment_system,
        "acquirer": gateway.acquirer_of(tx.payment_system) if tx.payment_system else "",
        "last4": record.card.get("last_four", ""),
        "tx_auth_no": tx.tx_auth_no,
        "related": tx.related,
        "batchid": tx.batch_id,
        "acknowledged": bool(record.notice.get("answered")),
        "notifications_sent": record.notice.get("sent", 0),
        "description": record.fields.get("Description", ""),
        "started": _iso(tx.started),
        "decided": _iso(tx.decided_at),
        "captured_at": _iso(tx.captured_at),
        "registered_machine": record.machine.get("registered"),
        "notified_machine": record.machine.get("notified"),
        "captured_machine": record.machine.get("captured"),
    }


def standing(record: Record, gateway: Gateway) -> dict[str, Any]:
    """How one transaction stands, for whoever acts on it next; amounts in major units."""
    tx = record.tx
    return {
        "vpstxid": tx.vps_tx_id,
        "vendortxcode": tx.vendor_tx_code,
        "type": tx.tx_type.value,
        "is_unfinished": tx.is_unfinished,
        "state_name": tx.state.name,
        "captured": tx.captured if tx.state is State.AUTHORISED else tx.captured * 0,
        "refunded": tx.refunded,
        "currency": tx.currency,
        "scheme": tx.payment_system,
        "acquirer": gateway.acquirer_of(tx.payment_system) if tx.payment_system else "",
        "merchant_number": gateway.merchant_number(tx.payment_system, tx.currency),
        "last4": str(record.card.get("last_four", "")),
        "tx_auth_no": str(tx.tx_auth_no or ""),
        "bank_auth_code": record.results.get("BankAuthCode", ""),
        "batchid": tx.batch_id,
        "captured_at": tx.captured_at,
    }
