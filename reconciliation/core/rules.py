"""Rules people write for bank lines: the first one that fits decides; what a change of rules would change is shown first.

Conditions are those of mappings and business rules (mapping/core/conditions.py): `text contains`, `amount < 0`, and so on,
over the fields of LINE. A rule never ties money to a payment; it says what a line is, and matching does the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from mapping.core.conditions import ConditionError
from mapping.core.conditions.records import RecordCondition, compile_record_condition, unknown_field
from mapping.core.paths import PathError
from mapping.core.problems import MappingInvalidError, Problem, TransformError
from mapping.core.schemas.schema import Field, Schema
from reconciliation.core.matching.lines import Line
from reconciliation.core.matching.texts import plain
from reconciliation.core.matching.words import PLACES

ActionKind = Literal["match", "not_ours", "post"]
ACTIONS: Final[tuple[ActionKind, ...]] = get_args(ActionKind)

LINE: Final = Schema(
    "bank_line",
    "Bank line",
    (
        Field("text", "text", "All texts in capitals"),
        Field("reference", "text", "Reference"),
        Field("description", "text", "Description"),
        Field("counterparty", "text", "Payer or payee"),
        Field("amount", "decimal", "Amount, money out negative"),
        Field("currency", "text", "Currency"),
        Field("date", "date", "Day"),
        Field("account", "text", "Bank account"),
    ),
)
"""What a condition may ask of a line."""


@dataclass(frozen=True, slots=True)
class Action:
    """What a line is. `match`: money of the payer `value` (an acquirer), to be matched as such.
    `not_ours`: nothing of this bridge, to be left alone. `post`: to be posted as `value` ("fee", "interest", …) to the
    `account` code."""

    kind: ActionKind
    value: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a line is like this, it is that. `when` is a condition; `enabled` False: not asked."""

    id: str
    name: str
    when: str
    action: Action
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line and the bank account it is on."""

    line: Line
    account: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the rules say of a line. `rule`: the id of the rule that decided; `trouble`: rules that could not be judged."""

    rule: str
    action: Action
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What other rules would make of one line; None where no rule fits."""

    line: str
    before: Said | None
    after: Said | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change of rules does to lines of the past, each list by line id."""

    new: tuple[Change, ...]
    lost: tuple[Change, ...]
    changed: tuple[Change, ...]
    same: int


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    when: RecordCondition


CompiledRules = tuple[_Compiled, ...]


def check(rules: Sequence[Rule]) -> tuple[Problem, ...]:
    """Everything wrong with the rules at once; `row` of each problem is the rule's id."""
    names = Counter(rule.name.strip().casefold() for rule in rules)
    problems: list[Problem] = []
    for rule in rules:
        if not rule.name.strip():
            problems.append(Problem("A rule needs a name that says what it is for.", rule.id, "name"))
        elif names[rule.name.strip().casefold()] > 1:
            problems.append(Problem(f"Two rules are called “{rule.name}”.", rule.id, "name"))
        problems += [Problem(words, rule.id, "when") for words in _condition_faults(rule.when)]
        problems += [Problem(words, rule.id, "action") for words in _action_faults(rule.action)]
    return tuple(problems)


def compile_rules(rules: Iterable[Rule]) -> CompiledRules:
    """The enabled rules ready to be asked. Raises MappingInvalidError with all that is wrong."""
    asked = [rule for rule in rules if rule.enabled]
    problems = check(asked)
    if problems:
        raise MappingInvalidError(problems)
    return tuple(_Compiled(rule, compile_record_condition(rule.when, LINE)) for rule in asked)


def decide(rules: CompiledRules, line: BankLine) -> Said | None:
    """The first rule that fits, or None. A rule that cannot be judged does not fit, and is named in `trouble`."""
    record = record_of(line)
    trouble: list[str] = []
    for each in rules:
        try:
            if each.when.holds(record, {}):
                return Said(each.rule.id, each.rule.action, tuple(trouble))
        except TransformError as problem:
            trouble.append(f"The rule “{each.rule.name}” cannot be judged: {problem}")
    return None


def record_of(line: BankLine) -> Mapping[str, Any]:
    """The line as conditions see it; the amount as Decimal in units of its currency."""
    money = line.line
    return {
        "text": plain(" ".join(filter(None, (money.reference, money.description, money.counterparty)))),
        "reference": money.reference,
        "description": money.description,
        "counterparty": money.counterparty,
        "amount": Decimal(money.minor).scaleb(-PLACES.get(money.currency, 2)),
        "currency": money.currency,
        "date": money.on.isoformat(),
        "account": line.account,
    }


def difference(before: CompiledRules, after: CompiledRules, history: Iterable[BankLine]) -> Difference:
    """What the rules `after` say of lines of the past otherwise than the rules `before`."""
    new: list[Change] = []
    lost: list[Change] = []
    changed: list[Change] = []
    same = 0
    for line in sorted(history, key=lambda each: each.line.id):
        change = Change(line.line.id, decide(before, line), decide(after, line))
        if _action(change.before) == _action(change.after):
            same += 1
        elif change.before is None:
            new.append(change)
        else:
            (lost if change.after is None else changed).append(change)
    return Difference(tuple(new), tuple(lost), tuple(changed), same)


def _action(said: Said | None) -> Action | None:
    return said.action if said else None


def _condition_faults(text: str) -> list[str]:
    if not text.strip():
        return ["A rule needs a condition: without one it would fit every line."]
    try:
        when = compile_record_condition(text, LINE)
    except (ConditionError, PathError) as error:
        return [str(error)]
    return [words for path in when.condition.paths.values() if (words := unknown_field(path, LINE))]


def _action_faults(action: Action) -> list[str]:
    if action.kind not in ACTIONS:
        return [f"“{action.kind}” is nothing a rule can do; it can {', '.join(ACTIONS)}."]
    if action.kind != "not_ours" and not action.value.strip():
        return ["Say whose money, or what kind of money, it is."]
    if action.kind == "post" and not action.account.strip():
        return ["Say which account it shall be posted to."]
    return []
