"""Activity: charts, calls to outside systems, and what people did."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dashboard.selectors.activity import SPANS, charts_of, meters_of
from dashboard.selectors.lists import audit_of, calls_of
from dashboard.tables.activity import AUDIT, CALLS, AuditFilter, CallFilter
from dashboard.views.lists import ListPage
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair

_TEMPLATE = "dashboard/activity/list.html"
_CALLS = ListPage(
    CALLS, CallFilter, "Calls", "Every call to Xero, Opayo and the shop.", "activity-calls-export", _TEMPLATE
)
_AUDIT = ListPage(
    AUDIT,
    AuditFilter,
    "Audit log",
    "Who did what, when and why; kept for good.",
    "activity-audit-export",
    _TEMPLATE,
)


@require_GET
@pair_required()
def activity(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Throughput, errors, and Xero's limits."""
    span = SPANS.get(request.GET.get("span", ""), SPANS["day"])
    charts = charts_of(pair, span)
    context = {
        "pair": pair,
        "tab": "charts",
        "span": span,
        "spans": SPANS.values(),
        "charts": charts,
        "chart_data": {chart.key: chart.as_data() for chart in charts},
        "meters": meters_of(pair),
    }
    return render(request, "dashboard/activity/charts.html", context)


@require_GET
@pair_required()
def calls(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of calls."""
    return _CALLS.respond(request, pair, calls_of(pair), extra={"tab": "calls"})


@require_GET
@pair_required()
def calls_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of calls as a file."""
    return _CALLS.hand_out(request, pair, calls_of(pair), file_format)


@require_GET
@pair_required()
def audit(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The audit log."""
    return _AUDIT.respond(request, pair, audit_of(pair), extra={"tab": "audit"})


@require_GET
@pair_required()
def audit_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The audit log as a file."""
    return _AUDIT.hand_out(request, pair, audit_of(pair), file_format)
