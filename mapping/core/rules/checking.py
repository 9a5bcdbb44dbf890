"""Static checks of rules: what can be known to go wrong before any record is judged, all of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from mapping.core.coercion import coercion
from mapping.core.conditions import ConditionError
from mapping.core.conditions.records import compile_record_condition, unknown_field
from mapping.core.paths import PathError, parse_path
from mapping.core.problems import Problem, TransformError
from mapping.core.rules.document import EFFECT_KINDS, Effect, Rule
from mapping.core.rules.reachability import unreachable
from mapping.core.schemas.schema import Field, Schema

ROLES: Final = ("operator", "administrator")
LONGEST_TAG: Final = 40
NOT_TO_BE_SET: Final = frozenset(
    {"number", "placed_at", "currency", "total", "amount", "vendor_tx_code", "taken_at"}
)
"""What identifies a record or says what was paid: a rule may judge it, but not change it."""


def check_rules(
    rules: Sequence[Rule], schemas: Sequence[Schema], mappings: Collection[str]
) -> tuple[Problem, ...]:
    """Everything wrong or doubtful in the rules; `row` of each problem is the rule's id.

    `schemas`: the records the rules are asked of; `mappings`: the names a route may lead to.
    """
    return (
        *(problem for rule in rules for problem in _rule_problems(rule, schemas, mappings)),
        *_duplicates(rules),
        *_unreachable(rules),
    )


def _rule_problems(rule: Rule, schemas: Sequence[Schema], mappings: Collection[str]) -> Iterator[Problem]:
    if not rule.name.strip():
        yield Problem("A rule needs a name that says what it is for.", rule.id)
    yield from condition_problems(rule.when, schemas, rule.id)
    if not rule.effects:
        yield Problem(f"The rule “{rule.name}” does nothing: choose what shall happen.", rule.id)
    for position, effect in enumerate(rule.effects):
        where = f"effects[{position}]"
        yield from (Problem(words, rule.id, where) for words in _effect_faults(effect, schemas, mappings))
    kinds = {effect.kind for effect in rule.effects}
    if "skip" in kinds and kinds & {"hold", "require_approval"}:
        yield Problem(
            f"The rule “{rule.name}” both skips and holds: the record is skipped, so there is nothing to let go.",
            rule.id, "effects", "warning",
        )  # fmt: skip


def condition_problems(
    text: str, schemas: Sequence[Schema], row: str, target: str = "when"
) -> Iterator[Problem]:
    """What is wrong with a condition for records of any of the schemas: it does not parse, or names unknown fields."""
    if not text.strip():
        return
    faults: list[list[str]] = []
    for schema in schemas or (None,):
        try:
            when = compile_record_condition(text, schema)
        except (ConditionError, PathError) as error:
            faults.append([str(error)])
            continue
        paths = when.condition.paths.values() if schema else ()
        faults.append([words for path in paths if schema and (words := unknown_field(path, schema))])
    # It is enough that one kind of record has all the fields.
    fewest = min(faults, key=len)
    yield from (Problem(words, row, target) for words in dict.fromkeys(fewest))


def _effect_faults(effect: Effect, schemas: Sequence[Schema], mappings: Collection[str]) -> Iterator[str]:
    if effect.kind not in EFFECT_KINDS:
        yield f"“{effect.kind}” is nothing a rule can do; it can {', '.join(EFFECT_KINDS)}."
    elif effect.kind == "route":
        yield from _route_faults(effect.value, mappings)
    elif effect.kind == "tag":
        yield from _tag_faults(effect.value)
    elif effect.kind == "require_approval" and effect.value not in ROLES:
        yield "Say who may approve: operator or administrator."
    elif effect.kind == "set_field":
        yield from _set_faults(effect, schemas)


def _route_faults(value: Any, mappings: Collection[str]) -> Iterator[str]:
    if not value:
        yield "Choose the mapping that shall be used instead."
    elif value not in mappings:
        yield f"There is no mapping “{value}” to use instead: choose one of {', '.join(sorted(mappings))}."


def _tag_faults(value: Any) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield "Write the label to put on the record."
    elif len(value) > LONGEST_TAG:
        yield f"A label has at most {LONGEST_TAG} characters; this one has {len(value)}."


def _set_faults(effect: Effect, schemas: Sequence[Schema]) -> Iterator[str]:
    if not effect.target:
        yield "Choose the field to set."
        return
    try:
        path = parse_path(effect.target)
    except PathError as error:
        yield str(error)
        return
    if path.namespace:
        yield f"“{effect.target}” is not a field of the record: a rule sets fields of the record only."
    elif path.leaf in NOT_TO_BE_SET:
        yield f"“{effect.target}” says what was sold or paid: a rule may judge it, but not change it."
    elif schemas:
        yield from _type_faults(effect, schemas)


def _type_faults(effect: Effect, schemas: Sequence[Schema]) -> Iterator[str]:
    fields = [field for schema in schemas if (field := schema.field(effect.target)) is not None]
    if not fields:
        yield next(words for schema in schemas if (words := unknown_field(parse_path(effect.target), schema)))
    elif all(_misfit(field, effect.value) for field in fields):
        yield _misfit(fields[0], effect.value)


def _misfit(field: Field, value: Any) -> str:
    label = field.label or field.path
    if value is None:
        return f"Write the value “{label}” shall have."
    if field.type in ("object", "list"):
        return f"“{label}” has fields of its own: set one of those."
    if field.choices and value not in field.choices:
        return f"“{label}” can be {' or '.join(field.choices)}, not “{value}”."
    try:
        coercion(field)(value)
    except TransformError as problem:
        return f"“{value}” does not fit “{label}”: {problem}"
    return ""


def _duplicates(rules: Sequence[Rule]) -> Iterator[Problem]:
    names = Counter(rule.name.strip().casefold() for rule in rules if rule.name.strip())
    ids = Counter(rule.id for rule in rules)
    for rule in rules:
        if names[rule.name.strip().casefold()] > 1:
            yield Problem(
                f"Two rules are called “{rule.name}”: give each a name of its own.", rule.id, "name"
            )
    for rule_id, count in ids.items():
        if count > 1:
            yield Problem(f"{count} rules have the id “{rule_id}”: ids must differ.", rule_id, "id")


def _unreachable(rules: Sequence[Rule]) -> Iterator[Problem]:
    for found in unreachable(rules):
        yield Problem(
            f"The rule “{found.rule.name}” is never asked: “{found.by.name}” above it stops every record it is for. "
            "Move it up, or let the rule above go on.",
            found.rule.id,
            severity="warning",
        )
