"""Comparing two outcomes of one record."""

from __future__ import annotations

from mapping.core.difference.fields import field_changes
from mapping.core.difference.moves import moves_between
from mapping.core.difference.outcome import Outcome, RecordDifference, effect_of


def compare(before: Outcome, after: Outcome) -> RecordDifference | None:
    """How the outcome changes; None when both blueprints make the same of the record."""
    if before.is_same_as(after):
        return None
    return RecordDifference(
        effect_of(before, after),
        field_changes(before.document, after.document),
        moves_between(before.bookings, after.bookings),
        before,
        after,
    )
