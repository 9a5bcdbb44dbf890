"""Trying a flow on one stored record: each step with the data before and after it. Nothing is posted, nobody is told."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from integrations.clock import business_now
from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.core.blueprint import Blueprint
from mapping.core.flows.document import Flow
from mapping.core.problems import MappingInvalidError
from mapping.presenting.flows import shown_flow
from mapping.presenting.trials import shown_trial
from mapping.selectors import effective_blueprint
from mapping.services.preview import NoSampleError
from mapping.services.records_to_try import stored_record
from mapping.services.trying import try_flow
from mapping.views.common import refusal_words, version_of
from mapping.views.flows import flow_of, trying_context


@require_GET
@pair_required(Role.OPERATOR)
def trial(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """The record that the address names, on its way through the flow."""
    version = version_of(pair, number)
    blueprint = effective_blueprint(version)
    found = flow_of(blueprint, flow_id)
    chosen = request.GET.get("record", "")
    context = {**trying_context(request, pair, version, shown_flow(found)), "chosen": chosen}
    if chosen:
        context |= _trial(pair, blueprint, found, chosen)
    return render(request, "mapping/flow_try.html", context, status=404 if "missing" in context else 200)


def _trial(pair: Pair, blueprint: Blueprint, found: Flow, record_id: str) -> dict[str, Any]:
    """The trial to show, or why there is none."""
    try:
        record = stored_record(pair, found.trigger, record_id, business_now())
        run = try_flow(pair, blueprint, found.id, record.source, record.context)
    except NoSampleError as error:
        return {"refusal": str(error), "missing": True}
    except MappingInvalidError as error:
        return {"refusal": f"The flow cannot run yet. {refusal_words(error)}"}
    shown = record.shown
    description = ", ".join(part for part in (shown.kind, shown.description) if part)
    return {"trial": shown_trial(found, run, record.source, title=shown.title, description=description)}
