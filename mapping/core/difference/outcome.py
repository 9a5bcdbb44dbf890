"""What one blueprint makes of one record, and how two such outcomes differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, get_args

from mapping.core.bookings import NOTHING, Bookings, bookings_of
from mapping.core.difference.fields import FieldChange
from mapping.core.difference.moves import Moves

Fate = Literal["made", "failed", "held", "skipped"]
"""`made`: a document that would be posted. `failed`: problems forbid it. `held`: it waits for a person. `skipped`: no
document is wanted."""
Effect = Literal["changed", "failing", "passing", "held", "skipped", "otherwise"]
EFFECTS: Final[tuple[Effect, ...]] = get_args(Effect)
_EFFECT_OF_FATE: Final[Mapping[Fate, Effect]] = {
    "made": "passing",
    "failed": "failing",
    "held": "held",
    "skipped": "skipped",
}


@dataclass(frozen=True)
class Outcome:
    """What one blueprint makes of one record.

    `target` is the schema of the document ("xero:Invoice"), `currency` holds where the document names none, `reasons`
    say in words why nothing is posted, `labels` are whatever else people see on the record (tags, the mapping a rule
    chose).
    """

    fate: Fate
    document: Mapping[str, Any] = field(default_factory=dict)
    target: str = ""
    currency: str = ""
    reasons: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @cached_property
    def bookings(self) -> Bookings:
        """What is booked: nothing unless a document is made."""
        if self.fate != "made":
            return NOTHING
        return bookings_of(self.target, self.document, self.currency)

    def is_same_as(self, other: Outcome) -> bool:
        """Whether both make the same of the record."""
        return (
            self.fate == other.fate
            and self.document == other.document
            and self.reasons == other.reasons
            and self.labels == other.labels
            and self.target == other.target
        )


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """How the outcome of one record changes.

    `effect`: the document is `changed`; the record is newly `failing`, newly `passing`, newly `held` or newly `skipped`;
    or `otherwise`: still no document is made, but for other reasons.
    """

    effect: Effect
    fields: tuple[FieldChange, ...]
    moves: Moves
    before: Outcome
    after: Outcome


def effect_of(before: Outcome, after: Outcome) -> Effect:
    """How a record that does not come out the same comes out."""
    if before.fate == after.fate:
        return "changed" if after.fate == "made" else "otherwise"
    return _EFFECT_OF_FATE[after.fate]
