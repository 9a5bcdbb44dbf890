"""A settlement batch of Opayo as its event keeps it, and the lines that it lets expect."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from integrations.core.money import Money
from integrations.opayo.core.batches import Batch, BatchTotal
from integrations.opayo.core.reporting import OpayoTransaction, transaction_from_json, transaction_to_json
from reconciliation.settlements.core import lines
from reconciliation.settlements.core.lines import Line

_REFUND_TYPES: Final = frozenset({"REFUND"})
NOT_SETTLED_BY_OPAYO: Final = frozenset({"PAYPAL"})
"""Payment systems whose money goes another way (Opayo Direct protocol, settlement)."""


@dataclass(frozen=True, slots=True)
class FetchedBatch:
    """A batch with its transactions, as the Reporting & Admin API told them."""

    batch: Batch
    transactions: tuple[OpayoTransaction, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What our records say of a transaction: `minor` is positive for sales and for refunds."""

    minor: int
    currency: str
    is_refund: bool


def batch_key(batch: Batch) -> str:
    """A name for what the list tells of a batch: another one when its totals change."""
    totals = ";".join(
        f"{total.currency}:{total.sales.minor}:{total.refunds.minor}"
        for total in sorted(batch.totals, key=lambda each: each.currency)
    )
    return f"batch:{batch.auth_processor}:{batch.batch_id}:{totals}"


def batch_to_json(fetched: FetchedBatch) -> bytes:
    """The body of the event that keeps it; amounts as decimal strings, times in ISO 8601."""
    batch = fetched.batch
    document = {
        "batch_id": batch.batch_id,
        "auth_processor": batch.auth_processor,
        "completed": batch.completed.isoformat() if batch.completed else None,
        "totals": [
            {
                "currency": total.currency,
                "sales": str(total.sales.to_decimal()),
                "refunds": str(total.refunds.to_decimal()),
            }
            for total in batch.totals
        ],
        "transactions": [json.loads(transaction_to_json(each)) for each in fetched.transactions],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def batch_from_json(body: bytes) -> FetchedBatch:
    """The batch that `batch_to_json` wrote. Raises ValueError or KeyError for anything else."""
    document = json.loads(body, parse_float=Decimal)
    completed = document["completed"]
    batch = Batch(
        batch_id=document["batch_id"],
        auth_processor=document["auth_processor"],
        completed=datetime.fromisoformat(completed) if completed else None,
        totals=tuple(_total(row) for row in document["totals"]),
    )
    rows = (json.dumps(row).encode() for row in document["transactions"])
    return FetchedBatch(batch, tuple(transaction_from_json(row) for row in rows))


def _total(row: Mapping[str, Any]) -> BatchTotal:
    currency = row["currency"]
    return BatchTotal(
        currency, Money.from_decimal(row["sales"], currency), Money.from_decimal(row["refunds"], currency)
    )


def lines_of(
    fetched: FetchedBatch, currency: str, known: Mapping[str, KnownItem], zone: str
) -> tuple[Line, ...]:
    """The lines of one currency; what Opayo's row leaves out comes from our records (`known`, by VPSTxId).

    Where they do not come to what Opayo says the batch is worth, an adjustment says by how much: the payout is what the
    batch is worth.
    """
    found = [
        line
        for transaction in fetched.transactions
        if (line := _line(transaction, currency, known, zone)) is not None
    ]
    worth = sum(total.net.minor for total in fetched.batch.totals if total.currency == currency)
    left = worth - lines.net_minor(found)
    if left:
        found.append(Line("batch-difference", lines.ADJUSTMENT, left))
    return tuple(found)


def lacking(transactions: Iterable[OpayoTransaction], known: Mapping[str, KnownItem]) -> Sequence[str]:
    """VPSTxIds of transactions whose amount or type neither Opayo's row nor our records tell."""
    return [
        each.vps_tx_id
        for each in transactions
        if (each.amount is None or not each.tx_type) and each.vps_tx_id.upper() not in known
    ]


def _line(
    transaction: OpayoTransaction, currency: str, known: Mapping[str, KnownItem], zone: str
) -> Line | None:
    if transaction.payment_system.upper() in NOT_SETTLED_BY_OPAYO:
        return None
    item = _item(transaction, known.get(transaction.vps_tx_id.upper()))
    if item is None or item.currency != currency or not item.minor:
        return None
    return Line(
        identity=transaction.vps_tx_id or transaction.vendor_tx_code,
        kind=lines.REFUND if item.is_refund else lines.SALE,
        amount_minor=-item.minor if item.is_refund else item.minor,
        scheme=transaction.payment_system,
        happened_on=transaction.started.astimezone(ZoneInfo(zone)).date() if transaction.started else None,
        vendor_tx_code=transaction.vendor_tx_code,
        vps_tx_id=transaction.vps_tx_id,
        retrieval_reference=transaction.auth_no,
        bank_auth_code=transaction.bank_auth_code,
        last_four=transaction.last_four,
    )


def _item(transaction: OpayoTransaction, record: KnownItem | None) -> KnownItem | None:
    """Opayo's own word first: of a deferred payment, say, another amount may have been taken than we know of."""
    amount, tx_type = transaction.amount, transaction.tx_type
    if amount is not None and tx_type:
        return KnownItem(amount.minor, amount.currency, tx_type in _REFUND_TYPES)
    return record
