"""Confirming many suggestions at once: only exact money above a probability, and never what is ambiguous."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db.models import Q, QuerySet

from integrations.clock import business_now
from integrations.models import AuditEntry, Pair, User
from reconciliation.locks import pair_in_hand
from reconciliation.matching.deciding import DecisionRefusedError
from reconciliation.matching.standing import refresh
from reconciliation.models import Match, MatchLink

_AMBIGUOUS: Final = ("ambiguous", "several_fit", "runner_up")
"""Reasons that something else could be it as well."""


def sure_suggestions(pair: Pair, probability: Decimal) -> QuerySet[Match]:
    """Suggestions with exact money and at least this probability that nothing else comes near, the likeliest first."""
    doubtful = Q()
    for code in _AMBIGUOUS:
        doubtful |= Q(reasons__contains=[{"code": code}])
    rows = Match.objects.filter(
        pair=pair, state=Match.State.SUGGESTED, difference_minor=0, probability__gte=probability
    )
    return rows.exclude(doubtful).order_by("-probability", "pk")


def confirm_together(pair: Pair, by: User, shown: Iterable[int], *, probability: Decimal) -> list[int]:
    """Confirm the suggestions that a person was shown; returns their ids.

    Of suggestions that share a settlement or a bank line only the likeliest is confirmed. Raises DecisionRefusedError where
    what was shown is not what would be confirmed any more.
    """
    with pair_in_hand(pair.pk):
        chosen = without_rivals(sure_suggestions(pair, probability))
        ids = [match.pk for match in chosen]
        if set(ids) != set(shown):
            raise DecisionRefusedError(
                "The suggestions have changed since they were shown. Look at them again."
            )
        now = business_now()
        Match.objects.filter(pk__in=ids).update(
            state=Match.State.CONFIRMED,
            decided_by=by,
            decided_at=now,
            difference_kind="",
            difference_account="",
        )
        MatchLink.objects.filter(match__in=ids).update(stands=True)
        _settle(pair, ids)
        _record(pair, by, chosen, f"Together with all from {probability:.0%}.")
    return ids


def without_rivals(matches: QuerySet[Match]) -> list[Match]:
    """The matches in their order, without those of which a part is in an earlier one, or in one that stands."""
    found = list(matches.prefetch_related("links__settlement", "links__bank_line"))
    ends = [_ends(match) for match in found]
    taken = _standing(ends)
    kept = []
    for match, mine in zip(found, ends, strict=True):
        if taken.isdisjoint(mine):
            taken |= mine
            kept.append(match)
    return kept


def _ends(match: Match) -> set[tuple[str, int]]:
    return {
        ("s", link.settlement_id) if link.settlement_id else ("b", link.bank_line_id or 0)
        for link in match.links.all()
    }


def _standing(ends: Sequence[set[tuple[str, int]]]) -> set[tuple[str, int]]:
    every = set().union(*ends)
    settlements = [pk for side, pk in every if side == "s"]
    lines = [pk for side, pk in every if side == "b"]
    rows = MatchLink.objects.filter(Q(settlement__in=settlements) | Q(bank_line__in=lines), stands=True)
    return {
        ("s", settlement) if settlement else ("b", line)
        for settlement, line in rows.values_list("settlement", "bank_line")
    }


def _settle(pair: Pair, ids: Sequence[int]) -> None:
    """What else was suggested for the same is no more; settlements and lines stand as their matches say."""
    mine = MatchLink.objects.filter(match__in=ids)
    settlements = [pk for pk in mine.values_list("settlement", flat=True) if pk]
    lines = [pk for pk in mine.values_list("bank_line", flat=True) if pk]
    rivals = Match.objects.filter(
        Q(links__settlement__in=settlements) | Q(links__bank_line__in=lines),
        pair=pair, state=Match.State.SUGGESTED,
    )  # fmt: skip
    gone = list(rivals.values_list("pk", flat=True))
    Match.objects.filter(pk__in=gone).update(state=Match.State.SUPERSEDED)
    touched = MatchLink.objects.filter(match__in=gone).values_list("settlement", "bank_line")
    refresh([*settlements, *(pk for pk, _ in touched if pk)], [*lines, *(pk for _, pk in touched if pk)])


@dataclass(frozen=True, slots=True)
class _Named:
    """What the log calls the sides of a match."""

    settlements: list[str]
    lines: list[int]


def _names(match: Match) -> _Named:
    links = match.links.all()
    return _Named(
        [link.settlement.reference for link in links if link.settlement],
        [link.bank_line_id for link in links if link.bank_line_id],
    )


def _record(pair: Pair, by: User, matches: Sequence[Match], reason: str) -> None:
    entries = []
    for match in matches:
        names = _names(match)
        data = {
            "match": match.pk, "method": match.method, "settlements": names.settlements, "bank_lines": names.lines,
            "difference_minor": 0, "difference_kind": "",
        }  # fmt: skip
        subject = ", ".join(names.settlements)[:120]
        entries.append(
            AuditEntry(
                pair=pair, actor=by, action="match.confirmed", subject=subject, reason=reason, data=data
            )
        )
    AuditEntry.objects.bulk_create(entries)
