"""Letting go what flows and rules hold, or refusing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dashboard.core.wording import counted
from dashboard.forms.approvals import RefuseForm
from dashboard.selectors.approvals import held_records
from dashboard.selectors.navigation import attention_counts
from dashboard.selectors.second_person import waiting_for_a_second
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from sync.models import Ruling
from sync.services import approvals
from sync.services.actions import ActionRefusedError


def approvals_context(request: MemberRequest, pair: Pair) -> dict[str, Any]:
    """What the page of held records shows."""
    return {
        "pair": pair,
        "tab": "approvals",
        "counts": attention_counts(pair),
        "held": held_records(pair, request.access),
        "seconds": waiting_for_a_second(pair),
    }


@require_POST
@pair_required(Role.OPERATOR)
def release(request: MemberRequest, pair: Pair, ruling_id: int) -> HttpResponse:
    """Let a record go."""
    ruling = get_object_or_404(Ruling, pair=pair, pk=ruling_id)
    try:
        count = approvals.release(ruling, request.user, request.POST.get("reason", ""))
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Let go: {counted(count, 'document')} on the way to Xero.")
    return redirect("attention-approvals", pair.slug)


@require_POST
@pair_required(Role.OPERATOR)
def refuse(request: MemberRequest, pair: Pair, ruling_id: int) -> HttpResponse:
    """Refuse a record, with a reason."""
    ruling = get_object_or_404(Ruling, pair=pair, pk=ruling_id)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        context = {**approvals_context(request, pair), "refused": ruling.pk, "form": form}
        return render(request, "dashboard/attention/approvals.html", context, status=422)
    try:
        count = approvals.refuse(ruling, request.user, form.cleaned_data["reason"])
    except ActionRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        said = f"{counted(count, 'document')} cancelled. The reason is in the audit log."
        messages.success(request, said)
    return redirect("attention-approvals", pair.slug)
