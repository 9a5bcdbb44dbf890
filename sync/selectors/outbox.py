"""How full the outbox is, and what Xero still allows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection as database
from django.utils import timezone

from integrations.models import CallBudget, Connection
from sync.core.batching import Calls, Queue
from sync.services.delivering.kinds import KINDS

_FRESH = timedelta(seconds=10)
"""Older, and what is left of the minute says nothing."""
_QUEUES = """
    SELECT kind, count(*), extract(epoch FROM %(now)s - min(ready_at)),
           extract(epoch FROM %(now)s - max(ready_at))
      FROM sync_posting
     WHERE pair_id = %(pair)s
       AND (state = 'ready' OR (state = 'retrying' AND not_before <= %(now)s))
     GROUP BY kind
"""
_COMING = """
    SELECT waiting.kind, count(*)
      FROM sync_posting AS waiting JOIN sync_posting AS first ON first.id = waiting.waits_for_id
     WHERE waiting.pair_id = %(pair)s AND waiting.state = 'waiting'
       AND first.state IN ('ready', 'sending', 'waiting')
     GROUP BY waiting.kind
"""


def queues(pair_id: int) -> list[Queue]:
    """The ready postings by kind, most urgent kind first; ages in seconds."""
    values: dict[str, int | datetime] = {"pair": pair_id, "now": timezone.now()}
    with database.cursor() as cursor:
        cursor.execute(_QUEUES, values)
        ready = {kind: (count, oldest or 0, newest or 0) for kind, count, oldest, newest in cursor.fetchall()}
        if not ready:
            return []
        cursor.execute(_COMING, values)
        coming = dict(cursor.fetchall())
    return [
        Queue(kind, ready[kind][0], float(ready[kind][1]), float(ready[kind][2]), coming.get(kind, 0))
        for kind in KINDS
        if kind in ready
    ]


def calls_left(connection: Connection) -> Calls:
    """What Xero's headers last said is left for this organisation."""
    budget = CallBudget.objects.filter(connection=connection).first()
    if budget is None:
        return Calls()
    is_fresh = budget.seen_at is not None and timezone.now() - budget.seen_at < _FRESH
    return Calls(budget.minute_remaining if is_fresh else None, budget.day_remaining, budget.day_limit)
