"""What the matching core decides, kept: matches that stand, and suggestions that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.clock import business_now
from integrations.models import Pair
from reconciliation.core.matching import outcome
from reconciliation.core.matching.matching import match as match_lines
from reconciliation.locks import pair_in_hand
from reconciliation.matching.gathering import (
    bank_line_id,
    expected_lines,
    memory_of,
    observed_lines,
    settlement_id,
)
from reconciliation.matching.ruling import set_aside
from reconciliation.matching.standing import refresh
from reconciliation.models import BankLine, Match, MatchLink, Settlement

_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Found:
    """What a run of the matching came to."""

    auto: int = 0
    suggested: int = 0
    withdrawn: int = 0
    """Suggestions that are none any more."""


def run_matching(pair: Pair) -> Found:
    """Match what is open of a pair and keep what comes of it; suggestions that no longer hold are withdrawn.

    Nothing that a person decided is touched, and nothing is ever in two standing matches.
    """
    with pair_in_hand(pair.pk):
        set_aside(pair)
        expected, observed = expected_lines(pair), observed_lines(pair)
        if not expected or not observed:
            return Found(withdrawn=_withdraw(pair, keep=()))
        found = match_lines(expected, observed, memory=memory_of(pair))
        return _keep(pair, found)


def _keep(pair: Pair, found: outcome.Outcome) -> Found:
    now = business_now()
    offered = [each for each in found.matches if each.decision == "review"]
    auto = [each for each in found.matches if each.decision == "auto" and not each.difference]
    kept, fresh = _known_suggestions(pair, offered)
    withdrawn = _withdraw(pair, keep=kept)
    for each in auto:
        _write(pair, each, found.model, now, Match.State.AUTO)
    for each in fresh:
        _write(pair, each, found.model, now, Match.State.SUGGESTED)
    refresh(
        [settlement_id(name) for each in (*auto, *fresh) for name in each.expected],
        [bank_line_id(name) for each in (*auto, *fresh) for name in each.observed],
    )
    return Found(len(auto), len(fresh), withdrawn)


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


def _write(pair: Pair, each: outcome.Match, model: str, now: datetime, state: str) -> Match:
    settlements = [settlement_id(name) for name in each.expected]
    lines = [bank_line_id(name) for name in each.observed]
    made = Match.objects.create(
        pair=pair,
        state=state,
        method=each.method,
        probability=Decimal(str(each.probability)).quantize(_PLACES),
        reasons=[{"code": reason.code, "words": reason.words} for reason in each.reasons],
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


def link(made: Match, settlements: Sequence[int], lines: Sequence[int]) -> None:
    """Write the sides of a match. Raises IntegrityError where one of them is in another standing match."""
    stands = made.stands
    MatchLink.objects.bulk_create(
        [
            *(MatchLink(match=made, settlement_id=pk, stands=stands) for pk in settlements),
            *(MatchLink(match=made, bank_line_id=pk, stands=stands) for pk in lines),
        ]
    )
