"""Settlement: which captured transactions one day's file to an acquirer holds, and what it adds up to.

Opayo Direct protocol 3.00, step 10: from 00:01 every day one file per acquirer with the card
transactions of the day before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sandbox.opayo.core.london import at_london, london_day
from sandbox.opayo.core.transaction import Transaction, TxType, is_due_for_settlement

FILE_TIME = time(0, 1)
TRANSMISSIONS = 10
"""One attempt and nine more; then the transactions go into the next day's file."""
BETWEEN_TRANSMISSIONS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Group:
    """Sales and refunds of one currency in a batch; values in major units, both positive."""

    currency: str
    payments: int
    payment_value: Decimal
    refunds: int
    refund_value: Decimal


def file_due(day: date) -> datetime:
    """When the file for a day's transactions is sent: 00:01 in London on the day after, in UTC."""
    return at_london(day + timedelta(days=1), FILE_TIME)


def belongs_to(tx: Transaction, day: date) -> bool:
    """Whether a transaction goes into the file for a day: captured then, or left over from before."""
    if tx.captured_at is None or not is_due_for_settlement(tx):
        return False
    return london_day(tx.captured_at) <= day


def group_totals(transactions: Iterable[Transaction]) -> tuple[Group, ...]:
    """What a batch adds up to, a group per currency in order of its code."""
    by_currency: dict[str, list[Transaction]] = {}
    for tx in transactions:
        by_currency.setdefault(tx.currency, []).append(tx)
    return tuple(_group(currency, by_currency[currency]) for currency in sorted(by_currency))


def _group(currency: str, transactions: list[Transaction]) -> Group:
    refunds = [tx.captured for tx in transactions if tx.tx_type is TxType.REFUND]
    payments = [tx.captured for tx in transactions if tx.tx_type is not TxType.REFUND]
    nothing = Decimal(0)
    return Group(currency, len(payments), sum(payments, nothing), len(refunds), sum(refunds, nothing))
