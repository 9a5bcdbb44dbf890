"""Dry runs: a draft and the published version, run over stored records and compared. Nothing is posted."""

from mapping.services.dry_run.records import KINDS, RecordKind
from mapping.services.dry_run.starting import (
    DryRunRefusedError,
    cancel_dry_run,
    count_records,
    start_dry_run,
)
from mapping.services.dry_run.working import compare_parts, forget_old_runs, resume_stalled_runs

__all__ = [
    "KINDS",
    "DryRunRefusedError",
    "RecordKind",
    "cancel_dry_run",
    "compare_parts",
    "count_records",
    "forget_old_runs",
    "resume_stalled_runs",
    "start_dry_run",
]
