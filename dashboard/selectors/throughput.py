"""How much went through, by hour: small enough to be drawn by the page itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncHour
from django.utils import timezone

from integrations.models import Pair
from sync.models import Posting

_HOURS = 24
_HEIGHT = 48


@dataclass(frozen=True, slots=True)
class HourBar:
    """Postings that reached Xero in the hour from `at` (UTC), as a bar in a drawing 240 by 48."""

    at: datetime
    count: int
    x: int
    y: int
    drawn: int


def last_hours(pair: Pair) -> list[HourBar]:
    """The last 24 hours, oldest first, empty hours included. One query."""
    this_hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    since = this_hour - timedelta(hours=_HOURS - 1)
    rows = (
        Posting.objects.filter(pair=pair, posted_at__gte=since)
        .values(hour=TruncHour("posted_at", tzinfo=since.tzinfo))
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts = {row["hour"]: row["count"] for row in rows}
    most = max(counts.values(), default=0)
    return [_bar(place, since + timedelta(hours=place), counts, most) for place in range(_HOURS)]


def _bar(place: int, hour: datetime, counts: dict[datetime, int], most: int) -> HourBar:
    count = counts.get(hour, 0)
    drawn = max(_HEIGHT * count // most, 2) if count else 1
    return HourBar(hour, count, place * 10 + 1, _HEIGHT - drawn, drawn)
