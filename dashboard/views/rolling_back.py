"""Having a roll-back planned, asking for it, approving it, stopping it, and having it posted again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from dashboard.forms.rollbacks import DayForm, ReasonForm, RunForm
from dashboard.selectors.rollbacks import in_the_way, still_of
from dashboard.selectors.settlements import documents_of_settlement
from dashboard.views.rollbacks import TEMPLATE, page_context, rollback_of
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Order, Pair, Role
from reconciliation.models import Settlement
from reconciliation.wakes import wake_reconcile
from sync.models import Delivery, Posting, Rollback
from sync.services.actions import ActionRefusedError
from sync.services.rollback import asking, lifting
from sync.services.rollback.asking import Scope


@require_http_methods(["GET", "POST"])
@pair_required(Role.OPERATOR)
def rollbacks_new(request: MemberRequest, pair: Pair) -> HttpResponse:
    """Have the roll-back of a day planned."""
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _proposed(request, pair, Scope.of_day(form.cleaned_data["day"]))
    context = {"pair": pair, "form": form}
    return render(request, "dashboard/rollbacks/new.html", context, status=422 if form.errors else 200)


@require_POST
@pair_required(Role.OPERATOR)
def rollbacks_of_order(request: MemberRequest, pair: Pair, order_id: int) -> HttpResponse:
    """Have the roll-back of an order planned."""
    return _proposed(request, pair, Scope.of_order(get_object_or_404(Order, pair=pair, pk=order_id)))


@require_POST
@pair_required(Role.OPERATOR)
def rollbacks_of_posting(request: MemberRequest, pair: Pair, posting_id: int) -> HttpResponse:
    """Have the roll-back of one document planned."""
    return _proposed(request, pair, Scope.of_posting(get_object_or_404(Posting, pair=pair, pk=posting_id)))


@require_POST
@pair_required(Role.OPERATOR)
def rollbacks_of_call(request: MemberRequest, pair: Pair, delivery_id: int) -> HttpResponse:
    """Have the roll-back of everything one call has posted planned."""
    return _proposed(request, pair, Scope.of_delivery(get_object_or_404(Delivery, pair=pair, pk=delivery_id)))


@require_POST
@pair_required(Role.OPERATOR)
def rollbacks_of_settlement(request: MemberRequest, pair: Pair, settlement_id: int) -> HttpResponse:
    """Have the roll-back of a settlement's fees, reserves and bank transfer planned."""
    settlement = get_object_or_404(Settlement, pair=pair, pk=settlement_id)
    ids = list(documents_of_settlement(settlement).values_list("pk", flat=True))
    return _proposed(request, pair, Scope.of_settlement(settlement.reference, ids))


def _proposed(request: MemberRequest, pair: Pair, scope: Scope) -> HttpResponse:
    rollback = asking.propose(pair, scope, request.user)
    return redirect("rollbacks-page", pair.slug, rollback.pk)


@require_POST
@pair_required(Role.OPERATOR)
def rollbacks_plan(request: MemberRequest, pair: Pair, rollback_id: int) -> HttpResponse:
    """Make the plan again."""
    rollback = rollback_of(pair, rollback_id)
    try:
        asking.plan_again(rollback, request.user)
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    return _back(rollback)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def rollbacks_run(request: MemberRequest, pair: Pair, rollback_id: int) -> HttpResponse:
    """Ask for the plan to be carried out."""
    rollback = rollback_of(pair, rollback_id)
    form = RunForm(request.POST, is_blocked=bool(in_the_way(rollback)))
    if not form.is_valid():
        return render(request, TEMPLATE, page_context(request, rollback, run_form=form), status=422)
    try:
        asked = asking.ask_for(
            rollback,
            request.user,
            form.cleaned_data["reason"],
            leaves_out_blocked=bool(form.cleaned_data.get("leave_out")),
        )
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        waits = asked.state == Rollback.State.AWAITING_APPROVAL
        messages.success(
            request, "Asked for. A second person has to approve it." if waits else "The roll-back has begun."
        )
    return _back(rollback)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def rollbacks_approve(request: MemberRequest, pair: Pair, rollback_id: int) -> HttpResponse:
    """Approve it as the second person."""
    rollback = rollback_of(pair, rollback_id)
    try:
        asking.approve(rollback, request.user)
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Approved. The roll-back has begun.")
    return _back(rollback)


@require_POST
@pair_required(Role.OPERATOR)
def rollbacks_stop(request: MemberRequest, pair: Pair, rollback_id: int) -> HttpResponse:
    """Throw a plan away, or stop a roll-back before its end."""
    rollback = rollback_of(pair, rollback_id)
    try:
        asking.stop(rollback, request.user, request.POST.get("reason", "")[:500])
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Stopped. What was undone by then stays undone.")
    return _back(rollback)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def rollbacks_again(request: MemberRequest, pair: Pair, rollback_id: int) -> HttpResponse:
    """Have its orders, or one of them, posted again."""
    rollback = rollback_of(pair, rollback_id)
    still, form = still_of(rollback), ReasonForm(request.POST, auto_id="again_%s")
    if not form.is_valid():
        return render(request, TEMPLATE, page_context(request, rollback, reason_form=form), status=422)
    try:
        lifting.post_again(rollback, request.user, form.cleaned_data["reason"])
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{still.words.capitalize()} on the way to Xero again.")
        wake_reconcile(pair.pk)
    return _back(rollback)


def _back(rollback: Rollback) -> HttpResponse:
    return redirect("rollbacks-page", rollback.pair.slug, rollback.pk)
