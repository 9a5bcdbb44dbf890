"""What a blueprint makes of records: its flow, its rules and its mapping, compiled once for many records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mapping.core.blueprint import Blueprint
from mapping.core.compiler import compile_mapping
from mapping.core.difference.outcome import Fate, Outcome
from mapping.core.difference.twins import Twins
from mapping.core.document import to_json
from mapping.core.enrichment import Sources
from mapping.core.evaluate import CompiledMapping, Evaluation
from mapping.core.flows.compiled import compile_flow
from mapping.core.flows.defaults import flow_in_force
from mapping.core.flows.document import Flow, Trigger, flow_to_json
from mapping.core.flows.run import Means, run_flow
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


@dataclass(frozen=True, slots=True)
class _Ready:
    """A record ready to be mapped: by which mapping, from what, and what flow and rules decided."""

    mapping: str
    source: Mapping[str, Any]
    context: Mapping[str, Any]
    decision: Decision
    labels: tuple[str, ...]
    currency: str


class Judge:
    """One blueprint, ready to be asked about records of one task.

    `settings` are the pair's, without what a posting adds; `sources` is where enrich steps look. Raises MappingInvalidError
    when the mapping, a rule or a flow that the task needs cannot run.
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
            self.mapping(task.mapping)

    def outcome(self, record: Record) -> Outcome:
        """What the blueprint makes of a record. Never raises for what is in the record."""
        ready = self.prepare(record)
        if isinstance(ready, Outcome):
            return ready
        return self.concluded(ready, self.mapping(ready.mapping).evaluate(ready.source, ready.context))

    def prepare(self, record: Record) -> _Ready | Outcome:
        """What flow and rules say of the record; an outcome where nothing is left to map."""
        if self.silence or self.flow is None:
            return Outcome("skipped", reasons=(self.silence,))
        source, name, decision = record.source, self.task.mapping, GO
        context: Mapping[str, Any] = {**self.settings, **record.context}
        if self.asks_rules:
            run = run_flow(self.flow, source, context, Means(sources=self.sources, targets=self.targets))
            source, context, decision = run.record, run.context, run.decision
            name = run.uses.get(name, name)
        labels = _labels(decision, self.task, name)
        if decision.outcome == "skip":
            return Outcome("skipped", reasons=_reasons(decision), labels=labels)
        if name not in self.targets:
            return Outcome("failed", reasons=(f"There is no mapping “{name}”.",), labels=labels)
        return _Ready(name, source, context, decision, labels, record.currency)

    def concluded(self, ready: _Ready, made: Evaluation) -> Outcome:
        """The outcome of a record that has been mapped."""
        reasons = tuple(problem.message for problem in made.problems if problem.stops)
        fate: Fate = "failed" if reasons else "made"
        if not reasons and ready.decision.waits:
            fate, reasons = "held", _reasons(ready.decision)
        target = self.targets[ready.mapping]
        return Outcome(fate, made.document, target, ready.currency, reasons, ready.labels)

    def mapping(self, name: str) -> CompiledMapping:
        """The mapping of that name, compiled once."""
        if name not in self._mappings:
            self._mappings[name] = compile_mapping(self.blueprint.mappings[name])
        return self._mappings[name]

    @property
    def asks_rules(self) -> bool:
        """Whether anything looks at a record before it is mapped."""
        return self.task.is_judged and self.flow is not None and self.flow.judges

    def ruling(self) -> str:
        """All that decides what is done with a record before it is mapped, and what mappings read beside it, as text."""
        return _canonical(
            {
                "flow": flow_to_json(self.flow.flow) if self.flow else None,
                "rules": [rule_to_json(rule) for rule in self.blueprint.rules] if self.asks_rules else [],
                "settings": self.settings,
                "targets": self.targets if self._routes else {},
            }
        )

    def mapped(self) -> str:
        """The mappings that may be used for a record, as text: its own, and where rules route, all."""
        names = [name for name in self.targets if self._routes or name == self.task.mapping]
        return _canonical({name: to_json(self.blueprint.mappings[name]) for name in names})

    @property
    def _routes(self) -> bool:
        rules = self.blueprint.rules if self.asks_rules else ()
        return any(effect.kind == "route" for rule in rules for effect in rule.effects)


class Comparison:
    """Two judges of the same task, asked together: what both do alike is done once."""

    def __init__(self, before: Judge, after: Judge) -> None:
        self.before, self.after = before, after
        self._same_ruling = before.ruling() == after.ruling()
        self.are_same = self._same_ruling and before.mapped() == after.mapped()
        self._twins: dict[str, Twins] = {}

    def outcomes(self, record: Record) -> tuple[Outcome, Outcome]:
        """What both blueprints make of the record, the one before and the one after."""
        if not self._same_ruling:
            return self.before.outcome(record), self.after.outcome(record)
        # Rules and enrichment come out alike: only the mappings can make a difference.
        ready = self.before.prepare(record)
        if isinstance(ready, Outcome):
            return ready, self.after.outcome(record)
        if ready.mapping not in self.after.targets:
            return self.before.outcome(record), self.after.outcome(record)
        first, second = self._twin(ready.mapping).evaluate(ready.source, ready.context)
        return self.before.concluded(ready, first), self.after.concluded(ready, second)

    def _twin(self, name: str) -> Twins:
        if name not in self._twins:
            self._twins[name] = Twins(self.before.mapping(name), self.after.mapping(name))
        return self._twins[name]


def _canonical(value: Any) -> str:
    """JSON text that is the same only for the same values."""
    return json.dumps(value, sort_keys=True, default=str)


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
