"""Waking workers for a dry run."""

from __future__ import annotations

import os

from django_q.conf import Conf
from django_q.tasks import async_task

TASK = "mapping.tasks.compare_records"


def queue_workers(run_id: int) -> None:
    """One task for each core that works tasks. Call it after what they shall find has been committed."""
    for _ in range(min(os.cpu_count() or 1, Conf.WORKERS)):
        queue_worker(run_id)


def queue_worker(run_id: int) -> None:
    """One more task for the run."""
    async_task(TASK, run_id)
