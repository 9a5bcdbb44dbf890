"""How far somebody has come with the review: decided today, how fast, and where it was left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Case, F, Func, IntegerField, Min, Q, Sum, Value, When
from django.utils import timezone

from integrations.models import AuditEntry, Pair, User
from reconciliation.matching.gathering import OPEN_LINES
from reconciliation.models import BankLine, ReviewPlace

_LATELY: Final = timedelta(minutes=15)
_LEAST: Final = 3
"""Fewer decisions make no pace."""
_ONE: Final = ("match.confirmed", "match.rejected", "match.grouped", "match.undone", "match.explained")
_COUNTED: Final = (*_ONE, "match.taken_back", "bank_line.not_ours", "bank_line.ours")


@dataclass(frozen=True, slots=True)
class Progress:
    """`an_hour`: decisions an hour at the pace of the last quarter of an hour; None while there are too few."""

    today: int
    an_hour: int | None
    left: int
    place: ReviewPlace | None


def progress_of(pair: Pair, user: User) -> Progress:
    """The person's progress in the pair. What was taken back does not count."""
    now = timezone.now()
    midnight = datetime.combine(now.astimezone(ZoneInfo(pair.zone)).date(), time.min, ZoneInfo(pair.zone))
    mine = AuditEntry.objects.filter(pair=pair, actor=user, action__in=_COUNTED, at__gte=midnight)
    lines = Func(F("data__ids"), function="jsonb_array_length", output_field=IntegerField())
    weight = Case(
        When(action="bank_line.not_ours", then=lines),
        When(action="bank_line.ours", then=-lines),
        When(action="match.taken_back", then=Value(-1)),
        default=Value(1),
        output_field=IntegerField(),
    )
    lately = Q(at__gte=now - _LATELY)
    told = mine.aggregate(
        today=Sum(weight), lately=Sum(weight, filter=lately), since=Min("at", filter=lately)
    )
    left = BankLine.objects.filter(pair=pair, state__in=OPEN_LINES).count()
    place = ReviewPlace.objects.filter(pair=pair, user=user).select_related("line").first()
    return Progress(max(told["today"] or 0, 0), _an_hour(told["lately"], told["since"], now), left, place)


def _an_hour(count: int | None, first: datetime | None, now: datetime) -> int | None:
    if first is None or count is None or count < _LEAST:
        return None
    seconds = max(int((now - first).total_seconds()), 1)
    return count * 3600 // seconds


def remember_place(pair: Pair, user: User, query: str, line_id: int | None) -> None:
    """Where the person goes on next time."""
    ReviewPlace.objects.update_or_create(
        pair=pair, user=user, defaults={"query": query[:500], "line_id": line_id, "at": timezone.now()}
    )
