"""Clearing = not yet banked: what stands on a clearing account, and whether all of it is money still to come.

Everything on the account belongs to a group: a match (settlements and the bank lines that paid them), a settlement whose
money is awaited, or a payment, refund or dispute that no settlement has yet. What a group should come to follows from the
settlements, bank lines and records; what it does come to follows from the postings. Pure; minor units, signed as they move
the account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from reconciliation.proof.core.lights import Break, Proved, Term

Place = Literal["unsettled", "settled", "short", "other"]
_LABELS: Final[Mapping[Place, str]] = {
    "unsettled": "Taken and given back, not settled yet",
    "settled": "Settled, not at the bank yet",
    "short": "Short or over at the bank, not explained yet",
    "other": "Disputes and entries that no settlement has yet",
}
PLACES: Final = tuple(_LABELS)


@dataclass(frozen=True, slots=True)
class Moved:
    """What the postings of a group come to: in Xero up to the day; sent or undone later (`flight`); dated after it."""

    posted: int = 0
    flight: int = 0
    later: int = 0

    @property
    def meant(self) -> int:
        """What the group comes to once all of it has happened."""
        return self.posted + self.flight + self.later


@dataclass(frozen=True, slots=True)
class Expected:
    """What a group should come to, and what it is called. `unbooked`: the part that nothing is posted for, and that shows
    elsewhere why; `wrong`: parts that a person must look at.
    """

    group: str
    place: Place
    minor: int
    words: str
    on: date | None = None
    unbooked: int = 0
    wrong: tuple[Break, ...] = field(default=())


def clearing_equals_unbanked(
    account: str,
    currency: str,
    moved: Mapping[str, Moved],
    expected: Iterable[Expected],
    alerts: Sequence[Break] = (),
    accepted_minor: int = 0,
) -> Proved:
    """The equality of one account. Groups that nothing is expected of should come to nothing."""
    by_group = {each.group: each for each in expected}
    for group in moved:
        by_group.setdefault(group, Expected(group, "other", 0, group))
    breaks = [each for group in by_group.values() for each in _breaks(group, moved.get(group.group, Moved()))]
    posted = sum(each.posted for each in moved.values())
    flight = sum(each.flight for each in moved.values()) + sum(each.unbooked for each in by_group.values())
    later = sum(each.later for each in moved.values())
    right = [*_places(by_group.values()), Term("flight", "Less what is not in Xero yet", -flight)]
    if later:
        right.append(Term("later", "Less what is dated after the day", -later))
    if accepted_minor:
        right.append(Term("accepted", "Accepted as it stands in Xero", accepted_minor))
    return Proved(
        "bank", account, currency,
        left=Term("clearing", "Clearing account, by our postings", posted + accepted_minor),
        right=tuple(right),
        breaks=tuple(sorted(breaks, key=lambda each: -abs(each.minor))),
        alerts=tuple(alerts),
        is_moving=bool(flight or later),
    )  # fmt: skip


def _breaks(expected: Expected, moved: Moved) -> list[Break]:
    gap = moved.meant + expected.unbooked - expected.minor
    found = [each for each in expected.wrong if gap]
    rest = gap - sum(each.minor for each in found)
    if rest:
        kind, _, key = expected.group.partition(":")
        found.append(
            Break(
                kind, key, expected.words, rest,
                "What is booked for it is more than it is." if rest > 0 else "What is booked for it is less than it is.",
                "Open it: a posting of it is missing, doubled, or of another amount.",
                expected.on,
            )
        )  # fmt: skip
    return found


def _places(groups: Iterable[Expected]) -> list[Term]:
    sums: dict[Place, list[int]] = {place: [0, 0] for place in _LABELS}
    for each in groups:
        sums[each.place][0] += each.minor
        sums[each.place][1] += bool(each.minor)
    return [Term(place, label, *sums[place]) for place, label in _LABELS.items()]
