"""Static checks of flows: steps out of order, settings that are missing, mappings and rules that do not exist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from mapping.core.conditions.records import unknown_field
from mapping.core.enrichment import WHATS
from mapping.core.flows.compiled import schema_of
from mapping.core.flows.document import MODES, STEP_KINDS, TRIGGERS, Flow, Step
from mapping.core.flows.texts import fields_of
from mapping.core.paths import Path, PathError, parse_path
from mapping.core.problems import Problem
from mapping.core.rules.checking import ROLES, check_rules, condition_problems
from mapping.core.rules.document import Rule
from mapping.core.schemas.schema import Schema

CHANNELS: Final = ("shop", "customer", "chat", "email")
MAKES: Final[Mapping[str, Mapping[str, str]]] = {
    "order_received": {"xero:Contact": "a contact", "xero:Invoice": "an invoice"},
    "payment_received": {"xero:Payment": "a payment"},
    "refund_received": {"xero:CreditNote": "a credit note", "xero:Payment": "a payment"},
}
"""The documents that a posted record of a trigger needs, by target: Xero takes no invoice without its contact."""
RUNNING: Final = frozenset({"order_received", "payment_received", "refund_received"})
"""The triggers something in the product sets off today."""
_CUSTOMER_IS_TOLD_OF: Final = frozenset({"payment_received", "refund_received"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the steps of a flow may name: mappings with their targets, tables, rules."""

    mappings: Mapping[str, str]
    tables: Collection[str] = ()
    rules: Sequence[Rule] = ()


def check_flows(flows: Sequence[Flow], around: Surroundings) -> tuple[Problem, ...]:
    """Everything wrong or doubtful; `row` of each problem is the flow's id and `target` the step's."""
    return (
        *(problem for flow in flows for problem in _flow_problems(flow, around)),
        *_twice(flows),
    )


def check_flows_and_rules(flows: Sequence[Flow], around: Surroundings) -> tuple[Problem, ...]:
    """The flows, and the rules as the records of these flows see them; problems of rules have the rule's id as row."""
    asking = [flow for flow in flows if any(step.kind == "rules" for step in flow.steps)]
    schemas = [schema for flow in asking if (schema := schema_of(flow.trigger)) is not None]
    unique = list({schema.name: schema for schema in schemas}.values())
    return (*check_rules(around.rules, unique, set(around.mappings)), *check_flows(flows, around))


def _flow_problems(flow: Flow, around: Surroundings) -> Iterator[Problem]:
    if not flow.name.strip():
        yield Problem("A flow needs a name that says what it is for.", flow.id)
    if flow.trigger not in TRIGGERS:
        yield Problem(f"“{flow.trigger}” starts no flow; there are {', '.join(TRIGGERS)}.", flow.id)
    if flow.mode not in MODES:
        yield Problem("A flow is on, off or in shadow.", flow.id)
    if flow.trigger in TRIGGERS and flow.trigger not in RUNNING and flow.mode != "off":
        yield Problem(
            "Nothing sets this flow off yet: it does nothing while it is on.", flow.id, "", "warning"
        )
    for step_id, count in Counter(step.id for step in flow.steps).items():
        if count > 1:
            yield Problem(f"{count} steps have the id “{step_id}”: ids must differ.", flow.id, step_id)
    for words, step in _order_faults(flow):
        yield Problem(words, flow.id, step.id)
    yield from _target_problems(flow, around)
    schema = schema_of(flow.trigger)
    for step in flow.steps:
        yield from _step_problems(flow, step, around, schema)


def _target_problems(flow: Flow, around: Surroundings) -> Iterator[Problem]:
    """Each document that the books need is mapped, by one step."""
    maps = [step for step in flow.steps if step.kind == "map" and step.enabled]
    if not any(step.kind == "post" and step.enabled for step in flow.steps):
        return
    targets = [around.mappings.get(str(step.settings.get("mapping", ""))) for step in maps]
    for target, document in MAKES.get(flow.trigger, {}).items():
        if target not in targets:
            yield Problem(f"No step maps {document}, which Xero needs: add a map step for it.", flow.id)
        elif targets.count(target) > 1:
            last = maps[len(targets) - 1 - targets[::-1].index(target)]
            words = f"Two steps map {document}: let rules route to the other mapping instead."
            yield Problem(words, flow.id, last.id)


def _order_faults(flow: Flow) -> Iterator[tuple[str, Step]]:
    """Judging comes before mapping, mapping and approval before posting, and posting happens once."""
    seen: list[str] = []
    for step in flow.steps:
        if not step.enabled:
            continue
        if step.kind == "post" and "post" in seen:
            yield "A flow posts once: take one of the post steps out.", step
        elif step.kind == "post" and "map" not in seen:
            yield "There is nothing to post yet: a map step has to come before.", step
        if step.kind in ("map", "approve", "validate", "rules", "enrich") and "post" in seen:
            yield f"This {step.kind} step comes after posting, too late: move it up.", step
        elif step.kind in ("validate", "rules", "enrich") and "map" in seen:
            yield f"This {step.kind} step comes after mapping and has no effect on it: move it up.", step
        seen.append(step.kind)
    if "map" in seen and "post" not in seen and flow.mode != "off":
        last = next(step for step in reversed(flow.steps) if step.kind == "map")
        yield (
            "Documents are made, but no step posts them: add a post step, or switch the flow to shadow.",
            last,
        )


