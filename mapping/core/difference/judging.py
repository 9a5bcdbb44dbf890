"""What a blueprint makes of records: its flow, its rules and its mapping, compiled once for many records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mapping.core.blueprint import Blueprint
from mapping.core.compiler import compile_mapping
from mapping.core.difference.outcome import Fate, Outcome
from mapping.core.document import to_json
from mapping.core.enrichment import Sources
from mapping.core.evaluate import CompiledMapping
from mapping.core.flows.compiled import compile_flow
from mapping.core.flows.defaults import flow_in_force
from mapping.core.flows.document import Flow, Trigger, flow_to_json
from mapping.core.flows.run import run_flow
from mapping.core.rules.decision import GO, Decision
from mapping.core.rules.document import rule_to_json
from mapping.core.tables import as_context


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked of a blueprint: the document that the flow of `trigger` makes by its step for `mapping`.

    `is_judged`: whether rules are asked of the record; they are asked of an order, not once more of its customer.
    """

    trigger: Trigger
    mapping: str
    is_judged: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """One stored record as the mappings see it. `context` is what its posting adds to the pair's settings, `currency` that of
    amounts whose document names none."""

    id: int
    number: str
    source: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict)
    currency: str = ""


class Judge:
    """One blueprint, ready to be asked about records of one task.

    `settings` are the pair's, without what a posting adds; `sources` is where enrich steps look. Raises MappingInvalidError when the mapping, a rule or a flow
    that the task needs cannot run.
    """

    def __init__(
        self, blueprint: Blueprint, task: Task, settings: Mapping[str, Any], sources: Sources | None = None
    ) -> None:
        self.blueprint, self.task = blueprint, task
        self.sources = replace(sources or Sources(), tables=blueprint.tables)
        self.settings = {**settings, **as_context(blueprint.tables)}
        self.targets = {name: document.target for name, document in blueprint.mappings.items()}
        flow = flow_in_force(blueprint.flows, task.trigger)
        self.flow = compile_flow(flow, blueprint.rules) if flow else None
        self.silence = _silence(flow, task)
        self._mappings: dict[str, CompiledMapping] = {}
        if not self.silence and task.mapping in self.targets:
            self._mapping(task.mapping)

    def outcome(self, record: Record) -> Outcome:
        """What the blueprint makes of a record. Never raises for what is in the record."""
        if self.silence or self.flow is None:
            return Outcome("skipped", reasons=(self.silence,))
        context = {**self.settings, **record.context}
        source, name, decision = record.source, self.task.mapping, GO
        if self.task.is_judged and self.flow.judges:
            run = run_flow(self.flow, source, context, None, self.sources, self.targets)
            source, context, decision = run.record, dict(run.context), run.decision
            name = run.uses.get(name, name)
        if decision.outcome == "skip":
            return Outcome("skipped", reasons=_reasons(decision), labels=_labels(decision, self.task, name))
        return self._mapped(name, source, context, decision, record.currency)

    def _mapped(
        self,
        name: str,
        source: Mapping[str, Any],
        context: Mapping[str, Any],
        decision: Decision,
        currency: str,
    ) -> Outcome:
        labels = _labels(decision, self.task, name)
        if name not in self.targets:
            return Outcome("failed", reasons=(f"There is no mapping “{name}”.",), labels=labels)
        made = self._mapping(name).evaluate(source, context)
        reasons = tuple(problem.message for problem in made.problems if problem.stops)
        fate: Fate = "failed" if reasons else "made"
        if not reasons and decision.waits:
            fate, reasons = "held", _reasons(decision)
        return Outcome(fate, made.document, self.targets[name], currency, reasons, labels)

    def _mapping(self, name: str) -> CompiledMapping:
        if name not in self._mappings:
            self._mappings[name] = compile_mapping(self.blueprint.mappings[name])
        return self._mappings[name]

    def parts(self) -> str:
        """All that the outcome of any record depends on beside the record and the settings, as canonical text."""
        document = self.blueprint.mappings.get(self.task.mapping)
        rules = [rule_to_json(rule) for rule in self.blueprint.rules] if self._asks_rules() else []
        routed = any(effect["kind"] == "route" for rule in rules for effect in rule["effects"])
        mappings = self.blueprint.mappings if routed else {self.task.mapping: document} if document else {}
        return json.dumps(
            {
                "flow": flow_to_json(self.flow.flow) if self.flow else None,
                "rules": rules,
                "mappings": {name: to_json(mapping) for name, mapping in mappings.items()},
                "tables": self.settings["tables"],
            },
            sort_keys=True,
            default=str,
        )

    def _asks_rules(self) -> bool:
        return self.task.is_judged and self.flow is not None and self.flow.judges


def make_the_same(before: Judge, after: Judge) -> bool:
    """Whether both are known to make the same of every record, so that none need be evaluated."""
    return before.task == after.task and before.parts() == after.parts()


def _silence(flow: Flow | None, task: Task) -> str:
    """Why the flow makes no document of any record; empty when it does."""
    if flow is None:
        return "No flow is set off by these records."
    if flow.mode != "on":
        words = "is off" if flow.mode == "off" else "runs in shadow only"
        return f"The flow “{flow.name}” {words}."
    steps = [step for step in flow.steps if step.enabled]
    if not any(step.kind == "map" and step.settings.get("mapping") == task.mapping for step in steps):
        return f"No step of the flow “{flow.name}” uses the mapping “{task.mapping}”."
    if not any(step.kind == "post" for step in steps):
        return f"The flow “{flow.name}” posts nothing."
    return ""


def _reasons(decision: Decision) -> tuple[str, ...]:
    return tuple(reason.words for reason in decision.reasons)


def _labels(decision: Decision, task: Task, name: str) -> tuple[str, ...]:
    routed = (f"Mapping: {name}",) if name != task.mapping else ()
    return (*decision.tags, *routed)
