"""Reading a dry run: how far it is, which records differ, and one of them with both its documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet, Sum

from mapping.core.difference import Outcome, Summary, compare, summary_from_json
from mapping.models import DryRun, DryRunDifference, DryRunPart, MappingVersion
from mapping.services.dry_run.records import KINDS
from mapping.services.dry_run.working import judge_of, sum_of_parts
from mapping.services.dry_run.writing import stored_fields

SORTS: Final = {"size": ("-size", "pk"), "number": ("number", "pk")}


@dataclass(frozen=True, slots=True)
class Progress:
    """Records compared so far, and of how many."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Whole per cent, 100 only when all is done."""
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What both blueprints make of one record now. `is_stale`: the record has changed since the run."""

    before: Outcome
    after: Outcome
    is_stale: bool


def newest_runs(version: MappingVersion, most: int) -> list[DryRun]:
    """The runs of a version, the newest first, without their large blueprints."""
    runs = DryRun.objects.filter(version=version).select_related("pair", "compared_with", "by")
    return list(runs.defer("blueprints", "context").order_by("-pk")[:most])


def progress_of(run: DryRun) -> Progress:
    """How far the run is."""
    done = DryRunPart.objects.filter(run=run, state=DryRunPart.State.DONE)
    return Progress(done.aggregate(records=Sum("records"))["records"] or 0, run.total)


def summary_so_far(run: DryRun) -> Summary:
    """The result of a finished run; of one that is still going, what is known already."""
    return sum_of_parts(run) if run.is_going else summary_from_json(run.summary)


def differences_of(
    run: DryRun, *, kind: str = "", effect: str = "", touches: str = "", q: str = "", sort: str = "size"
) -> QuerySet[DryRunDifference]:
    """The records that come out differently, the largest moves first; empty filters let everything through."""
    wanted = Q(run=run)
    if kind:
        wanted &= Q(kind=kind)
    if effect:
        wanted &= Q(effect=effect)
    if touches:
        wanted &= Q(touches__contains=[touches])
    if q.strip():
        wanted &= Q(number__icontains=q.strip())
    return DryRunDifference.objects.filter(wanted).order_by(*SORTS.get(sort, SORTS["size"]))


def side_by_side(difference: DryRunDifference) -> SideBySide | None:
    """The record made by both blueprints as they were in the run; None when the record is no more."""
    run, kind = difference.run, KINDS[difference.kind]
    stored = kind.within(run.pair, run.bounds()).filter(pk=difference.record_id)
    records = kind.read(run.pair, stored)
    if not records:
        return None
    before, after = (judge_of(run, side, kind.name).outcome(records[0]) for side in ("before", "after"))
    return SideBySide(before, after, _has_changed(difference, before, after))


def _has_changed(difference: DryRunDifference, before: Outcome, after: Outcome) -> bool:
    found = compare(before, after)
    return found is None or stored_fields(found) != difference.fields