def _step_problems(flow: Flow, step: Step, around: Surroundings, schema: Schema | None) -> Iterator[Problem]:
    if step.kind not in STEP_KINDS:
        yield Problem(f"“{step.kind}” is no step; there are {', '.join(STEP_KINDS)}.", flow.id, step.id)
        return
    check = _CHECKS.get(step.kind)
    if check is not None:
        yield from (Problem(words, flow.id, step.id) for words in check(flow, step.settings, around, schema))
    schemas = [schema] if schema else []
    for text in _conditions(step):
        for problem in condition_problems(text, schemas, flow.id):
            yield Problem(problem.message, flow.id, step.id)


def _conditions(step: Step) -> list[str]:
    if step.kind == "validate":
        return [str(check.get("must") or "") for check in _objects(step.settings.get("checks"))]
    return [str(step.settings.get("when") or "")]


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


_Settings = Mapping[str, Any]


def _enrich(flow: Flow, settings: _Settings, around: Surroundings, schema: Schema | None) -> Iterator[str]:
    what = settings.get("what")
    if what not in WHATS:
        yield f"Say what to look up: {', '.join(WHATS)}."
    elif what == "table" and settings.get("table") not in around.tables:
        yield f"There is no table “{settings.get('table') or ''}”: choose one, or make it under Tables."
    if not settings.get("key"):
        yield "Choose the field to look it up by."
    else:
        yield from _path_faults(str(settings["key"]), schema)


def _path_faults(text: str, schema: Schema | None) -> Iterator[str]:
    try:
        path = parse_path(text)
    except PathError as error:
        yield str(error)
        return
    yield from _unknown([path], schema)


def _unknown(paths: Sequence[Path], schema: Schema | None) -> Iterator[str]:
    if schema is not None:
        yield from (words for path in paths if (words := unknown_field(path, schema)))


def _validate(flow: Flow, settings: _Settings, around: Surroundings, schema: Schema | None) -> Iterator[str]:
    checks = _objects(settings.get("checks"))
    if not checks:
        yield "Say what has to be true: this step checks nothing yet."
    for number, check in enumerate(checks, 1):
        if not str(check.get("must") or "").strip():
            yield f"Check {number} has no condition."
        if not str(check.get("otherwise") or "").strip():
            yield f"Check {number} does not say what is wrong when it is not met."
        if check.get("effect", "stop") not in ("stop", "warn"):
            yield f"Check {number} can stop or warn, not “{check.get('effect')}”."


def _rules(flow: Flow, settings: _Settings, around: Surroundings, schema: Schema | None) -> Iterator[str]:
    known = {rule.id for rule in around.rules}
    only = settings.get("only") or []
    if not isinstance(only, list | tuple):
        yield "The rules to ask are a list of ids."
        return
    for rule_id in only:
        if rule_id not in known:
            yield f"There is no rule “{rule_id}”."


def _map(flow: Flow, settings: _Settings, around: Surroundings, schema: Schema | None) -> Iterator[str]:
    name = settings.get("mapping")
    if not name:
        yield "Choose the mapping."
    elif name not in around.mappings:
        yield f"There is no mapping “{name}”: choose one of {', '.join(sorted(around.mappings))}."


def _approve(flow: Flow, settings: _Settings, around: Surroundings, schema: Schema | None) -> Iterator[str]:
    if settings.get("role") not in ROLES:
        yield "Say who may approve: operator or administrator."


def _notify(flow: Flow, settings: _Settings, around: Surroundings, schema: Schema | None) -> Iterator[str]:
    channel, to = settings.get("channel"), str(settings.get("to") or "")
    if channel not in CHANNELS:
        yield "Say who is told: shop, customer, chat or email."
        return
    if channel in ("shop", "customer") and flow.trigger not in _CUSTOMER_IS_TOLD_OF:
        yield f"The {channel} is told of payments and refunds only: use chat or email here."
    if channel == "email" and not _is_address(to):
        yield "Write the e-mail address to tell."
    if channel in ("chat", "email"):
        yield from _text_faults(str(settings.get("text") or ""), schema)
    if channel == "chat" and urlsplit(to).scheme:
        yield "Name the chat connection here; its address is a secret and belongs under Connections."


def _text_faults(text: str, schema: Schema | None) -> Iterator[str]:
    if not text.strip():
        yield "Write the text; fields of the record go in braces, such as {number}."
        return
    try:
        yield from _unknown(fields_of(text), schema)
    except PathError as error:
        yield str(error)


def _is_address(text: str) -> bool:
    name, at, host = text.partition("@")
    return bool(name and at and "." in host) and not any(character.isspace() for character in text)


_Check = Callable[[Flow, _Settings, Surroundings, Schema | None], Iterator[str]]
_CHECKS: Final[Mapping[str, _Check]] = {
    "enrich": _enrich, "validate": _validate, "rules": _rules, "map": _map, "approve": _approve, "notify": _notify,
}  # fmt: skip


def _twice(flows: Sequence[Flow]) -> Iterator[Problem]:
    """A record is booked once: of the flows of one trigger only one may be at work."""
    first: dict[str, Flow] = {}
    for flow in flows:
        if flow.mode == "off":
            continue
        other = first.setdefault(flow.trigger, flow)
        if other is not flow:
            yield Problem(
                f"“{other.name}” is set off by the same thing: switch one of the two off, or records would be booked "
                "twice.",
                flow.id,
            )
    for flow_id, count in Counter(flow.id for flow in flows).items():
        if count > 1:
            yield Problem(f"{count} flows have the id “{flow_id}”: ids must differ.", flow_id)
