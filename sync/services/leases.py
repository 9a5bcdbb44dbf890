"""Leases and wake-ups: who does a job, and telling somebody that there is one."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from sync.models import Lease, Wake

LEASE_SECONDS = 20


def holder_name() -> str:
    """A name for this process, unique among machines."""
    return f"{socket.gethostname()}:{os.getpid()}"


def take_lease(name: str, holder: str) -> bool:
    """Take or renew the lease; False while somebody else holds it."""
    now = timezone.now()
    Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
    free = Q(until__isnull=True) | Q(until__lt=now) | Q(holder=holder)
    until = now + timedelta(seconds=LEASE_SECONDS)
    return Lease.objects.filter(free, name=name).update(holder=holder, until=until) == 1


def renew_lease(name: str, holder: str) -> bool:
    """Keep the lease; False when it was lost, and the job must be dropped."""
    until = timezone.now() + timedelta(seconds=LEASE_SECONDS)
    return Lease.objects.filter(name=name, holder=holder).update(until=until) == 1


def give_back_lease(name: str, holder: str) -> None:
    """Let the next one start at once."""
    Lease.objects.filter(name=name, holder=holder).update(holder="", until=None)


def wake(job: str, subject_id: int) -> None:
    """Queue the task `sync.tasks.<job>` for the subject unless it is queued already.

    Call it after the work has been committed: a task that has begun deletes its wake row before it
    looks for work, so it either sees that work or is queued again.
    """
    name = f"{job}:{subject_id}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO sync_wake (name, at) VALUES (%s, now()) ON CONFLICT DO NOTHING", [name])
        if cursor.rowcount == 1:
            async_task(f"sync.tasks.{job}", subject_id)


def begin(job: str, subject_id: int) -> None:
    """Called first by a task: from now on a new wake-up queues it again."""
    Wake.objects.filter(name=f"{job}:{subject_id}").delete()
