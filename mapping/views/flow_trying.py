"""Trying a flow on one stored record: each step with the data before and after it. Nothing is posted, nobody is told."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.presenting.flows import shown_flow
from mapping.selectors import effective_blueprint
from mapping.views.common import version_of
from mapping.views.flows import flow_of, trying_context


@require_GET
@pair_required(Role.OPERATOR)
def try_flow(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """The record that the address names, on its way through the flow."""
    version = version_of(pair, number)
    shown = shown_flow(flow_of(effective_blueprint(version), flow_id))
    chosen = request.GET.get("record", "")
    context = {**trying_context(request, pair, version, shown), "chosen": chosen}
    return render(request, "mapping/flow_try.html", context)
