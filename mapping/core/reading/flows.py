"""Flows out of JSON."""

from __future__ import annotations

from typing import Any, cast

from mapping.core.flows.document import MODES, STEP_KINDS, TRIGGERS, Flow, Mode, Step, StepKind, Trigger
from mapping.core.reading.form import Form


def flow_of(form: Form, value: Any, where: str) -> Flow:
    """One flow; faults go to `form`."""
    data = form.object(value, where)
    seen: set[str] = set()
    return Flow(
        id=form.id(data, where),
        name=form.text(data, "name", where),
        trigger=cast(Trigger, form.choice(data, "trigger", where, TRIGGERS)),
        mode=cast(Mode, form.choice(data, "mode", where, MODES, "on")),
        steps=tuple(
            _step(form, item, f"Step {number} of {where.lower()}", seen)
            for number, item in enumerate(form.list(data, "steps", where), 1)
        ),
        note=form.text(data, "note", where),
    )


def _step(form: Form, value: Any, where: str, seen: set[str]) -> Step:
    data = form.object(value, where)
    step_id = form.id(data, where)
    if step_id in seen:
        form.fault(f"{where} has the id “{step_id}” of an earlier step: ids must differ.")
    seen.add(step_id)
    return Step(
        id=step_id,
        kind=cast(StepKind, form.choice(data, "kind", where, STEP_KINDS)),
        settings=form.free(form.object(data.get("settings", {}), f"The settings of {where.lower()}"), where),
        enabled=form.flag(data, "enabled", where, default=True),
        note=form.text(data, "note", where),
    )
