"""What the matching core decides, kept: matches that stand, and suggestions that wait for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from integrations.clock import business_now
from integrations.models import Pair
from reconciliation.core.matching import outcome
from reconciliation.core.matching.lines import Line, Memory
from reconciliation.core.matching.matching import match as match_lines
from reconciliation.locks import pair_in_hand
from reconciliation.matching.gathering import (
    bank_line_id,
    expected_lines,
    observed_lines,
    settlement_id,
)
from reconciliation.matching.naming import Remarks, in_words, names_of
from reconciliation.matching.remembering import memory_of
from reconciliation.matching.ruling import SAID_OURS, set_aside
from reconciliation.matching.standing import refresh
from reconciliation.models import BankLine, Match, MatchLink, Settlement

_PLACES = Decimal("0.000001")
_TRIES: Final = 2
"""How often it is matched beside people at work, before they have to wait for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a run of the matching came to."""

    auto: int = 0
    suggested: int = 0
    withdrawn: int = 0
    """Suggestions that are none any more."""


@dataclass(frozen=True, slots=True)
class _Open:
    """What is open on both sides, by id, and what people said."""

    expected: Mapping[str, Line]
    observed: Mapping[str, Line]
    memory: Memory

    def match(self) -> outcome.Outcome:
        if not self.expected or not self.observed:
            return outcome.Outcome((), (), (), "")
        return match_lines(list(self.expected.values()), list(self.observed.values()), memory=self.memory)

    def knew(self, later: _Open) -> bool:
        """Whether nothing has come or changed since; that something is no longer open does no harm."""
        return (
            later.expected.items() <= self.expected.items()
            and later.observed.items() <= self.observed.items()
        )


def run_matching(pair: Pair) -> Found:
    """Match what is open of a pair and keep what comes of it; suggestions that no longer hold are withdrawn.

    Nothing that a person decided is touched, and nothing is ever in two standing matches. The matching itself runs while
    people go on deciding: what they decided meanwhile is left out of what is kept, and where something new came it is
    matched again.
    """
    for _ in range(_TRIES):
        with pair_in_hand(pair.pk):
            payers = set_aside(pair)
            before = _open_of(pair, payers)
        found = before.match()
        with pair_in_hand(pair.pk):
            now = _open_of(pair, payers)
            if before.knew(now):
                return _keep(pair, found, now)
    with pair_in_hand(pair.pk):
        now = _open_of(pair, set_aside(pair))
        return _keep(pair, now.match(), now)


def _open_of(pair: Pair, payers: Mapping[int, str]) -> _Open:
    return _Open(
        {line.id: line for line in expected_lines(pair)},
        {line.id: line for line in observed_lines(pair, payers)},
        memory_of(pair),
    )


def _keep(pair: Pair, found: outcome.Outcome, now: _Open) -> Found:
    at = business_now()
    names = names_of(now.expected.values(), now.observed.values())
    possible = [each for each in found.matches if _is_possible(each, now)]
    offered = [each for each in possible if each.decision == "review"]
    auto = [each for each in possible if each.decision == "auto" and not each.difference]
    kept, fresh = _known_suggestions(pair, offered)
    withdrawn = _withdraw(pair, keep=kept)
    for each in auto:
        _write(pair, each, found.model, at, Match.State.AUTO, names)
    for each in fresh:
        _write(pair, each, found.model, at, Match.State.SUGGESTED, names)
    refresh(
        [settlement_id(name) for each in (*auto, *fresh) for name in each.expected],
        [bank_line_id(name) for each in (*auto, *fresh) for name in each.observed],
    )
    _remark(pair, found.open_observed, names)
    return Found(len(auto), len(fresh), withdrawn)


def _is_possible(each: outcome.Match, now: _Open) -> bool:
    if not (now.expected.keys() >= set(each.expected) and now.observed.keys() >= set(each.observed)):
        return False
    pairs = {(expected, observed) for expected in each.expected for observed in each.observed}
    return pairs.isdisjoint(now.memory.refused)


Sides = tuple[frozenset[int], frozenset[int]]


def _sides(each: outcome.Match) -> Sides:
    return (
        frozenset(settlement_id(name) for name in each.expected),
        frozenset(bank_line_id(name) for name in each.observed),
    )


def _known_suggestions(pair: Pair, offered: Sequence[outcome.Match]) -> tuple[list[int], list[outcome.Match]]:
    """Suggestions that are offered again as they stand, and those that are new."""
    rows = Match.objects.filter(pair=pair, state=Match.State.SUGGESTED).prefetch_related("links")
    by_sides = {
        (
            frozenset(link.settlement_id for link in row.links.all() if link.settlement_id),
            frozenset(link.bank_line_id for link in row.links.all() if link.bank_line_id),
        ): row.pk
        for row in rows
    }
    kept = [by_sides[_sides(each)] for each in offered if _sides(each) in by_sides]
    return kept, [each for each in offered if _sides(each) not in by_sides]


def _withdraw(pair: Pair, keep: Sequence[int]) -> int:
    gone = Match.objects.filter(pair=pair, state=Match.State.SUGGESTED).exclude(pk__in=keep)
    links = list(MatchLink.objects.filter(match__in=gone).values_list("settlement", "bank_line"))
    count = gone.update(state=Match.State.SUPERSEDED)
    refresh([pk for pk, _ in links if pk], [pk for _, pk in links if pk])
    return count


def _write(
    pair: Pair, each: outcome.Match, model: str, now: datetime, state: str, names: Mapping[str, str]
) -> Match:
    settlements = [settlement_id(name) for name in each.expected]
    lines = [bank_line_id(name) for name in each.observed]
    made = Match.objects.create(
        pair=pair,
        state=state,
        method=each.method,
        probability=Decimal(str(each.probability)).quantize(_PLACES),
        reasons=in_words(each.reasons, names),
        model_version=model[:40],
        difference_minor=each.difference,
        currency=_currency(settlements, lines),
        decided_at=now,
    )
    link(made, settlements, lines)
    return made


def _currency(settlements: Sequence[int], lines: Sequence[int]) -> str:
    if lines:
        return str(BankLine.objects.values_list("currency", flat=True).get(pk=lines[0]))
    return str(Settlement.objects.values_list("currency", flat=True).get(pk=settlements[0]))


def _remark(pair: Pair, left: Iterable[outcome.Open], names: Mapping[str, str]) -> None:
    """Keep with the lines that stay open why nothing is suggested; what a person said of a line stays first."""
    wanted = {bank_line_id(each.id): in_words(each.reasons, names) for each in left}
    changed = []
    for line in BankLine.objects.filter(pair=pair, state=BankLine.State.OPEN).only("pk", "remarks"):
        remarks: Remarks = [each for each in line.remarks if each.get("code") == SAID_OURS]
        remarks += wanted.get(line.pk, [])
        if remarks != line.remarks:
            line.remarks = remarks
            changed.append(line)
    BankLine.objects.bulk_update(changed, ["remarks"], batch_size=500)


def link(made: Match, settlements: Sequence[int], lines: Sequence[int]) -> None:
    """Write the sides of a match. Raises IntegrityError where one of them is in another standing match."""
    stands = made.stands
    MatchLink.objects.bulk_create(
        [
            *(MatchLink(match=made, settlement_id=pk, stands=stands) for pk in settlements),
            *(MatchLink(match=made, bank_line_id=pk, stands=stands) for pk in lines),
        ]
    )
