"""Settlements: the list, one with everything about it, and what people decide about its money."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from dashboard.forms.closing import AdjustmentForm, ClosingForm
from dashboard.selectors.documents import xero_objects
from dashboard.selectors.rollbacks import can_be_rolled_back
from dashboard.selectors.settlements import documents_of_settlement, settlements_of, story_of_settlement
from dashboard.tables.settlements import SETTLEMENTS, SettlementFilter
from dashboard.views.lists import ListPage
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role, User
from reconciliation.matching.deciding import (
    DecisionRefusedError,
    confirm,
    explain_adjustment,
    explain_difference,
    reject,
    undo,
)
from reconciliation.models import FeeBill, Match, Settlement, SettlementLine
from reconciliation.wakes import wake_reconcile

_LIST = ListPage(
    SETTLEMENTS, SettlementFilter, "Settlements", "What acquirers pay out: what is expected, stated, and at the bank.",
    "settlements-export", "dashboard/settlements/list.html",
)  # fmt: skip


@require_GET
@pair_required()
def settlements(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The list of settlements."""
    return _LIST.respond(request, pair, settlements_of(pair), extra={"tab": "settlements"})


@require_GET
@pair_required()
def settlements_export(request: MemberRequest, pair: Pair, file_format: str) -> HttpResponseBase:
    """The list of settlements as a file."""
    return _LIST.hand_out(request, pair, settlements_of(pair), file_format)


@require_GET
@pair_required()
def settlements_page(request: MemberRequest, pair: Pair, settlement_id: int) -> HttpResponse:
    """One settlement: its lines, whose they are, its money at the bank, and its postings."""
    settlement = get_object_or_404(
        Settlement.objects.select_related("merchant_account", "batch_event", "statement_event"),
        pair=pair,
        pk=settlement_id,
    )
    story = story_of_settlement(settlement)
    context = {
        "pair": pair,
        "settlement": settlement,
        "story": story,
        "can_roll_back": can_be_rolled_back(documents_of_settlement(settlement)),
        "documents": xero_objects(story.postings, settings.XERO_APP_URL),
        "form": ClosingForm(),
        "adjustment_form": AdjustmentForm(auto_id=False),
    }
    return render(request, "dashboard/settlements/page.html", context)


@require_GET
@pair_required()
def settlements_bills(request: MemberRequest, pair: Pair) -> HttpResponse:
    """The acquirers' bills, with what they charge beyond the rate card."""
    bills = FeeBill.objects.filter(pair=pair).select_related("merchant_account", "settlement", "posting")
    context = {"pair": pair, "bills": bills[:100], "tab": "bills"}
    return render(request, "dashboard/settlements/bills.html", context)


@require_POST
@pair_required(Role.OPERATOR)
def settlements_decide(
    request: MemberRequest, pair: Pair, settlement_id: int, match_id: int, act: str
) -> HttpResponse:
    """Confirm, reject, undo or explain a match of a settlement."""
    match = get_object_or_404(Match, pair=pair, pk=match_id, links__settlement=settlement_id)
    form = ClosingForm(request.POST)
    if form.is_valid():
        try:
            said = _ACTS[act](match, request.user, form.cleaned_data)
            messages.success(request, said)
            wake_reconcile(pair.pk)
        except DecisionRefusedError as refused:
            messages.error(request, refused.message)
    else:
        messages.error(request, "Choose one of the reasons offered.")
    return redirect("settlements-page", pair.slug, settlement_id)


@require_POST
@pair_required(Role.OPERATOR)
def settlements_adjustment(
    request: MemberRequest, pair: Pair, settlement_id: int, line_id: int
) -> HttpResponse:
    """Say what an adjustment of the acquirer is."""
    line = get_object_or_404(SettlementLine, settlement__pair=pair, settlement=settlement_id, pk=line_id)
    form = AdjustmentForm(request.POST)
    try:
        explain_adjustment(line, form.cleaned_data["kind"] if form.is_valid() else "", request.user)
        messages.success(request, "Kept. It is booked next.")
        wake_reconcile(pair.pk)
    except DecisionRefusedError as refused:
        messages.error(request, refused.message)
    return redirect("settlements-page", pair.slug, settlement_id)


Said = Mapping[str, str]
"""Where a difference went, to which account, and why."""


def _confirm(match: Match, by: User, said: Said) -> str:
    confirm(match, by, difference_kind=said["kind"], account=said["account"], reason=said["reason"])
    return "Confirmed. It is booked next."


def _reject(match: Match, by: User, said: Said) -> str:
    reject(match, by, reason=said["reason"])
    return "Rejected. It is not offered again."


def _undo(match: Match, by: User, said: Said) -> str:
    undo(match, by, reason=said["reason"])
    return "Undone. What was booked for it is taken back."


def _explain(match: Match, by: User, said: Said) -> str:
    explain_difference(match, said["kind"], by, account=said["account"], reason=said["reason"])
    return "Kept. What it calls for is booked next."


_ACTS: dict[str, Callable[[Match, User, Said], str]] = {
    "confirm": _confirm,
    "reject": _reject,
    "undo": _undo,
    "explain": _explain,
}
ACTS = tuple(_ACTS)
