"""What went through and what it took: series for the charts, sums for the meters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDay, TruncHour, TruncMinute
from django.utils import timezone

from dashboard.core.series import Chart, chart_of
from dashboard.core.wording import written_moment
from integrations.models import ApiCall, Connection, Pair
from integrations.xero.budget import forecast_of
from sync.models import Posting


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time to look at, and the width of its bars."""

    key: str
    label: str
    length: timedelta
    step: timedelta
    trunc: Callable[..., Any]
    unit: str


SPANS: Final[dict[str, Span]] = {
    span.key: span
    for span in (
        Span("hour", "Last hour", timedelta(hours=1), timedelta(minutes=1), TruncMinute, "minute"),
        Span("day", "Last 24 hours", timedelta(days=1), timedelta(hours=1), TruncHour, "hour"),
        Span("week", "Last 7 days", timedelta(days=7), timedelta(hours=1), TruncHour, "hour"),
        Span("month", "Last 30 days", timedelta(days=30), timedelta(days=1), TruncDay, "day"),
    )
}


@dataclass(frozen=True, slots=True)
class Meter:
    """A figure with its limit; `thousandths` of the limit for a bar, None where there is no limit."""

    label: str
    value: str
    note: str
    thousandths: int | None = None
    tone: str = "work"


def charts_of(pair: Pair, span: Span) -> list[Chart]:
    """Throughput, calls to Xero by purpose, and what went wrong. Three queries."""
    since = timezone.now() - span.length
    moments = list(_moments(since, span, pair))
    posted = Posting.objects.filter(pair=pair, posted_at__gte=since)
    calls = ApiCall.objects.filter(pair=pair, started_at__gte=since)
    labels = dict(Posting.Kind.choices)
    return [
        chart_of(
            "throughput", f"Into Xero, documents a {span.unit}", moments,
            ((at, labels.get(kind, kind), count) for at, kind, count in _counts(posted, "posted_at", "kind", span, pair)),
        ),
        chart_of(
            "calls", f"Calls to Xero by purpose, a {span.unit}", moments,
            _counts(calls.filter(system=Connection.System.XERO), "started_at", "purpose", span, pair),
            limit=_minute_limit(pair) if span.key == "hour" else None,
            limit_label="Xero's limit a minute",
        ),
        chart_of(
            "errors", f"Calls that did not go well, a {span.unit}", moments,
            _counts(calls.exclude(outcome="ok"), "started_at", "outcome", span, pair),
        ),
    ]  # fmt: skip


def _counts(
    rows: QuerySet[Any], at: str, name: str, span: Span, pair: Pair
) -> Iterable[tuple[datetime, str, int]]:
    start = span.trunc(at, tzinfo=ZoneInfo(pair.zone))
    yield from rows.values_list(start, name).annotate(count=Count("pk")).order_by()


def _moments(since: datetime, span: Span, pair: Pair) -> Iterable[tuple[datetime, str]]:
    """The beginning of each bar, and its name in words, in the pair's zone."""
    now, local = timezone.now(), since.astimezone(ZoneInfo(pair.zone))
    start = local.replace(second=0, microsecond=0)
    if span.step >= timedelta(hours=1):
        start = start.replace(minute=0)
    if span.step >= timedelta(days=1):
        start = start.replace(hour=0)
    while start <= now:
        yield start, written_moment(start, pair.zone, now)
        start = _next(start, span.step)


def _next(start: datetime, step: timedelta) -> datetime:
    """Days go by the calendar (they may have 23 or 25 hours), hours and minutes by the clock."""
    if step >= timedelta(days=1):
        return start + step
    return (start.astimezone(ZoneInfo("UTC")) + step).astimezone(start.tzinfo)


def _minute_limit(pair: Pair) -> int | None:
    connection = Connection.objects.filter(pair=pair, system=Connection.System.XERO).first()
    budget = getattr(connection, "call_budget", None)
    return budget.minute_limit if budget else None


def meters_of(pair: Pair) -> list[Meter]:
    """Xero's day and minute, and how long a document takes."""
    connection = Connection.objects.filter(pair=pair, system=Connection.System.XERO).first()
    meters = [] if connection is None else [*_budget(connection, pair)]
    return [*meters, _latency(pair)]


def _budget(connection: Connection, pair: Pair) -> Iterable[Meter]:
    coming = forecast_of(connection)
    ends = (
        f"At this pace it ends in {coming.runs_out_in / 3600:.0f} h"
        if coming.runs_out_in
        else "At this pace it lasts"
    )
    used = coming.used * 1000 // coming.limit if coming.limit else 0
    yield Meter(
        "Calls to Xero in 24 hours",
        f"{coming.used:,}",
        f"of {coming.limit:,}. {ends}.",
        min(used, 1000),
        _tone(used),
    )
    budget = getattr(connection, "call_budget", None)
    if budget is None:
        return
    since = timezone.now() - timedelta(minutes=1)
    last = ApiCall.objects.filter(pair=pair, system=Connection.System.XERO, started_at__gte=since).count()
    share = last * 1000 // budget.minute_limit if budget.minute_limit else 0
    yield Meter(
        "Calls to Xero in a minute", str(last), f"of {budget.minute_limit}", min(share, 1000), _tone(share)
    )
    if budget.parked_until and budget.parked_until > timezone.now():
        until = written_moment(budget.parked_until, pair.zone, timezone.now())
        yield Meter("Calls to Xero rest", f"until {until}", budget.parked_because, None, "bad")


def _tone(thousandths: int) -> str:
    return "bad" if thousandths >= 950 else "wait" if thousandths >= 750 else "work"


def _latency(pair: Pair) -> Meter:
    """From ready to posted, for the newest documents; whole milliseconds in, seconds with one decimal out."""
    newest = (
        Posting.objects.filter(pair=pair, posted_at__isnull=False, ready_at__isnull=False)
        .order_by("-posted_at")
        .annotate(took=F("posted_at") - F("ready_at"))
        .values_list("took", flat=True)[:200]
    )
    took = sorted(newest)
    if not took:
        return Meter("From ready to posted", "—", "nothing posted yet")
    half, late = took[len(took) // 2], took[min(len(took) * 95 // 100, len(took) - 1)]
    return Meter(
        "From ready to posted", _seconds(half), f"in the middle, {_seconds(late)} for the slowest in twenty"
    )


def _seconds(span: timedelta) -> str:
    tenths = span // timedelta(milliseconds=100)
    return f"{tenths // 10:,}.{tenths % 10} s"
