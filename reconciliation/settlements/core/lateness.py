"""Whether money that is expected is late, as far as the bank's statements reach."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from reconciliation.settlements.core.banking_days import banking_days_between

Lateness = Literal["", "late", "missing"]
MISSING_AFTER: Final = 3
"""Banking days after which late money counts as missing."""


def lateness(due_on: date, seen_to: date | None) -> Lateness:
    """`late` from the first banking day after the due day on which the statements show no money, later `missing`.

    `seen_to` is the last day that a statement covers. Without statements nothing is said: money nobody has looked for is
    not missing.
    """
    if seen_to is None or seen_to <= due_on:
        return ""
    days = banking_days_between(due_on, seen_to)
    if days < 1:
        return ""
    return "late" if days < MISSING_AFTER else "missing"
