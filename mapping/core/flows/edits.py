"""Changing a flow: each edit gives a new flow, the old one stays as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from mapping.core.flows.document import Flow, Step, StepKind

_ODD: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40


def free_id(words: str, taken: Collection[str]) -> str:
    """An id made of `words` that is not `taken` yet: "Large orders" → "large-orders", "large-orders-2"."""
    base = _ODD.sub("-", words.lower()).strip("-")[:_LONGEST].strip("-") or "flow"
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base}-{number}"
    return found


def with_new_step(flow: Flow, kind: StepKind, at: int | None = None) -> tuple[Flow, Step]:
    """The flow with one more step, at a place or last, and that step."""
    step = Step(free_id(kind, _ids(flow)), kind, initial_settings(kind))
    steps = list(flow.steps)
    steps.insert(len(steps) if at is None else at, step)
    return replace(flow, steps=tuple(steps)), step


def with_step_copied(flow: Flow, step_id: str) -> tuple[Flow, Step]:
    """The flow with a copy of a step right behind it. Raises KeyError."""
    place = place_of(flow, step_id)
    copy = replace(flow.steps[place], id=free_id(flow.steps[place].kind, _ids(flow)))
    return replace(flow, steps=(*flow.steps[: place + 1], copy, *flow.steps[place + 1 :])), copy


def with_step(flow: Flow, step: Step) -> Flow:
    """The flow with `step` in the place of the one with its id. Raises KeyError."""
    place = place_of(flow, step.id)
    return replace(flow, steps=(*flow.steps[:place], step, *flow.steps[place + 1 :]))


def without_step(flow: Flow, step_id: str) -> Flow:
    """The flow without a step. Raises KeyError."""
    place = place_of(flow, step_id)
    return replace(flow, steps=(*flow.steps[:place], *flow.steps[place + 1 :]))


def with_step_moved(flow: Flow, step_id: str, to: int) -> Flow:
    """The flow with a step at the place `to`, as near as the flow's ends allow. Raises KeyError."""
    steps = list(flow.steps)
    step = steps.pop(place_of(flow, step_id))
    steps.insert(min(max(to, 0), len(steps)), step)
    return replace(flow, steps=tuple(steps))


def copied_flow(flow: Flow, taken: Iterable[str]) -> Flow:
    """A copy with an id of its own, switched off: two flows on one trigger would book everything twice."""
    return replace(flow, id=free_id(flow.id, set(taken)), name=f"{flow.name}, copy", mode="off")


def initial_settings(kind: StepKind) -> Mapping[str, Any]:
    """What a new step starts with: settings that do nothing by surprise."""
    return dict(_INITIAL.get(kind, {}))


def place_of(flow: Flow, step_id: str) -> int:
    """Where the step stands, from 0. Raises KeyError."""
    for place, step in enumerate(flow.steps):
        if step.id == step_id:
            return place
    raise KeyError(step_id)


def _ids(flow: Flow) -> set[str]:
    return {step.id for step in flow.steps}


_INITIAL: Final[dict[StepKind, dict[str, Any]]] = {
    "enrich": {"what": "customer", "into": "customer"},
    "validate": {"checks": []},
    "rules": {"only": []},
    "approve": {"when": "", "role": "operator"},
    "notify": {"channel": "shop"},
}
