"""Needs attention: what happened, what it costs, what to press."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from dashboard.selectors.attention import (
    dead_events,
    dead_notices,
    dead_postings,
    open_problems,
    orders_to_assign,
    stray_payments,
)
from dashboard.selectors.navigation import attention_counts
from dashboard.tables.attention import (
    DEAD_EVENTS,
    DEAD_NOTICES,
    DEAD_POSTINGS,
    DEAD_POSTINGS_TO_READ,
    DeadEventFilter,
    DeadNoticeFilter,
    DeadPostingFilter,
    actions,
)
from dashboard.tables.table import BulkAction
from dashboard.views.approving import approvals_context
from dashboard.views.lists import ListPage
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Payment

_TEMPLATE = "dashboard/attention/list.html"
POSTINGS = ListPage(
    DEAD_POSTINGS, DeadPostingFilter, "Refused documents",
    "Xero will not take these as they stand.", "attention-postings-export", _TEMPLATE,
)  # fmt: skip
_POSTINGS_TO_READ = replace(POSTINGS, spec=DEAD_POSTINGS_TO_READ)
EVENTS = ListPage(
    DEAD_EVENTS, DeadEventFilter, "Unreadable messages",
    "Kept as they came; nothing was made of them.", "attention-events-export", _TEMPLATE,
)  # fmt: skip
NOTICES = ListPage(
    DEAD_NOTICES, DeadNoticeFilter, "Undelivered confirmations",
    "The books are right, but shop or customer were not told.", "attention-notices-export", _TEMPLATE,
)  # fmt: skip
_DEAD = {
    "postings": (POSTINGS, dead_postings, "Send again"),
    "events": (EVENTS, dead_events, "Read again"),
    "notices": (NOTICES, dead_notices, "Send again"),
}


@require_GET
@pair_required()
def attention(request: MemberRequest, pair: Pair) -> HttpResponse:
    """To the first tab that has something; to the problems when all is well."""
    counts = attention_counts(pair)
    for tab in ("problems", "approvals", "postings", "payments", "events", "notices"):
        if getattr(counts, tab):
            return redirect(f"attention-{tab}", pair.slug)
    return redirect("attention-problems", pair.slug)


@require_GET
@pair_required()
def approvals(request: MemberRequest, pair: Pair) -> HttpResponse:
    """What flows and rules hold: let it go, or refuse it."""
    return render(request, "dashboard/attention/approvals.html", approvals_context(request, pair))


@require_GET
@pair_required()
def problems(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Causes: put one right and everything it held flows on."""
    context = {
        "pair": pair,
        "tab": "problems",
        "counts": attention_counts(pair),
        "problems": open_problems(pair),
    }
    return render(request, "dashboard/attention/problems.html", context)


@require_GET
@pair_required()
def payments(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Payments that fit no order, each with the likeliest orders."""
    words = request.GET.get("q", "").strip()
    counts = attention_counts(pair)
    context = {
        "pair": pair,
        "tab": "payments",
        "counts": counts,
        "words": words,
        "strays": stray_payments(pair, words),
    }
    return render(request, "dashboard/attention/payments.html", context)


@require_GET
@pair_required()
def find_order(request: MemberRequest, pair: Pair, payment_id: int) -> HttpResponse:
    """Look for the order of a payment by hand."""
    payment = get_object_or_404(Payment, pair=pair, pk=payment_id)
    words = request.GET.get("q", "").strip()
    context = {
        "pair": pair,
        "payment": payment,
        "words": words,
        "orders": orders_to_assign(pair, payment, words),
    }
    return render(request, "dashboard/attention/find_order.html", context)


@require_GET
@pair_required()
def dead(request: MemberRequest, pair: Pair, kind: str) -> HttpResponse:
    """Refused documents, unreadable messages or undelivered confirmations."""
    page, rows, retry = _DEAD[kind]
    if kind == "postings" and not request.access.may_operate:
        page = _POSTINGS_TO_READ
    bulk: tuple[BulkAction, ...] = actions(pair, kind, retry) if request.access.may_operate else ()
    extra = {"tab": kind, "counts": attention_counts(pair)}
    return page.respond(request, pair, rows(pair), bulk=bulk, extra=extra)


@require_GET
@pair_required()
def dead_export(request: MemberRequest, pair: Pair, kind: str, file_format: str) -> HttpResponseBase:
    """The same as a file."""
    page, rows, _ = _DEAD[kind]
    return page.hand_out(request, pair, rows(pair), file_format)
