"""The history of a bank line: every decision about it, by whom or what, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from integrations.models import AuditEntry, Pair
from reconciliation.models import BankLine, Match, MatchLink, Settlement


@dataclass(frozen=True, slots=True)
class Past:
    """What was decided of a bank line once, by whom or what, and why."""

    state: str
    match: Match | None
    at: datetime
    who: str
    words: list[str]
    settlements: list[Settlement]


def history_of(pair: Pair, line: BankLine) -> list[Past]:
    """All decisions about a bank line, the last first."""
    matches = {
        match.pk: match
        for match in Match.objects.filter(pair=pair, links__bank_line=line).select_related("decided_by")
    }
    sides: dict[int, list[Settlement]] = {}
    for link in MatchLink.objects.filter(match__in=matches, settlement__isnull=False).select_related(
        "settlement"
    ):
        if link.settlement is not None:
            sides.setdefault(link.match_id, []).append(link.settlement)
    told = [_of_match(match, sides.get(match.pk, [])) for match in matches.values()]
    told += [_of_entry(entry) for entry in _entries(pair, line, matches)]
    return sorted(told, key=lambda each: each.at, reverse=True)


def _of_match(match: Match, settlements: list[Settlement]) -> Past:
    who = str(match.decided_by) if match.decided_by else f"Matching, model {match.model_version}"
    reasons = (
        [f"{int(match.probability * 100)} %, found by {match.method}, model {match.model_version}."]
        if match.model_version
        else []
    )
    reasons += [each["words"] for each in match.reasons]
    if match.difference_kind:
        reasons.append(f"The difference: {match.difference_kind} {match.difference_account}".strip() + ".")
    return Past(match.get_state_display(), match, match.decided_at, who, reasons, settlements)


_ACTS: Final = {
    "bank_line.not_ours": "Not ours",
    "bank_line.ours": "Ours after all",
    "match.confirmed": "Confirmed",
    "match.rejected": "Rejected",
    "match.undone": "Undone",
    "match.grouped": "Put together",
    "match.explained": "Difference explained",
    "match.taken_back": "Taken back",
}


def _entries(pair: Pair, line: BankLine, matches: Iterable[int]) -> Iterable[AuditEntry]:
    """The log of acts about the line; those of its matches only where a person gave a reason, since the match tells the rest."""
    mine = Q(action__startswith="bank_line.", data__ids__contains=[line.pk])
    mine |= Q(action__startswith="match.", data__match__in=list(matches)) & ~Q(reason="")
    return AuditEntry.objects.filter(mine, pair=pair).select_related("actor").order_by("-at")[:50]


def _of_entry(entry: AuditEntry) -> Past:
    who = str(entry.actor) if entry.actor else "A rule" if "rule" in entry.data else "Tillbridge"
    return Past(
        _ACTS.get(entry.action, entry.action), None, entry.at, who, [entry.reason] if entry.reason else [], []
    )
