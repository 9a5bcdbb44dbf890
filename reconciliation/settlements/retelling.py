"""Settlements told again from the event log, and matches held against what they link, to prove what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, Sum

from integrations.models import AuditEntry, Event, Pair
from reconciliation.locks import pair_in_hand
from reconciliation.models import Match, MatchLink, Settlement, SettlementLine
from reconciliation.settlements.taking_in import take_in_batch, take_in_statement
from sync.services.retelling import Differs

_OF_PEOPLE = (
    "match.confirmed",
    "match.grouped",
    "match.split",
    "match.explained",
    "match.undone",
    "match.rejected",
)


@dataclass(slots=True)
class RetoldSettlements:
    """What came of telling settlements again, and of going through the matches."""

    settlements: int = 0
    lines: int = 0
    matches: int = 0
    differences: list[Differs] = field(default_factory=list)


def retell_settlements(pair: Pair) -> RetoldSettlements:
    """Take every batch and statement of the log in once more and compare; nothing of it is kept.

    All in one transaction that is taken back at its end, so the settlements of the pair stand still meanwhile.
    """
    found = RetoldSettlements()
    with transaction.atomic():
        with pair_in_hand(pair.pk):
            stored = _stored(pair)
            for event in _log(pair):
                (take_in_statement if event.source == Event.Source.ACQUIRER else take_in_batch)(pair, event)
            told = _stored(pair)
        transaction.set_rollback(True)
    found.settlements, found.lines = len(stored), sum(sum(lines.values()) for lines in stored.values())
    found.differences += _compared(stored, told)
    found.differences += _of_nothing(pair)
    found.differences += _of_matches(pair, found)
    return found


def _log(pair: Pair) -> Iterator[Event]:
    tells = Q(source=Event.Source.OPAYO, kind="batch") | Q(source=Event.Source.ACQUIRER, kind="settlement")
    rows = Event.objects.filter(tells, pair=pair, state=Event.State.PROCESSED, sequence__isnull=False)
    return rows.order_by("sequence").iterator(100)


_Lines = Counter[tuple[str, int]]


def _stored(pair: Pair) -> dict[str, _Lines]:
    """By settlement, its lines by kind and amount, with the sum that it says it is worth."""
    rows = Settlement.objects.filter(pair=pair, fee_bill=None)
    found: dict[str, _Lines] = {str(row): Counter({("net", row.net_minor): 1}) for row in rows.select_related("merchant_account")}  # fmt: skip
    names = {row.pk: str(row) for row in rows.select_related("merchant_account")}
    lines = SettlementLine.objects.filter(settlement__in=names).values_list(
        "settlement", "kind", "amount_minor"
    )
    for settlement, kind, minor in lines.iterator(5_000):
        found[names[settlement]][kind, minor] += 1
    return found


def _compared(stored: dict[str, _Lines], told: dict[str, _Lines]) -> Iterator[Differs]:
    for name in sorted(stored.keys() | told.keys()):
        here, there = stored.get(name), told.get(name)
        if here != there:
            yield Differs("settlement", name, _only(here, there), _only(there, here) or "otherwise")


def _only(lines: _Lines | None, others: _Lines | None) -> str:
    """What stands on one side only."""
    if lines is None:
        return "no such settlement"
    return ", ".join(f"{kind} {minor}" for kind, minor in sorted((lines - (others or Counter())).elements()))


def _of_nothing(pair: Pair) -> Iterator[Differs]:
    """Settlements that no message told of."""
    rows = Settlement.objects.filter(pair=pair, batch_event=None, statement_event=None, fee_bill=None)
    for row in rows.exclude(net_minor=0).select_related("merchant_account"):
        yield Differs("settlement", str(row), str(row.net_minor), "of no message")


def _of_matches(pair: Pair, found: RetoldSettlements) -> Iterator[Differs]:
    """Matches that stand: their difference follows from what they link, and people's are on the audit log."""
    audited = set(
        AuditEntry.objects.filter(pair=pair, action__in=_OF_PEOPLE).values_list("data__match", flat=True)
    )
    links = MatchLink.objects.filter(match__pair=pair, stands=True)
    sums = {
        row["match"]: int(row["banked"] or 0) - int(row["settled"] or 0)
        for row in links.values("match").annotate(
            banked=Sum("bank_line__amount_minor"), settled=Sum("settlement__net_minor")
        ).order_by()
    }  # fmt: skip
    for match in Match.objects.filter(pair=pair, state__in=[Match.State.AUTO, Match.State.CONFIRMED]):
        found.matches += 1
        if sums.get(match.pk) != match.difference_minor:
            yield Differs(
                "match", str(match.pk), f"differs by {match.difference_minor}", f"{sums.get(match.pk)}"
            )
        if match.state == Match.State.CONFIRMED and match.pk not in audited:
            yield Differs("match", str(match.pk), "confirmed by a person", "nobody, by the audit log")
