"""What people decided before, as the matching learns from it, and what they want forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from integrations.clock import business_now
from integrations.models import AuditEntry, Pair, User
from reconciliation.core.matching.lines import Memory
from reconciliation.core.matching.texts import name_core
from reconciliation.matching.gathering import expected_id, observed_id
from reconciliation.models import BankLine, ForgottenName, Match, MatchLink, Settlement

_REFUSING: Final = (Match.State.REJECTED, Match.State.UNDONE)
_REMEMBERED: Final = 2_000
"""Decisions people made last; older ones are in the model."""
Names = tuple[str, str]
"""The name core of an acquirer, and of a payer at the bank."""


@dataclass(slots=True)
class _Decided:
    """A match that a person decided, with its sides."""

    match: Match
    settlements: list[Settlement] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)

    @property
    def is_yes(self) -> bool:
        return self.match.state == Match.State.CONFIRMED

    def names(self) -> set[Names]:
        return {
            (name_core(each.merchant_account.acquirer), name_core(line.counterparty or line.description))
            for each in self.settlements
            for line in self.lines
        }

    def taught(self) -> set[Names]:
        """Whose names it says to be one, or not to be one. A refusal among names that fit is of the line, not of the payer."""
        if self.is_yes:
            return self.names()
        if self.match.state != Match.State.REJECTED:
            return set()
        return {names for names in self.names() if not _are_alike(names)}

    def refused(self) -> set[tuple[str, str]]:
        return {
            (expected_id(each.pk), observed_id(line.pk)) for each in self.settlements for line in self.lines
        }


def _are_alike(names: Names) -> bool:
    return not set(names[0].split()).isdisjoint(names[1].split())


@dataclass(slots=True)
class Remembered:
    """An acquirer and a payer at the bank that people said to be the same, or not to be."""

    expected: str
    observed: str
    is_same: bool
    times: int
    last_at: datetime
    last_by: User | None


def memory_of(pair: Pair) -> Memory:
    """What people said before: whose names are one payer, and which lines never belong together."""
    names = remembered_names(pair)
    refused = {each for decided in _decided(pair) if not decided.is_yes for each in decided.refused()}
    return Memory(
        frozenset((each.expected, each.observed) for each in names if each.is_same),
        frozenset((each.expected, each.observed) for each in names if not each.is_same),
        frozenset(refused),
    )


def remembered_names(pair: Pair) -> list[Remembered]:
    """The names that decisions taught, the last first; a yes outweighs every no."""
    forgotten = _forgotten(pair)
    found: dict[Names, Remembered] = {}
    for decided in _decided(pair):
        for names in decided.taught():
            if names in forgotten and decided.match.decided_at <= forgotten[names]:
                continue
            known = found.get(names)
            if known is None or (decided.is_yes and not known.is_same):
                match = decided.match
                found[names] = Remembered(*names, decided.is_yes, 1, match.decided_at, match.decided_by)
            elif known.is_same == decided.is_yes:
                known.times += 1
    return list(found.values())


def forget_name(pair: Pair, expected: str, observed: str, by: User) -> None:
    """Decisions made until now no longer teach that these are one payer, or that they are not."""
    ForgottenName.objects.create(pair=pair, expected=expected, observed=observed, by=by, at=business_now())
    AuditEntry.objects.create(
        pair=pair, actor=by, action="match.name_forgotten", subject=f"{expected} = {observed}"[:120],
        data={"expected": expected, "observed": observed},
    )  # fmt: skip


def _forgotten(pair: Pair) -> dict[Names, datetime]:
    rows = ForgottenName.objects.filter(pair=pair).order_by("at").values_list("expected", "observed", "at")
    return {(expected, observed): at for expected, observed, at in rows}


def _decided(pair: Pair) -> Iterator[_Decided]:
    """What people decided last, newest first. A match that was taken apart refused nothing: a part of it stands."""
    rows = Match.objects.filter(pair=pair, decided_by__isnull=False, undone_by__isnull=True).filter(
        state__in=[Match.State.CONFIRMED, *_REFUSING]
    )
    matches = rows.select_related("decided_by").order_by("-decided_at", "-pk")[:_REMEMBERED]
    sides = {match.pk: _Decided(match) for match in matches}
    links = MatchLink.objects.filter(match__in=list(sides)).select_related(
        "settlement__merchant_account", "bank_line"
    )
    for link in links:
        if link.settlement is not None:
            sides[link.match_id].settlements.append(link.settlement)
        if link.bank_line is not None:
            sides[link.match_id].lines.append(link.bank_line)
    yield from sides.values()
