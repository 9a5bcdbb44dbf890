"""The records behind the numbers of a dry run: their list, their export, and each with both its documents."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from mapping.forms.dry_runs import DifferenceFilter
from mapping.models import DryRun, DryRunDifference
from mapping.presenting.dry_runs import (
    documents_side_by_side,
    fate_words,
    record_moves,
    shown_differences,
    touched_words,
)
from mapping.services.dry_run.reading import differences_of, side_by_side
from mapping.views.dry_run import about, account_names, run_of

PAGE_SIZE: Final = 50
_PAGES_OF_RECORDS: Final = {"invoice": "orders-page", "payment": "payments-page"}
_EXPORTED: Final = (
    "record", "number", "effect", "field", "before", "after", "reason before", "reason after",
)  # fmt: skip


@require_GET
@pair_required()
def records(request: MemberRequest, pair: Pair, number: int, run_id: int) -> HttpResponse:
    """The records that come out differently, filtered and in order."""
    run = run_of(pair, number, run_id)
    form, rows = _filtered(request, run)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    chosen = form.cleaned_data
    context = about(run) | {
        "form": form,
        "page": page,
        "rows": shown_differences(page.object_list),
        "is_filtered": any(chosen.get(name) for name in ("q", "effect", "kind", "touches")),
        "about": touched_words(chosen["touches"], chosen["kind"]) if chosen.get("touches") else "",
        "query": request.GET.urlencode(),
    }
    name = "mapping/dry_run_records.html#list" if request.htmx else "mapping/dry_run_records.html"
    return render(request, name, context)


def _filtered(request: MemberRequest, run: DryRun) -> tuple[DifferenceFilter, QuerySet[DryRunDifference]]:
    """A filter that makes no sense is taken as none."""
    form = DifferenceFilter(request.GET)
    form.is_valid()
    chosen = {name: form.cleaned_data.get(name) or "" for name in ("kind", "effect", "touches", "q")}
    return form, differences_of(run, **chosen, sort=form.cleaned_data.get("sort") or "size")


@require_GET
@pair_required()
def export(request: MemberRequest, pair: Pair, number: int, run_id: int) -> StreamingHttpResponse:
    """The same list as CSV, a line for each changed field; all rows."""
    run = run_of(pair, number, run_id)
    _, rows = _filtered(request, run)
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="dry-run-{run.pk}-version-{number}.csv"'
    return response


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: QuerySet[DryRunDifference]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(_EXPORTED)
    for row in rows.iterator(chunk_size=500):
        for cells in _cells(row):
            yield writer.writerow([_safe(cell) for cell in cells])


def _cells(row: DryRunDifference) -> Iterator[list[Any]]:
    head = [row.kind, row.number, row.get_effect_display()]
    why = [" ".join(row.reasons.get(side, ())) for side in ("before", "after")]
    for path, before, after in row.fields or [["", None, None]]:
        yield [*head, path, before, after, *why]


def _safe(cell: Any) -> str:
    """A spreadsheet takes what begins like a formula for one: it is put behind an apostrophe."""
    text = "" if cell is None else str(cell)
    is_number = text.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{text}" if text[:1] in "=+-@\t\r" and not is_number else text


@require_GET
@pair_required()
def record(request: MemberRequest, pair: Pair, number: int, run_id: int, difference_id: int) -> HttpResponse:
    """One record, both its documents side by side."""
    run = get_object_or_404(
        DryRun.objects.select_related("pair", "version"), pk=run_of(pair, number, run_id).pk
    )
    row = get_object_or_404(DryRunDifference.objects.select_related("part"), run=run, pk=difference_id)
    row.run = run
    sides = side_by_side(row)
    context = about(run) | {
        "difference": row,
        "shown": shown_differences([row])[0],
        "moves": record_moves(row, account_names(pair)),
        "sides": sides,
        "record_href": _page_of(pair, row),
    }
    if sides is not None:
        context |= {
            "fields": documents_side_by_side(sides.before, sides.after),
            "before_words": fate_words(sides.before),
            "after_words": fate_words(sides.after),
        }
    return render(request, "mapping/dry_run_record.html", context)


def _page_of(pair: Pair, row: DryRunDifference) -> str:
    name = _PAGES_OF_RECORDS.get(row.kind)
    return reverse(name, args=[pair.slug, row.record_id]) if name else ""
