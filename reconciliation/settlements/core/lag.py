"""How long an acquirer takes to pay, learned from what it has paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from reconciliation.settlements.core.banking_days import banking_days_between

FEWEST: Final = 5
"""Payments that must have been seen before anything is learned from them."""


def learned_lag(payments: Sequence[tuple[date, date]]) -> int | None:
    """Banking days from settlement to the bank, from (settled, banked) days: the most usual, of two the longer.

    None while too few have been seen. Payments that were late now and then do not change it.
    """
    lags = [max(banking_days_between(settled, banked), 0) for settled, banked in payments]
    if len(lags) < FEWEST:
        return None
    counts = Counter(lags)
    return max(counts, key=lambda lag: (counts[lag], lag))
