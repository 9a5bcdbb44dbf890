"""What the workers of a dry run do: take a share of the records, compare, write down what differs."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from mapping.core.blueprint import blueprint_from_json
from mapping.core.difference import Summary, compare, summary_from_json, summary_to_json
from mapping.core.difference.judging import Comparison, Judge
from mapping.models import DryRun, DryRunDifference, DryRunPart
from mapping.services.dry_run.queueing import queue_workers
from mapping.services.dry_run.records import KINDS
from mapping.services.dry_run.writing import difference_row
from mapping.services.looking_up import sources_of

_CLAIM_FOR: Final = timedelta(seconds=30)
"""A share takes about half a second: whoever has not finished by then is no more."""
_STALLED_AFTER: Final = timedelta(seconds=20)
_MOST_ATTEMPTS: Final = 3
_KEEP: Final = timedelta(days=90)
_GOING: Final = (DryRun.State.QUEUED, DryRun.State.RUNNING)


_kept: OrderedDict[tuple[int, str], Comparison] = OrderedDict()
"""Compiled blueprints of the runs this process works on, by run and kind."""


def compare_parts(run_id: int, *, seconds: float) -> bool:
    """Compare shares of the run for about so many seconds; returns whether there is more to do now."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        part = _claim(run_id)
        if part is None:
            return False
        _finish(part, *_compared(part))
        _settle(part.run)
    return True


def _claim(run_id: int) -> DryRunPart | None:
    """Take the next share that nobody works on; None when there is none, or the run is over."""
    now = timezone.now()
    free = Q(state=DryRunPart.State.WAITING) | Q(state=DryRunPart.State.CLAIMED, until__lt=now)
    with transaction.atomic():
        part = (
            DryRunPart.objects.filter(free, run_id=run_id, run__state__in=_GOING)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("run__pair")
            .order_by("position")
            .first()
        )
        if part is None:
            return None
        if part.attempts >= _MOST_ATTEMPTS:
            _give_up(part)
            return None
        part.state, part.claim, part.until = DryRunPart.State.CLAIMED, uuid4(), now + _CLAIM_FOR
        part.attempts += 1
        part.save(update_fields=["state", "claim", "until", "attempts"])
    _mark_running(part.run)
    return part


def _mark_running(run: DryRun) -> None:
    now = timezone.now()
    begun = DryRun.objects.filter(pk=run.pk, state=DryRun.State.QUEUED)
    if not begun.update(state=DryRun.State.RUNNING, started_at=now, touched_at=now):
        DryRun.objects.filter(pk=run.pk, state=DryRun.State.RUNNING).update(touched_at=now)


def _give_up(part: DryRunPart) -> None:
    """A share that ended its workers again and again would do so for ever."""
    words = (
        f"A share of the {KINDS[part.kind].many} could not be compared: it was begun {part.attempts} times and never "
        "finished. The log of the workers says why; then run it again."
    )
    DryRun.objects.filter(pk=part.run_id, state__in=_GOING).update(
        state=DryRun.State.FAILED, error=words, finished_at=timezone.now()
    )


def _compared(part: DryRunPart) -> tuple[Summary, list[DryRunDifference]]:
    kind, summary = KINDS[part.kind], Summary()
    rows: list[DryRunDifference] = []
    records = kind.records(part.run.pair, part.run.bounds(), part.first_id, part.last_id)
    comparison = _comparison(part.run, part.kind)
    if comparison.are_same:
        summary.add_same(kind.name, records.count())
        return summary, rows
    for record in kind.read(part.run.pair, records):
        difference = compare(*comparison.outcomes(record))
        summary.add(kind.name, difference)
        if difference is not None:
            rows.append(difference_row(part, record, difference))
    return summary, rows


def _comparison(run: DryRun, kind: str) -> Comparison:
    key = (run.pk, kind)
    if key not in _kept:
        _kept[key] = Comparison(judge_of(run, "before", kind), judge_of(run, "after", kind))
        while len(_kept) > 2 * len(KINDS):
            _kept.popitem(last=False)
    return _kept[key]


def judge_of(run: DryRun, side: str, kind: str) -> Judge:
    """One side ("before" or "after") of a run, ready to be asked about records of that kind."""
    blueprint = blueprint_from_json(run.blueprints[side])
    return Judge(blueprint, KINDS[kind].task, run.context, sources_of(run.pair, blueprint))


def _finish(part: DryRunPart, summary: Summary, rows: list[DryRunDifference]) -> None:
    """Write down what was found, unless the share was taken over by somebody else meanwhile."""
    mine = DryRunPart.objects.filter(pk=part.pk, claim=part.claim, state=DryRunPart.State.CLAIMED)
    with transaction.atomic():
        if not mine.update(state=DryRunPart.State.DONE, summary=summary_to_json(summary)):
            return
        DryRunDifference.objects.bulk_create(rows, batch_size=500)


def _settle(run: DryRun) -> None:
    """When nothing is left, the sums of all shares become those of the run."""
    parts = DryRunPart.objects.filter(run=run)
    if parts.exclude(state=DryRunPart.State.DONE).exists():
        return
    total = sum_of_parts(run)
    DryRun.objects.filter(pk=run.pk, state__in=_GOING).update(
        state=DryRun.State.DONE, summary=summary_to_json(total), finished_at=timezone.now()
    )


def sum_of_parts(run: DryRun) -> Summary:
    """What has been found so far."""
    total = Summary()
    for found in _summaries(run):
        total.merge(summary_from_json(found))
    return total


def _summaries(run: DryRun) -> list[Mapping[str, Any]]:
    done = DryRunPart.objects.filter(run=run, state=DryRunPart.State.DONE)
    return list(done.values_list("summary", flat=True))


def resume_stalled_runs() -> int:
    """Wake workers for runs that nobody has touched for a while: their workers were killed. Returns how many."""
    stalled = DryRun.objects.filter(state__in=_GOING, touched_at__lt=timezone.now() - _STALLED_AFTER)
    ids = list(stalled.values_list("pk", flat=True))
    for run_id in ids:
        _settle(DryRun.objects.get(pk=run_id))
        queue_workers(run_id)
    DryRun.objects.filter(pk__in=ids).update(touched_at=timezone.now())
    return len(ids)


def forget_old_runs() -> int:
    """Delete runs that were over 90 days ago, but for the last finished one of each version. Returns how many."""
    over = DryRun.objects.filter(finished_at__lt=timezone.now() - _KEEP).exclude(state__in=_GOING)
    later = DryRun.objects.filter(version=OuterRef("version"), state=DryRun.State.DONE, pk__gt=OuterRef("pk"))
    old = over.filter(Exists(later) | ~Q(state=DryRun.State.DONE))
    ids = list(old.values_list("pk", flat=True))
    DryRun.objects.filter(pk__in=ids).delete()
    return len(ids)
