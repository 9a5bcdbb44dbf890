"""The schedules, made by code only: one that does not parse would stop all of them (django-q2)."""

from __future__ import annotations

from django.utils import timezone
from django_q.models import Schedule

_MINUTELY = {
    "sync:tick": "sync.tasks.tick",
    "sync:fetch": "sync.tasks.fetch",
    "sync:dry-runs": "mapping.tasks.tick",
    "sync:batches": "reconciliation.tasks.fetch",
    "sync:statements": "reconciliation.tasks.watch",
}
_SOMETIMES = {"sync:reconcile": "reconciliation.tasks.tick"}
_SOMETIMES_MINUTES = 15
_NIGHTLY = {"sync:tidy": "sync.tasks.tidy", "sync:dry-runs-tidy": "mapping.tasks.tidy"}


def sync_schedules() -> None:
    """Make the schedules as they should be, and remove those of ours that are no more."""
    for name, function in _MINUTELY.items():
        _schedule(name, function, Schedule.MINUTES, minutes=1)
    for name, function in _SOMETIMES.items():
        _schedule(name, function, Schedule.MINUTES, minutes=_SOMETIMES_MINUTES)
    for name, function in _NIGHTLY.items():
        _schedule(name, function, Schedule.DAILY)
    known = [*_MINUTELY, *_SOMETIMES, *_NIGHTLY]
    Schedule.objects.filter(name__startswith="sync:").exclude(name__in=known).delete()


def _schedule(name: str, function: str, kind: str, minutes: int | None = None) -> None:
    wanted = {"func": function, "schedule_type": kind, "minutes": minutes, "repeats": -1, "args": None}
    schedule, is_new = Schedule.objects.get_or_create(
        name=name, defaults={**wanted, "next_run": timezone.now()}
    )
    if not is_new:
        Schedule.objects.filter(pk=schedule.pk).update(**wanted)
