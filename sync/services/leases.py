"""Leases and wake-ups: who does a job, and telling somebody that there is one."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path

import psutil
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from sync.models import Lease, Wake

LEASE_SECONDS = 20
_LOST_AFTER_SECONDS = 10
_QUEUE_ONCE = """
    INSERT INTO sync_wake AS old (name, at) VALUES (%s, now())
    ON CONFLICT (name) DO UPDATE SET at = now() WHERE old.at < now() - make_interval(secs => %s)
"""


def holder_name() -> str:
    """A name for this process: machine, process id, and when it began (ids are used again)."""
    return f"{_machine()}:{os.getpid()}:{_began(os.getpid())}"


def _machine() -> str:
    """The host, and on Linux its space of process ids: containers may share a host name."""
    space = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{space.stat().st_ino}" if space.exists() else socket.gethostname()


def _began(pid: int) -> int:
    return int(psutil.Process(pid).create_time())


def take_lease(name: str, holder: str) -> bool:
    """Take or renew the lease; False while somebody else holds it.

    The lease of a process of this machine that is no more is free at once; that of another machine
    runs out.
    """
    now = timezone.now()
    Lease.objects.bulk_create([Lease(name=name)], ignore_conflicts=True)
    free = Q(until__isnull=True) | Q(until__lt=now) | Q(holder=holder)
    held_by = Lease.objects.values_list("holder", flat=True).get(name=name)
    if is_dead(held_by):
        free |= Q(holder=held_by)
    until = now + timedelta(seconds=LEASE_SECONDS)
    return Lease.objects.filter(free, name=name).update(holder=holder, until=until) == 1


def is_dead(holder: str) -> bool:
    """Whether the holder is a process of this machine that has ended."""
    host, _, rest = holder.partition(":")
    pid, _, began = rest.partition(":")
    if host != _machine() or not pid.isdigit():
        return False
    try:
        return str(_began(int(pid))) != began
    except psutil.NoSuchProcess:
        return True


def renew_lease(name: str, holder: str) -> bool:
    """Keep the lease; False when it was lost, and the job must be dropped."""
    until = timezone.now() + timedelta(seconds=LEASE_SECONDS)
    return Lease.objects.filter(name=name, holder=holder).update(until=until) == 1


def give_back_lease(name: str, holder: str) -> None:
    """Let the next one start at once."""
    Lease.objects.filter(name=name, holder=holder).update(holder="", until=None)


def wake(job: str, subject_id: int) -> None:
    """Queue the task `sync.tasks.<job>` for the subject unless it is queued already; one with a dot is a task by itself.

    A task that has not begun after a while was lost with the worker that had taken it, and is queued
    again. Call it after the work has been committed: a task that has begun deletes its wake row before it
    looks for work, so it either sees that work or is queued again.
    """
    name = f"{job}:{subject_id}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_QUEUE_ONCE, [name, _LOST_AFTER_SECONDS])
        if cursor.rowcount == 1:
            async_task(job if "." in job else f"sync.tasks.{job}", subject_id)


def begin(job: str, subject_id: int) -> None:
    """Called first by a task: from now on a new wake-up queues it again."""
    Wake.objects.filter(name=f"{job}:{subject_id}").delete()
