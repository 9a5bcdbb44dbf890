"""A flow made ready to run: its conditions, checks and rules compiled once for many records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mapping.core.conditions import ConditionError
from mapping.core.conditions.records import RecordCondition, compile_record_condition
from mapping.core.flows.document import Flow, Step, Trigger
from mapping.core.paths import PathError
from mapping.core.problems import MappingInvalidError, Problem
from mapping.core.rules.document import Rule
from mapping.core.rules.evaluation import CompiledRules, compile_rules
from mapping.core.schemas import SOURCES
from mapping.core.schemas.schema import Schema

SOURCE_OF_TRIGGER: Final[Mapping[Trigger, str]] = {
    "order_received": "shop:order",
    "payment_received": "payment",
    "refund_received": "refund",
    "settlement_received": "settlement:line",
}
"""The schema of the record each trigger brings; the other triggers bring records nothing is declared of."""


def schema_of(trigger: str) -> Schema | None:
    """The schema of the records a trigger brings, or None when nothing is known of them."""
    name = next((name for known, name in SOURCE_OF_TRIGGER.items() if known == trigger), "")
    return SOURCES.get(name)


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """A check of a validate step."""

    must: RecordCondition
    otherwise: str
    stops: bool


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step ready to run; which of the parts are there depends on its kind."""

    step: Step
    when: RecordCondition | None = None
    rules: CompiledRules = ()
    checks: tuple[CompiledCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledFlow:
    """A flow ready to run, switched-off steps included: they show as skipped."""

    flow: Flow
    steps: tuple[CompiledStep, ...]

    @property
    def judges(self) -> bool:
        """Whether any step looks at the record before it is mapped; if none does, every record goes."""
        return any(_judges(step) for step in self.steps)

    def of_kind(self, kind: str) -> tuple[CompiledStep, ...]:
        """The steps of one kind that are switched on, in order."""
        return tuple(step for step in self.steps if step.step.kind == kind and step.step.enabled)


def _judges(step: CompiledStep) -> bool:
    if not step.step.enabled:
        return False
    return step.step.kind in ("enrich", "validate", "approve") or bool(step.rules)


def compile_flow(flow: Flow, rules: Sequence[Rule]) -> CompiledFlow:
    """Make a flow ready to run with the rules of its blueprint. Raises MappingInvalidError with all faults."""
    compiler = _Compiler(schema_of(flow.trigger), rules)
    steps = tuple(compiler.step(step) for step in flow.steps)
    if compiler.problems:
        raise MappingInvalidError(compiler.problems)
    return CompiledFlow(flow, steps)


class _Compiler:
    def __init__(self, schema: Schema | None, rules: Sequence[Rule]) -> None:
        self.schema = schema
        self.rules = rules
        self.problems: list[Problem] = []

    def step(self, step: Step) -> CompiledStep:
        settings = step.settings
        if step.kind == "rules":
            return CompiledStep(step, rules=self._rules(settings.get("only") or ()))
        if step.kind == "validate":
            return CompiledStep(step, checks=self._checks(step))
        return CompiledStep(step, when=self._condition(str(settings.get("when") or ""), step.id))

    def _rules(self, only: Sequence[str]) -> CompiledRules:
        wanted = [rule for rule in self.rules if not only or rule.id in only]
        try:
            return compile_rules(wanted, self.schema)
        except MappingInvalidError as error:
            self.problems.extend(error.problems)
            return ()

    def _checks(self, step: Step) -> tuple[CompiledCheck, ...]:
        return tuple(
            CompiledCheck(must, str(check.get("otherwise") or ""), check.get("effect", "stop") == "stop")
            for check in _objects(step.settings.get("checks"))
            if (must := self._condition(str(check.get("must") or ""), step.id)) is not None
        )

    def _condition(self, text: str, step: str) -> RecordCondition | None:
        if not text.strip():
            return None
        try:
            return compile_record_condition(text, self.schema)
        except (ConditionError, PathError) as error:
            self.problems.append(Problem(str(error), step))
            return None


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []
