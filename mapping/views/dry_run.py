"""The dry run of a version: choosing a period, watching it, and what it found."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from integrations.clock import business_now
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.core.difference.wording import headline
from mapping.core.problems import Problem
from mapping.forms.dry_runs import PeriodForm
from mapping.models import DryRun, MappingVersion
from mapping.presenting.dry_runs import (
    account_moves,
    box_moves,
    changed_fields,
    compared_words,
    tallies,
    tax_moves,
)
from mapping.services.dry_run import KINDS, DryRunRefusedError, cancel_dry_run, count_records, start_dry_run
from mapping.services.dry_run.reading import newest_runs, progress_of, summary_so_far
from mapping.services.publishing_checks import latest_dry_run
from mapping.views.common import version_of

USUAL_DAYS: Final = 90
_USUAL_KINDS: Final = ("invoice", "payment")
_RUNS_SHOWN: Final = 10


@require_GET
@pair_required()
def dry_run(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Choose a period and begin; earlier runs below."""
    version = version_of(pair, number)
    form = PeriodForm(initial=_usual(pair))
    return render(request, "mapping/dry_run.html", _start_page(request, version, form))


@require_POST
@pair_required(Role.OPERATOR)
def start(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Begin a run over the chosen period."""
    version = version_of(pair, number)
    form = PeriodForm(request.POST)
    problems: tuple[Problem, ...] = ()
    if form.is_valid():
        try:
            run = start_dry_run(_described(request, version, form), now=business_now())
        except DryRunRefusedError as refused:
            form.add_error(None, str(refused))
            problems = refused.problems
        else:
            return redirect("mapping-dry-run-result", pair.slug, number, run.pk)
    context = _start_page(request, version, form) | {"problems": problems}
    return render(request, "mapping/dry_run.html", context, status=422)


def _start_page(request: MemberRequest, version: MappingVersion, form: PeriodForm) -> dict[str, Any]:
    runs = newest_runs(version, _RUNS_SHOWN)
    going = next((run for run in runs if run.is_going), None)
    return {
        "pair": version.pair,
        "version": version,
        "tab": "dry-run",
        "lead": "What this version would change in the books, found out on the records you already have.",
        "form": form,
        "may_start": request.access.may_operate,
        "runs": [
            (run, headline(summary_so_far(run)) if run.state == DryRun.State.DONE else run.error)
            for run in runs
        ],
        "going": going,
        "counts": _counts(version, form),
        "latest": latest_dry_run(version),
    }


def _usual(pair: Pair) -> dict[str, Any]:
    today = business_now().astimezone(ZoneInfo(pair.zone)).date()
    return {
        "period_from": today - timedelta(days=USUAL_DAYS - 1),
        "period_to": today,
        "kinds": list(_USUAL_KINDS),
    }


def _described(request: MemberRequest, version: MappingVersion, form: PeriodForm) -> DryRun:
    data = form.cleaned_data
    return DryRun(
        pair=request.access.pair,
        version=version,
        period_from=data["period_from"],
        period_to=data["period_to"],
        kinds=[name for name in KINDS if name in data["kinds"]],
        by=request.user,
    )


def _counts(version: MappingVersion, form: PeriodForm) -> list[tuple[str, int]]:
    """How many records of each kind the chosen period holds; none while it is not a period."""
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {} if form.is_bound else form.initial
    first, last = chosen.get("period_from"), chosen.get("period_to")
    if not isinstance(first, date) or not isinstance(last, date):
        return []
    run = DryRun(pair=version.pair, version=version, period_from=first, period_to=last)
    return [(KINDS[name].many, count) for name, count in count_records(run).items()]


@require_GET
@pair_required()
def counts(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """How much the period being chosen holds, while it is chosen."""
    version = version_of(pair, number)
    form = PeriodForm(request.GET)
    context = {"counts": _counts(version, form), "form": form}
    return render(request, "mapping/dry_run.html#counts", context)


@require_GET
@pair_required()
def result(request: MemberRequest, pair: Pair, number: int, run_id: int) -> HttpResponse:
    """Progress while it runs; what it found when it is done."""
    run = run_of(pair, number, run_id)
    if run.state == DryRun.State.DONE:
        return render(request, "mapping/dry_run_result.html", _result(run))
    return render(request, "mapping/dry_run_progress.html", _progress(request, run))


@require_GET
@pair_required()
def live(request: MemberRequest, pair: Pair, number: int, run_id: int) -> HttpResponse:
    """The moving part of the progress; the whole page again when it is over."""
    run = run_of(pair, number, run_id)
    if not run.is_going:
        return HttpResponseClientRefresh()
    return render(request, "mapping/dry_run_progress.html#live", _progress(request, run))


@require_POST
@pair_required(Role.OPERATOR)
def stop(request: MemberRequest, pair: Pair, number: int, run_id: int) -> HttpResponse:
    """Stop a run."""
    run = run_of(pair, number, run_id)
    if cancel_dry_run(run):
        messages.success(request, "The dry run is stopped. Nothing was changed by it.")
    else:
        messages.info(request, "The dry run was over already.")
    return redirect("mapping-dry-run-result", pair.slug, number, run_id)


def run_of(pair: Pair, number: int, run_id: int) -> DryRun:
    """The run of a version of the pair, without its large blueprints. Raises Http404."""
    runs = DryRun.objects.select_related("pair", "version", "compared_with", "by").defer(
        "blueprints", "context"
    )
    return get_object_or_404(runs, pair=pair, version__number=number, pk=run_id)


def about(run: DryRun) -> dict[str, Any]:
    """What every page of a run shows: the version, the run, and whether it still tells the truth."""
    latest = latest_dry_run(run.version)
    return {
        "pair": run.pair,
        "version": run.version,
        "tab": "dry-run",
        "run": run,
        "is_outdated": run.state == DryRun.State.DONE and (latest is None or latest.pk != run.pk),
    }


def _progress(request: MemberRequest, run: DryRun) -> dict[str, Any]:
    found = summary_so_far(run) if run.is_going else None
    return about(run) | {
        "progress": progress_of(run),
        "so_far": headline(found) if found and found.total_different else "",
        "may_stop": request.access.may_operate,
    }


def _result(run: DryRun) -> dict[str, Any]:
    summary = summary_so_far(run)
    names = account_names(run.pair)
    return about(run) | {
        "headline": headline(summary),
        "compared": compared_words(summary),
        "different": summary.total_different,
        "same": summary.total_compared - summary.total_different,
        "tallies": tallies(summary),
        "accounts": account_moves(summary, names),
        "boxes": box_moves(summary),
        "taxes": list(tax_moves(summary)),
        "fields": changed_fields(summary),
        "moves_money": summary.moves_money,
        "seconds": (run.finished_at - run.created_at).total_seconds() if run.finished_at else None,
    }


def account_names(pair: Pair) -> dict[str, str]:
    """What accounts are for, by their codes, as far as the pair has given them roles."""
    names: dict[str, list[str]] = {}
    for role in pair.account_roles.order_by("pk"):
        said = names.setdefault(role.account_code, [])
        if role.get_role_display() not in said:
            said.append(role.get_role_display())
    return {code: ", ".join(said) for code, said in names.items()}
