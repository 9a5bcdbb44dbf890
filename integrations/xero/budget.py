"""The call budget of a Xero organisation, kept in one row that every process shares."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from integrations.core.budget import (
    Budget,
    Forecast,
    Priority,
    Reading,
    Refused,
    forecast,
    park,
    settle,
    take,
    tier_of,
)
from integrations.core.failures import TransientFailure
from integrations.models import ApiCall, CallBudget, Connection

_CROWDED_TRIES = 100
_CROWDED_PAUSE = 0.05
_FIELDS = (
    "minute_limit",
    "day_limit",
    "day_remaining",
    "minute_remaining",
    "seen_at",
    "parked_until",
    "parked_because",
    "minute_window",
    "flights",
)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Room for one call; `began` in epoch seconds."""

    flight: str
    began: float


@dataclass(frozen=True, slots=True)
class Limited:
    """A 429: which limit (`X-Rate-Limit-Problem`), and for how many seconds to make no call at all."""

    limit: str
    seconds: float


def reserve(
    connection: Connection, *, priority: Priority = "urgent", sleep: Callable[[float], None] = time.sleep
) -> Reservation:
    """Take one call out of the budget, or raise TransientFailure with the seconds until there is room.

    Safe across processes. Where only the five calls at once stand in the way it waits up to five seconds.
    """
    flight = uuid.uuid4().hex[:12]
    tries_left = _CROWDED_TRIES
    while True:
        now = _now()
        refused = _change(connection, partial(take, flight=flight, priority=priority, now=now))
        if refused is None:
            return Reservation(flight, now)
        if not (refused.crowded and tries_left):
            raise TransientFailure(refused.because, refused.retry_after)
        tries_left -= 1
        sleep(_CROWDED_PAUSE)


def finish(
    connection: Connection,
    reservation: Reservation,
    headers: Mapping[str, str],
    limited: Limited | None = None,
) -> None:
    """The call is over: give back its place and learn from the reply's headers and a 429."""
    now = _now()
    reading = read_headers(headers)

    def after(budget: Budget) -> Budget:
        settled = settle(budget, reservation.flight, reservation.began, reading, now)
        if limited is None or not limited.seconds:
            return _with_tier(connection, budget, settled)
        return park(settled, _parked_because(limited.limit), limited.seconds, now)

    _change(connection, after, reading)


def read_headers(headers: Mapping[str, str]) -> Reading:
    """What `X-MinLimit-Remaining` and `X-DayLimit-Remaining` say, where they are there."""
    return Reading(_whole(headers.get("X-MinLimit-Remaining")), _whole(headers.get("X-DayLimit-Remaining")))


def forecast_of(connection: Connection) -> Forecast:
    """Where the connection's day is heading."""
    budget = budget_of(connection)
    calls = ApiCall.objects.filter(connection=connection).exclude(purpose="auth")
    now = timezone.now()
    used = calls.filter(started_at__gt=now - timedelta(days=1)).count()
    if budget.day_remaining is not None:
        used = max(used, budget.day_limit - budget.day_remaining)
    return forecast(used, budget.day_limit, calls.filter(started_at__gt=now - timedelta(hours=1)).count())


def budget_of(connection: Connection) -> Budget:
    """The budget as it stands."""
    row = CallBudget.objects.filter(connection=connection).first()
    return _read(row) if row else Budget(day_limit=_configured_day_limit(connection) or 5_000)


def learn_day_limit(connection: Connection) -> int:
    """Which tier the organisation is on, from what remains and what we used; the configured limit wins."""
    configured = _configured_day_limit(connection)
    budget = budget_of(connection)
    limit = configured or _tier(connection, budget)
    CallBudget.objects.filter(connection=connection).update(day_limit=limit)
    return limit


def _change(
    connection: Connection,
    change: Callable[[Budget], Budget | Refused],
    reading: Reading | None = None,
) -> Refused | None:
    """Apply a pure change to the row, alone."""
    with transaction.atomic(savepoint=False):
        row = CallBudget.objects.select_for_update().filter(pk=connection.pk).first()
        if row is None:
            limit = _configured_day_limit(connection) or 5_000
            CallBudget.objects.get_or_create(connection=connection, defaults={"day_limit": limit})
            row = CallBudget.objects.select_for_update().get(pk=connection.pk)
        after = change(_read(row))
        if isinstance(after, Refused):
            return after
        _write(row, after)
        if reading is not None and reading.minute_remaining is not None:
            row.minute_remaining = reading.minute_remaining
        values = {name: getattr(row, name) for name in _FIELDS}
        CallBudget.objects.filter(pk=row.pk).update(**values)
    return None


def _read(row: CallBudget) -> Budget:
    return Budget(
        minute_limit=row.minute_limit,
        day_limit=row.day_limit,
        day_remaining=row.day_remaining,
        seen_at=row.seen_at.timestamp() if row.seen_at else None,
        parked_until=row.parked_until.timestamp() if row.parked_until else None,
        parked_because=row.parked_because,
        slots=tuple((second, count) for second, count in row.minute_window),
        flights=tuple((flight, until) for flight, until in row.flights),
    )


def _write(row: CallBudget, budget: Budget) -> None:
    row.minute_limit = budget.minute_limit
    row.day_limit = budget.day_limit
    row.day_remaining = budget.day_remaining
    row.seen_at = _moment(budget.seen_at)
    row.parked_until = _moment(budget.parked_until)
    row.parked_because = budget.parked_because
    row.minute_window = [list(slot) for slot in budget.slots]
    row.flights = [list(flight) for flight in budget.flights]


def _with_tier(connection: Connection, before: Budget, after: Budget) -> Budget:
    """A first reading tells the tier, together with the calls we made in the last day."""
    configured = _configured_day_limit(connection)
    if configured:
        return replace(after, day_limit=configured)
    if before.day_remaining is not None or after.day_remaining is None:
        return after
    return replace(after, day_limit=_tier(connection, after))


def _tier(connection: Connection, budget: Budget) -> int:
    if budget.day_remaining is None:
        return budget.day_limit
    since = timezone.now() - timedelta(days=1)
    used = ApiCall.objects.filter(connection=connection, started_at__gt=since).exclude(purpose="auth").count()
    return tier_of(budget.day_remaining, used)


def _configured_day_limit(connection: Connection) -> int:
    """The tier's limit as an administrator set it by hand, or 0."""
    limit = connection.config.get("day_limit")
    return limit if isinstance(limit, int) and limit > 0 else 0


def _parked_because(limit: str) -> str:
    if limit == "day":
        return "Xero allows no more calls today."
    return "Xero asked for a pause: too many calls in a minute."


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _moment(epoch: float | None) -> datetime | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC)


def _now() -> float:
    return timezone.now().timestamp()
