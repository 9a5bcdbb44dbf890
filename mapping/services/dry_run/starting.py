"""Beginning a dry run, and stopping it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from mapping.core.blueprint import Blueprint, blueprint_to_json
from mapping.core.difference.judging import Judge
from mapping.core.problems import MappingInvalidError, Problem
from mapping.models import DryRun, DryRunPart
from mapping.selectors import effective_blueprint, published_blueprint, published_version
from mapping.services.dry_run.queueing import queue_workers
from mapping.services.dry_run.records import KINDS
from mapping.services.records import pair_context

PART_RECORDS: Final = 500
"""Records that a worker compares at once: half a second's work."""


class DryRunRefusedError(Exception):
    """A dry run that cannot be made as things stand, in words; `problems` are those of the draft."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


def count_records(run: DryRun, kinds: Iterable[str] = tuple(KINDS)) -> dict[str, int]:
    """How many records of each kind the period of a run, stored or not, holds."""
    return {name: KINDS[name].within(run.pair, run.bounds()).count() for name in kinds}


def start_dry_run(run: DryRun, *, now: datetime) -> DryRun:
    """Begin the run described by `run`: its pair, version, period, kinds and person. `now` is the business moment, UTC.

    Another run of the version that is still going is stopped. Raises DryRunRefusedError when there is nothing to
    compare or the draft cannot run.
    """
    version = run.version
    before, after = published_blueprint(run.pair_id), effective_blueprint(version)
    run.context = pair_context(run.pair, now)
    _refuse_unusable(run, after)
    parts = list(_parts(run))
    run.total = sum(part.records for part in parts)
    if not run.total:
        raise DryRunRefusedError("There are no records in this period: choose a longer one.")
    run.revision = version.revision
    run.compared_with = published_version(run.pair_id)
    run.blueprints = {"before": blueprint_to_json(before), "after": blueprint_to_json(after)}
    with transaction.atomic():
        for other in DryRun.objects.filter(version=version, state__in=_GOING):
            cancel_dry_run(other)
        run.save()
        DryRunPart.objects.bulk_create(parts)
        transaction.on_commit(partial(queue_workers, run.pk))
    return run


_GOING: Final = (DryRun.State.QUEUED, DryRun.State.RUNNING)


def cancel_dry_run(run: DryRun) -> bool:
    """Stop a run; its workers notice with their next share. False when it was over already."""
    going = DryRun.objects.filter(pk=run.pk, state__in=_GOING)
    return going.update(state=DryRun.State.CANCELLED, finished_at=timezone.now()) == 1


def _refuse_unusable(run: DryRun, after: Blueprint) -> None:
    problems: list[Problem] = []
    for name in run.kinds:
        try:
            Judge(after, KINDS[name].task, run.context)
        except MappingInvalidError as error:
            problems.extend(error.problems)
    if problems:
        raise DryRunRefusedError("The draft cannot run yet: mend what is wrong with it first.", problems)


def _parts(run: DryRun) -> Iterator[DryRunPart]:
    position = 0
    for name in run.kinds:
        ids = list(KINDS[name].within(run.pair, run.bounds()).order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), PART_RECORDS):
            share = ids[start : start + PART_RECORDS]
            position += 1
            yield _part(run, name, position, share)


def _part(run: DryRun, kind: str, position: int, share: list[Any]) -> DryRunPart:
    return DryRunPart(
        run=run, kind=kind, position=position, first_id=share[0], last_id=share[-1], records=len(share)
    )
