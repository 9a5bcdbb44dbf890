"""What django-q2 runs for this app. A task carries an id only; what is to be done stands in rows, claimed one share at a time."""

from __future__ import annotations

from typing import Final

from mapping.services.dry_run import compare_parts, forget_old_runs, resume_stalled_runs
from mapping.services.dry_run.queueing import queue_worker

SLICE_SECONDS: Final = 2.0
"""How long a worker compares before it lets other tasks go first: payments do not wait for a dry run."""


def compare_records(run_id: int) -> None:
    """Compare records of a dry run for a moment; goes on as a new task, behind those that wait."""
    if compare_parts(run_id, seconds=SLICE_SECONDS):
        queue_worker(run_id)


def tick() -> None:
    """Every minute: take up again the dry runs whose workers were killed."""
    resume_stalled_runs()


def tidy() -> None:
    """Every night: forget old dry runs."""
    forget_old_runs()
