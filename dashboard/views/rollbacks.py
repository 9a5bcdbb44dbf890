"""Roll-backs: the list, the plan, how far one is, and its proof."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from django_htmx.http import HttpResponseStopPolling

from dashboard.forms.rollbacks import ReasonForm, RunForm
from dashboard.selectors.rollbacks import (
    groups_of,
    in_the_way,
    may_do,
    minutes_of,
    moneys,
    progress_of,
    rollbacks_of,
    still_of,
    stuck_steps,
)
from dashboard.tables.rollbacks import ROLLBACKS, RollbackFilter
from dashboard.views.lists import ListPage
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from sync.models import Rollback

TEMPLATE: Final = "dashboard/rollbacks/page.html"
_LIST = ListPage(
    ROLLBACKS,
    RollbackFilter,
    "Roll-backs",
    "What was taken back out of Xero as a unit, why, and the proof.",
    "rollbacks-export",
    "dashboard/rollbacks/list.html",
)


@require_GET
@pair_required()
def rollbacks(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of roll-backs."""
    return _LIST.respond(request, pair, rollbacks_of(pair))


@require_GET
@pair_required()
def rollbacks_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of roll-backs as a file."""
    return _LIST.hand_out(request, pair, rollbacks_of(pair), file_format)


@require_GET
@pair_required()
def rollbacks_page(request: MemberRequest, pair: Pair, rollback_id: int) -> HttpResponse:
    """One roll-back: its plan, its progress, its proof."""
    return render(request, TEMPLATE, page_context(request, rollback_of(pair, rollback_id)))


@require_GET
@pair_required()
def rollbacks_live(request: MemberRequest, pair: Pair, rollback_id: int) -> HttpResponse:
    """The moving part of the page; the page is left to itself once nothing moves by itself any more."""
    rollback = rollback_of(pair, rollback_id)
    context = page_context(request, rollback)
    response = render(request, f"{TEMPLATE}#live", context)
    return response if context["is_moving"] else HttpResponseStopPolling(response.content)


def rollback_of(pair: Pair, rollback_id: int) -> Rollback:
    """The pair's roll-back of that number, or 404."""
    return get_object_or_404(rollbacks_of(pair), pk=rollback_id)


def page_context(request: MemberRequest, rollback: Rollback, **forms: Any) -> dict[str, Any]:
    """What the page shows; `forms` are those that were filled in wrongly."""
    blocking = in_the_way(rollback) if rollback.state == Rollback.State.DRAFT else []
    page, groups = groups_of(rollback, request.GET.get("page", "1"))
    return {
        "pair": rollback.pair,
        "rollback": rollback,
        "may": may_do(rollback, request.access, request.user),
        "blocking": blocking,
        "progress": progress_of(rollback),
        "stuck": stuck_steps(rollback)[:20],
        "moneys": moneys(rollback),
        "minutes": minutes_of(rollback),
        "groups": groups,
        "groups_page": page,
        "still": still_of(rollback),
        "is_moving": _is_moving(rollback),
        "run_form": RunForm(is_blocked=bool(blocking)),
        "reason_form": ReasonForm(auto_id="again_%s"),
        **forms,
    }


def _is_moving(rollback: Rollback) -> bool:
    if rollback.state == Rollback.State.DRAFT:
        return not rollback.is_planned
    return rollback.state in {Rollback.State.RUNNING, Rollback.State.BLOCKED}
