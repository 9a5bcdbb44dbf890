"""The flows of a version: their list, and each with its steps."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair
from mapping.core.blueprint import Blueprint
from mapping.core.checking import blueprint_problems
from mapping.core.flows.compiled import schema_of
from mapping.core.flows.document import Flow
from mapping.core.flows.wording import MODE_WORDS, STEP_WORDS
from mapping.core.problems import Problem
from mapping.forms.flows import FlowForm, NewFlowForm, step_form
from mapping.forms.steps import Choices, StepForm
from mapping.models import MappingVersion
from mapping.presenting.flows import ShownFlow, Tallies, shown_flow
from mapping.selectors import effective_blueprint
from mapping.services.records_to_try import records_to_try
from mapping.views.common import may_edit, tallies_today, undo_labels, version_of


@require_GET
@pair_required()
def flows(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """Every flow of the version with its mode and its steps."""
    version = version_of(pair, number)
    return flows_page(request, pair, version, NewFlowForm())


def flows_page(
    request: MemberRequest, pair: Pair, version: MappingVersion, new_form: NewFlowForm
) -> HttpResponse:
    """The list; with what was wrong in the form for a new flow."""
    blueprint = effective_blueprint(version)
    problems, tallies = _problems_by_flow(blueprint), _tallies(pair, version)
    context = {
        "pair": pair,
        "version": version,
        "heading": f"Flows of version {version.number}",
        "may_edit": may_edit(request, version),
        "flows": [shown_flow(flow, tallies, problems.get(flow.id, ())) for flow in blueprint.flows],
        "modes": MODE_WORDS,
        "new_form": new_form,
        **undo_labels(version),
    }
    return render(request, "mapping/flows.html", context, status=422 if new_form.errors else 200)


@require_GET
@pair_required()
def flow(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """One flow: what starts it and its steps in order, to be changed by those who may."""
    version = version_of(pair, number)
    found = flow_of(effective_blueprint(version), flow_id)
    return flow_page(request, pair, version, found, open_step=request.GET.get("step", ""))


def flow_page(  # noqa: PLR0913 - what was sent in by one form or the other
    request: MemberRequest,
    pair: Pair,
    version: MappingVersion,
    found: Flow,
    *,
    open_step: str = "",
    sent_step: StepForm | None = None,
    sent_flow: FlowForm | None = None,
) -> HttpResponse:
    """The page of a flow; with what was wrong in the form that was sent, if one was."""
    blueprint = effective_blueprint(version)
    shown = shown_flow(found, _tallies(pair, version), _problems_by_flow(blueprint).get(found.id, ()))
    is_editable = may_edit(request, version)
    if is_editable:
        _give_forms(shown, choices_of(blueprint, found), open_step, sent_step)
    context = {
        **trying_context(request, pair, version, shown),
        "may_edit": is_editable,
        "flow_form": sent_flow or FlowForm(initial={"name": found.name, "trigger": found.trigger, "note": found.note}),
        "modes": MODE_WORDS,
        "kinds": STEP_WORDS,
        "record_fields": _record_fields(found),
        **undo_labels(version),
    }  # fmt: skip
    is_wrong = (sent_step is not None and not sent_step.is_valid()) or (
        sent_flow is not None and sent_flow.errors
    )
    return render(request, "mapping/flow.html", context, status=422 if is_wrong else 200)


def trying_context(
    request: MemberRequest, pair: Pair, version: MappingVersion, shown: ShownFlow
) -> dict[str, Any]:
    """What the box for trying a flow needs: the records that fit what was searched for."""
    words = request.GET.get("q", "").strip()[:100]
    records = records_to_try(pair, shown.flow.trigger, words) if request.access.may_operate else []
    return {"pair": pair, "version": version, "shown": shown, "q": words, "records": records}


def flow_of(blueprint: Blueprint, flow_id: str) -> Flow:
    """The flow with that id. Raises Http404."""
    for found in blueprint.flows:
        if found.id == flow_id:
            return found
    raise Http404(f"There is no flow “{flow_id}” in this version.")


def choices_of(blueprint: Blueprint, found: Flow) -> Choices:
    """What the steps of a flow may refer to."""
    return Choices(
        mappings=sorted(blueprint.mappings),
        rules=[(rule.id, rule.name or rule.id) for rule in blueprint.rules],
        tables=[(table.id, table.title or table.id) for table in blueprint.tables.values()],
        schema=schema_of(found.trigger),
    )


def _give_forms(shown: ShownFlow, choices: Choices, open_step: str, sent: StepForm | None) -> None:
    for step in shown.steps:
        is_sent = sent is not None and sent.step.id == step.step.id
        step.form = sent if is_sent else step_form(step.step, choices)
        step.is_open = is_sent or step.step.id == open_step


def _problems_by_flow(blueprint: Blueprint) -> dict[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for finding in blueprint_problems(blueprint):
        if finding.item == "flow":
            found.setdefault(finding.id, []).append(finding.problem)
    return found


def _tallies(pair: Pair, version: MappingVersion) -> Tallies | None:
    """Today's counts belong to the version in use; others show none."""
    return tallies_today(pair) if version.state == MappingVersion.State.PUBLISHED else None


def _record_fields(found: Flow) -> list[tuple[str, str]]:
    schema = schema_of(found.trigger)
    return [(field.path, field.label) for field in schema.fields] if schema else []
