"""Months: the list, one month with its checklist, the two signatures, the pack, and what changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dashboard.forms.months import ReopenForm, notes_of
from dashboard.month_pack.papers import pdf_of
from dashboard.month_pack.workbook import workbook_of
from dashboard.selectors.proof import href_of
from integrations.members.access import MemberRequest, pair_required
from integrations.models import AuditEntry, Pair, Role
from reconciliation.models import Period
from reconciliation.month_end.afterwards import changes_since_close, is_as_signed
from reconciliation.month_end.core.checklist import point_from_json
from reconciliation.month_end.periods import (
    PeriodRefusedError,
    checklist_of,
    close,
    month_of,
    months_of,
    prepare,
    reopen,
)
from reconciliation.proof.proving import today_of

_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
@pair_required()
def months(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Every month, newest first, with how it stands."""
    rows = [(period, len(changes_since_close(period)[0])) for period in months_of(pair)]
    return render(
        request,
        "dashboard/months/list.html",
        {"pair": pair, "rows": rows, "tab": "months", "today": today_of(pair)},
    )


@require_GET
@pair_required()
def months_page(request: MemberRequest, pair: Pair, year: int, month: int) -> HttpResponse:
    """One month: the checklist as it stands or stood, the signatures, and what changed since."""
    period = month_of(pair, _first(year, month))
    points = [point_from_json(row) for row in period.checklist]
    if period.state == Period.State.OPEN:
        points, _ = checklist_of(period)
    is_over = period.ends_on < today_of(pair)
    differing, late = changes_since_close(period)
    history = AuditEntry.objects.filter(
        pair=pair, action__startswith="month.", data__period=period.starts_on.isoformat()
    )
    context = {
        "pair": pair,
        "period": period,
        "points": points,
        "is_over": is_over,
        "may_prepare": is_over and period.state == Period.State.OPEN and request.access.may_operate,
        "is_own": period.prepared_by_id == request.user.pk,
        "is_as_signed": is_as_signed(period),
        "changed": differing,
        "late": [(each, href_of(pair, each.kind, each.key)) for each in late],
        "history": history.select_related("actor").order_by("-pk")[:20],
        "form": ReopenForm(),
        "tab": "months",
    }
    return render(request, "dashboard/months/page.html", context)


@require_GET
@pair_required()
def months_pack(request: MemberRequest, pair: Pair, year: int, month: int, file_format: str) -> HttpResponse:
    """What was signed, as a PDF or a workbook."""
    period = month_of(pair, _first(year, month))
    if not period.pack:
        raise Http404("Only a month that was signed has a pack.")
    differing, late = changes_since_close(period)
    content = pdf_of(period, differing) if file_format == "pdf" else workbook_of(period, differing, late)
    name = f"{pair.slug}-{period.starts_on:%Y-%m}-{period.proof_hash[:8]}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=_TYPES[file_format], headers=headers)


@require_POST
@pair_required(Role.OPERATOR)
def months_prepare(request: MemberRequest, pair: Pair, year: int, month: int) -> HttpResponse:
    """The preparer's signature."""
    notes = notes_of(request.POST.dict())
    return _act(
        request, pair, year, month, lambda first: prepare(pair, first, request.user, notes),
        "Prepared. Somebody else reviews and closes it.",
    )  # fmt: skip


@require_POST
@pair_required(Role.ADMINISTRATOR)
def months_close(request: MemberRequest, pair: Pair, year: int, month: int) -> HttpResponse:
    """The reviewer's signature."""
    return _act(
        request, pair, year, month, lambda first: close(pair, first, request.user), "The month is closed."
    )


@require_POST
@pair_required(Role.ADMINISTRATOR)
def months_reopen(request: MemberRequest, pair: Pair, year: int, month: int) -> HttpResponse:
    """Take the signatures back."""
    reason = request.POST.get("reason", "")[:500]
    return _act(
        request,
        pair,
        year,
        month,
        lambda first: reopen(pair, first, request.user, reason),
        "The month is open again.",
    )


def _act(
    request: MemberRequest, pair: Pair, year: int, month: int, act: Callable[[date], Period], said: str
) -> HttpResponse:
    try:
        act(_first(year, month))
        messages.success(request, said)
    except PeriodRefusedError as refused:
        messages.error(request, refused.message)
    return redirect("months-page", pair.slug, year, month)


def _first(year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError as error:
        raise Http404("No such month.") from error
