"""The rules of a pair, changed by people: each change is checked, tried on the past before it is made, and on the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Max

from integrations.core.failures import PermanentFailure
from integrations.models import AuditEntry, Pair, User
from mapping.core.problems import MappingInvalidError, Problem
from reconciliation.core.rules import Action, Change, Rule, check, compile_rules, difference
from reconciliation.locks import pair_in_hand
from reconciliation.matching.gathering import bank_line_id
from reconciliation.matching.ruling import ruled_line, rules_of
from reconciliation.models import BankLine, MatchRule

TRIED_ON: Final = 1_000
"""How many bank lines of the past a change is tried on."""
_NEW: Final = "new"


class RuleRefusedError(PermanentFailure):
    """A rule that cannot be kept; `problems` say why, each with its place: name, when, action."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as a person has written it."""

    name: str
    when: str
    action: Action


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change of the rules would change among the last bank lines."""

    new: list[tuple[BankLine, Change]]
    lost: list[tuple[BankLine, Change]]
    changed: list[tuple[BankLine, Change]]
    tried: int


def keep_rule(pair: Pair, draft: Draft, by: User, rule: MatchRule | None = None) -> MatchRule:
    """Keep a rule, a new one at the end. Raises RuleRefusedError with all that is wrong with it."""
    with pair_in_hand(pair.pk):
        _check(pair, draft, rule)
        before = _as_json(rule) if rule else None
        last = MatchRule.objects.filter(pair=pair).aggregate(last=Max("position"))["last"]
        kept = rule or MatchRule(pair=pair, position=(last or 0) + 1, made_by=by)
        kept.name, kept.condition = draft.name.strip(), draft.when.strip()
        kept.action = {
            "kind": draft.action.kind, "value": draft.action.value.strip(), "account": draft.action.account,
        }  # fmt: skip
        kept.save()
        _record(kept, by, "match_rule.changed" if rule else "match_rule.added", before)
    return kept


def _check(pair: Pair, draft: Draft, rule: MatchRule | None) -> None:
    mine = str(rule.pk) if rule else _NEW
    problems = [each for each in check(_with(pair, draft, rule)) if each.row == mine]
    if problems:
        raise RuleRefusedError(problems)


def _with(pair: Pair, draft: Draft, rule: MatchRule | None) -> list[Rule]:
    """The pair's rules as they would be with the draft."""
    rules = rules_of(pair)
    mine = Rule(str(rule.pk) if rule else _NEW, draft.name, draft.when, draft.action, enabled=True)
    if rule is None:
        return [*rules, mine]
    return [mine if each.id == mine.id else each for each in rules]


def switch_rule(rule: MatchRule, by: User, *, is_on: bool) -> None:
    """Ask a rule from now on, or no more."""
    with pair_in_hand(rule.pair_id):
        rule.is_on = is_on
        rule.save(update_fields=["is_on"])
        _record(rule, by, "match_rule.switched", None)


def move_rule(rule: MatchRule, by: User, *, step: int) -> None:
    """Put a rule so many places later (or, negative, earlier): the first that fits decides."""
    with pair_in_hand(rule.pair_id):
        rules = list(MatchRule.objects.filter(pair=rule.pair_id).order_by("position", "pk"))
        at = next(place for place, each in enumerate(rules) if each.pk == rule.pk)
        to = min(max(at + step, 0), len(rules) - 1)
        rules.insert(to, rules.pop(at))
        for place, each in enumerate(rules, start=1):
            each.position = place
        MatchRule.objects.bulk_update(rules, ["position"])
        _record(rules[to], by, "match_rule.moved", None)


def drop_rule(rule: MatchRule, by: User) -> None:
    """Remove a rule. Lines that it had set aside are looked at again by the next matching."""
    with pair_in_hand(rule.pair_id):
        _record(rule, by, "match_rule.removed", None)
        rule.delete()


def try_rule(pair: Pair, draft: Draft, rule: MatchRule | None = None) -> Trial:
    """What the rules would say of the last bank lines with the draft, otherwise than without. Raises RuleRefusedError."""
    named = Draft(draft.name.strip() or "this rule", draft.when, draft.action)
    try:
        after = compile_rules(_with(pair, named, rule))
        before = compile_rules(rules_of(pair))
    except MappingInvalidError as error:
        raise RuleRefusedError(error.problems) from error
    recent = BankLine.objects.filter(pair=pair).select_related("bank_account").order_by("-booked_on", "-pk")
    rows = {line.pk: line for line in recent[:TRIED_ON]}
    found = difference(before, after, [ruled_line(line) for line in rows.values()])
    new, lost, changed = (
        [(rows[bank_line_id(each.line)], each) for each in changes]
        for changes in (found.new, found.lost, found.changed)
    )
    return Trial(new, lost, changed, len(rows))


def _as_json(rule: MatchRule) -> dict[str, Any]:
    return {
        "name": rule.name, "condition": rule.condition, "action": rule.action, "position": rule.position,
        "is_on": rule.is_on,
    }  # fmt: skip


def _record(rule: MatchRule, by: User, action: str, before: dict[str, Any] | None) -> None:
    data = {"rule": rule.pk, "now": _as_json(rule), **({"before": before} if before else {})}
    AuditEntry.objects.create(pair=rule.pair, actor=by, action=action, subject=rule.name, data=data)
