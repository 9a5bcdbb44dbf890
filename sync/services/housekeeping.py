"""Every night: what retention allows to be forgotten is forgotten."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django_q.models import Failure, Success

from integrations.events.services import retire_events
from integrations.models import ApiCall, Pair
from sync.models import Delivery

_KEEP_TASKS = timedelta(days=7)


def tidy() -> None:
    """Old calls, answered deliveries' bodies, events past their time, and the task queue's own records."""
    now = timezone.now()
    for pair in Pair.objects.all():
        old = now - timedelta(days=pair.keep_calls_days)
        ApiCall.objects.filter(pair=pair, started_at__lt=old).delete()
        Delivery.objects.filter(
            pair=pair, created_at__lt=old, state__in=[Delivery.State.ANSWERED, Delivery.State.ABANDONED]
        ).update(body="")
        retire_events(pair.pk, now - timedelta(days=pair.keep_events_days))
    for tasks in (Success, Failure):
        tasks.objects.filter(stopped__lt=now - _KEEP_TASKS).delete()
