"""Changing the flows of a draft. Each act is one change that can be undone, and carries the revision it was based on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from integrations.members.access import MemberRequest, pair_required
from integrations.models import Pair, Role
from mapping.core.blueprint import completed
from mapping.core.flows.document import Flow, Mode, Step, StepKind, Trigger, flow_to_json
from mapping.core.flows.edits import (
    copied_flow,
    free_id,
    with_new_step,
    with_step,
    with_step_copied,
    with_step_moved,
    without_step,
)
from mapping.core.flows.wording import MODE_WORDS, step_title
from mapping.forms.flows import FlowForm, ModeForm, MoveForm, NewFlowForm, NewStepForm, first_error, step_form
from mapping.models import MappingVersion
from mapping.selectors import effective_blueprint, published_blueprint, version_blueprint
from mapping.views.common import version_of
from mapping.views.drafting import change_draft
from mapping.views.flows import choices_of, flow_of, flow_page, flows_page


@require_POST
@pair_required(Role.ADMINISTRATOR)
def add(request: MemberRequest, pair: Pair, number: int) -> HttpResponse:
    """A new flow, switched off until it is ready."""
    version, form = version_of(pair, number), NewFlowForm(request.POST)
    if not form.is_valid():
        return flows_page(request, pair, version, form)
    taken = {flow.id for flow in effective_blueprint(version).flows}
    name = form.cleaned_data["name"]
    made = Flow(free_id(name, taken), name, cast(Trigger, form.cleaned_data["trigger"]), mode="off")
    if not change_draft(request, version, f"Add the flow {name}", _puts(version, made)):
        return redirect("mapping-flows", pair.slug, number)
    return redirect("mapping-flow", pair.slug, number, made.id)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def change(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """Another name, trigger or note."""
    version = version_of(pair, number)
    found, form = flow_of(effective_blueprint(version), flow_id), FlowForm(request.POST)
    if not form.is_valid():
        return flow_page(request, pair, version, found, sent_flow=form)
    changed = replace(found, **form.cleaned_data)
    change_draft(request, version, f"Change the flow {changed.name}", _puts(version, changed))
    return redirect("mapping-flow", pair.slug, number, flow_id)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def mode(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """On, off or shadow."""
    version, form = version_of(pair, number), ModeForm(request.POST)
    found = flow_of(effective_blueprint(version), flow_id)
    if form.is_valid():
        wanted = cast(Mode, form.cleaned_data["mode"])
        label = f"Switch {found.name} to {MODE_WORDS[wanted].title.lower()}"
        change_draft(request, version, label, _puts(version, replace(found, mode=wanted)))
    else:
        messages.error(request, first_error(form))
    if request.POST.get("next") == "flow":
        return redirect("mapping-flow", pair.slug, number, flow_id)
    return redirect("mapping-flows", pair.slug, number)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def move(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """To another place in the list."""
    version, form = version_of(pair, number), MoveForm(request.POST)
    found = flow_of(effective_blueprint(version), flow_id)
    if form.is_valid():
        puts = _puts(version, found, at=form.cleaned_data["to"])
        change_draft(request, version, f"Move the flow {found.name}", puts)
    return redirect("mapping-flows", pair.slug, number)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def copy(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """A copy, switched off."""
    version = version_of(pair, number)
    blueprint = effective_blueprint(version)
    made = copied_flow(flow_of(blueprint, flow_id), [flow.id for flow in blueprint.flows])
    change_draft(request, version, f"Copy the flow {flow_id}", _puts(version, made))
    return redirect("mapping-flows", pair.slug, number)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def remove(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """Take a flow out; undo brings it back."""
    version = version_of(pair, number)
    found = flow_of(effective_blueprint(version), flow_id)
    if _comes_back(version, found):
        words = f"No {found.name.lower()} may be forgotten: without this flow the shipped one would do their work. Switch it off instead."
        messages.warning(request, words)
    else:
        drop = {"op": "drop", "item": "flow", "id": found.id}
        change_draft(request, version, f"Remove the flow {found.name}", [drop])
    return redirect("mapping-flows", pair.slug, number)


def _comes_back(version: MappingVersion, found: Flow) -> bool:
    """Whether a flow the product ships with would stand in for it: none of a shipped trigger is ever missing."""
    own = version_blueprint(version)
    left = replace(own, flows=tuple(flow for flow in own.flows if flow.id != found.id))
    triggers = [flow.trigger for flow in completed(left, published_blueprint(None)).flows]
    return found.trigger in triggers and found.trigger not in [flow.trigger for flow in left.flows]


@require_POST
@pair_required(Role.ADMINISTRATOR)
def add_step(request: MemberRequest, pair: Pair, number: int, flow_id: str) -> HttpResponse:
    """One more step; its settings are open at once."""
    version, form = version_of(pair, number), NewStepForm(request.POST)
    found = flow_of(effective_blueprint(version), flow_id)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("mapping-flow", pair.slug, number, flow_id)
    changed, step = with_new_step(found, cast(StepKind, form.cleaned_data["kind"]), form.cleaned_data["at"])
    return _changed(request, version, changed, f"Add the step {step_title(step)}", open_step=step.id)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def change_step(request: MemberRequest, pair: Pair, number: int, flow_id: str, step_id: str) -> HttpResponse:
    """Other settings of a step."""
    version = version_of(pair, number)
    blueprint = effective_blueprint(version)
    found = flow_of(blueprint, flow_id)
    form = step_form(step_of(found, step_id), choices_of(blueprint, found), request.POST)
    if not form.is_valid():
        return flow_page(request, pair, version, found, sent_step=form)
    step = form.changed_step()
    return _changed(request, version, with_step(found, step), f"Change the step {step_title(step)}")


@require_POST
@pair_required(Role.ADMINISTRATOR)
def move_step(request: MemberRequest, pair: Pair, number: int, flow_id: str, step_id: str) -> HttpResponse:
    """To another place in the flow."""
    version, form = version_of(pair, number), MoveForm(request.POST)
    found = flow_of(effective_blueprint(version), flow_id)
    step = step_of(found, step_id)
    if not form.is_valid():
        messages.error(request, first_error(form))
        return redirect("mapping-flow", pair.slug, number, flow_id)
    moved = with_step_moved(found, step_id, form.cleaned_data["to"])
    return _changed(request, version, moved, f"Move the step {step_title(step)}")


@require_POST
@pair_required(Role.ADMINISTRATOR)
def copy_step(request: MemberRequest, pair: Pair, number: int, flow_id: str, step_id: str) -> HttpResponse:
    """The same step once more, right behind it."""
    version = version_of(pair, number)
    found = flow_of(effective_blueprint(version), flow_id)
    step = step_of(found, step_id)
    changed, made = with_step_copied(found, step_id)
    return _changed(request, version, changed, f"Copy the step {step_title(step)}", open_step=made.id)


@require_POST
@pair_required(Role.ADMINISTRATOR)
def remove_step(request: MemberRequest, pair: Pair, number: int, flow_id: str, step_id: str) -> HttpResponse:
    """Take a step out."""
    version = version_of(pair, number)
    found = flow_of(effective_blueprint(version), flow_id)
    step = step_of(found, step_id)
    return _changed(request, version, without_step(found, step_id), f"Remove the step {step_title(step)}")


def _changed(
    request: MemberRequest, version: MappingVersion, flow: Flow, label: str, *, open_step: str = ""
) -> HttpResponse:
    """Keep the changed flow, then its page again, with the settings of one step open if wanted."""
    change_draft(request, version, label, _puts(version, flow))
    page = reverse("mapping-flow", args=[request.access.pair.slug, version.number, flow.id])
    return redirect(f"{page}?step={open_step}#step-{open_step}" if open_step else page)


def step_of(flow: Flow, step_id: str) -> Step:
    """The step with that id. Raises Http404."""
    for step in flow.steps:
        if step.id == step_id:
            return step
    raise Http404(f"There is no step “{step_id}” in this flow.")


def _puts(version: MappingVersion, flow: Flow, *, at: int | None = None) -> list[dict[str, Any]]:
    """The change that keeps `flow`. One that was only shipped so far becomes the version's own, all of them in their order."""
    own = {one.id for one in version_blueprint(version).flows}
    shipped = [one for one in effective_blueprint(version).flows if one.id not in own | {flow.id}]
    kept = (
        [{"op": "put", "item": "flow", "id": one.id, "value": flow_to_json(one)} for one in shipped]
        if at is not None
        else []
    )
    place = {} if at is None else {"at": at}
    return [*kept, {"op": "put", "item": "flow", "id": flow.id, "value": flow_to_json(flow), **place}]
