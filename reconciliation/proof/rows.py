"""The rows behind a figure of the fourth equality: what stands on a clearing account, group by group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from integrations.models import Pair
from reconciliation.proof.accounts import Clearing
from reconciliation.proof.banking import expected_on
from reconciliation.proof.core.lights import Moment
from reconciliation.proof.core.unbanked import Moved


@dataclass(frozen=True, slots=True)
class Row:
    """One group: what it should come to, and what is booked of it; minor units of the account's currency."""

    kind: str
    key: str
    place: str
    words: str
    on: date | None
    expected: int
    posted: int
    flight: int

    @property
    def gap(self) -> int:
        """What is booked and under way more than it should be."""
        return self.posted + self.flight - self.expected


def rows_of(pair: Pair, account: Clearing, moment: Moment, place: str = "") -> list[Row]:
    """What has not reached the bank, oldest first; `place` narrows it to a figure of the equality.

    `flight` stands for what is not in Xero yet, whatever it is.
    """
    expected, moved = expected_on(pair, account, moment)
    found = []
    for each in expected:
        has = moved.get(each.group, Moved())
        kind, _, key = each.group.partition(":")
        row = Row(
            kind,
            key,
            each.place,
            each.words,
            each.on,
            each.minor,
            has.posted,
            has.flight + has.later + each.unbooked,
        )
        if _belongs(row, place):
            found.append(row)
    return sorted(found, key=lambda row: (row.on or date.max, row.words))


def _belongs(row: Row, place: str) -> bool:
    if place == "flight":
        return bool(row.flight)
    is_there = bool(row.expected or row.posted or row.flight)
    return is_there and place in {"", row.place}
