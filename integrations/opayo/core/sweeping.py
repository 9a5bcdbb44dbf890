"""Which part of Opayo's list to look at, and which of its rows are news."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from integrations.core.money import Money
from integrations.opayo.core.reporting import OpayoTransaction, outcome_of_transaction

OVERLAP: Final = timedelta(hours=1)
"""Rows are listed by their start and change until the customer, the bank and Opayo's monitor are done."""
DEEP_OVERLAP: Final = timedelta(days=3)
"""Voids on the same day and rejections by the acquirer come later than that."""
DEEP_EVERY: Final = timedelta(hours=6)
LONGEST: Final = timedelta(days=28)
"""One request may cover a month (Reporting & Admin API, 0039)."""

_STATES_OF_OUTCOME: Final = {
    "captured": ("captured",),
    "waiting": ("waiting",),
    "failed": ("failed", "reversed"),
    "technical": ("failed", "reversed"),
}

_RELEASED_IN_PART: Final = frozenset(("DEFERRED", "REPEATDEFERRED"))


@dataclass(frozen=True, slots=True)
class Booked:
    """What our record of a payment says: its state and amount."""

    state: str
    amount: Money | None = None


def start_of(swept_to: datetime | None, since: datetime, now: datetime, *, is_deep: bool) -> datetime:
    """Where a sweep begins: before the end of the last one, or at `since` (when we were connected) the first time.

    A mark that lies ahead of `now` says nothing about what came before: the clock was set back after it was made. Then as
    much is looked at as one request covers.
    """
    mark = swept_to or since
    if mark > now:
        return now - LONGEST
    begin = mark - OVERLAP
    if not is_deep or swept_to is None:
        return begin
    deep = now - DEEP_OVERLAP
    return min(begin, deep if since > now else max(deep, since - OVERLAP))


def windows(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The period in pieces that Opayo accepts."""
    while start < end:
        upto = min(start + LONGEST, end)
        yield start, upto
        start = upto


def dedupe_key(transaction: OpayoTransaction) -> str:
    """One event for each state a transaction was seen in."""
    state = transaction.result if transaction.tx_state_id is None else transaction.tx_state_id
    return f"{transaction.vps_tx_id}:{state}"


def is_told(transaction: OpayoTransaction) -> bool:
    """Whether it tells its state and its amount."""
    return transaction.tx_state_id is not None and transaction.amount is not None


def is_whole(transaction: OpayoTransaction) -> bool:
    """Whether it tells all that is needed to book it: its state, its amount, and what it builds on, if anything."""
    is_tied = not transaction.builds_on_another or bool(transaction.related_transaction_id)
    return is_told(transaction) and is_tied


def is_news(transaction: OpayoTransaction, booked: Booked | None, *, was_seen: bool) -> bool:
    """Whether a transaction, as listed, says something that its payment's record does not say yet."""
    outcome = outcome_of_transaction(transaction)
    if outcome == "open" or was_seen or not transaction.vendor_tx_code or not transaction.vps_tx_id:
        return False
    if booked is None or transaction.is_refund:
        return True
    says_same = booked.state in _STATES_OF_OUTCOME[outcome]
    # Of a deferred payment less may have been released than the row says.
    has_amount = transaction.tx_type in _RELEASED_IN_PART or transaction.amount in (None, booked.amount)
    return not (says_same and has_amount)
