"""Asking the rules of a record: from the top, until one that applies says stop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapping.core.conditions import ConditionError
from mapping.core.conditions.records import RecordCondition, compile_record_condition
from mapping.core.paths import PathError
from mapping.core.problems import MappingInvalidError, Problem, TransformError
from mapping.core.rules.decision import GO, Decision, Reason, combined
from mapping.core.rules.document import Effect, Rule
from mapping.core.schemas.schema import Schema


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to be asked; `when` None means always."""

    rule: Rule
    when: RecordCondition | None


CompiledRules = tuple[CompiledRule, ...]


def compile_rules(rules: Iterable[Rule], schema: Schema | None) -> CompiledRules:
    """The rules that concern records of `schema`, ready to be asked. None: nothing is known of the records.

    A rule concerns a record only if the record has all fields the rule reads: one about `lines` is not asked of a
    payment. Rules switched off are left out. Raises MappingInvalidError for conditions that do not parse.
    """
    compiled, problems = [], []
    for rule in rules:
        if not rule.enabled:
            continue
        try:
            when = compile_record_condition(rule.when, schema) if rule.when.strip() else None
        except (ConditionError, PathError) as error:
            problems.append(Problem(str(error), rule.id))
            continue
        if when is None or schema is None or _concerns(when, schema):
            compiled.append(CompiledRule(rule, when))
    if problems:
        raise MappingInvalidError(problems)
    return tuple(compiled)


def _concerns(when: RecordCondition, schema: Schema) -> bool:
    return all(schema.field(str(path)) is not None for path in when.fields)


def decide(
    rules: Sequence[CompiledRule],
    record: Mapping[str, Any],
    context: Mapping[str, Any],
    *,
    only: Sequence[str] = (),
) -> Decision:
    """What the rules say of a record; `only` limits them to these ids.

    All rules see the record as it came: what one sets holds for the steps that follow, not for the rules below. A rule
    that cannot be judged holds the record, with the reason, rather than let it pass.
    """
    decision = GO
    asked: list[str] = []
    for compiled in rules:
        rule = compiled.rule
        if only and rule.id not in only:
            continue
        asked.append(rule.id)
        try:
            applies = compiled.when is None or compiled.when.holds(record, context)
        except TransformError as problem:
            decision = combined(
                decision, Decision("hold", reasons=(Reason(rule.id, _unjudged(rule, problem)),))
            )
            continue
        if applies:
            decision = combined(decision, _effect_of(rule))
            if rule.stop:
                break
    return combined(decision, Decision(asked=tuple(asked)))


def _unjudged(rule: Rule, problem: TransformError) -> str:
    return f"The rule “{rule.name}” cannot be judged: {problem}"


def _effect_of(rule: Rule) -> Decision:
    decision = GO
    for effect in rule.effects:
        decision = combined(decision, _decision_of(effect, rule))
    return decision


def _decision_of(effect: Effect, rule: Rule) -> Decision:
    words = effect.reason.strip()
    reasons = (Reason(rule.id, words or f"Rule “{rule.name}”."),)
    if effect.kind == "hold":
        return Decision("hold", reasons=reasons)
    if effect.kind == "skip":
        return Decision("skip", reasons=reasons)
    if effect.kind == "require_approval":
        return Decision("approve", role=str(effect.value or "operator"), reasons=reasons)
    said = reasons if words else ()
    if effect.kind == "route":
        return Decision(routes=(str(effect.value),), reasons=said)
    if effect.kind == "tag":
        return Decision(tags=(str(effect.value),), reasons=said)
    return Decision(sets={effect.target: effect.value}, reasons=said)
