"""People's rules for bank lines, asked before anything is guessed: the first that fits decides."""

from __future__ import annotations

from collections import Counter

import structlog

from integrations.models import AuditEntry, Pair
from mapping.core.problems import MappingInvalidError
from reconciliation.core.rules import Action, Rule, compile_rules, decide
from reconciliation.core.rules import BankLine as RuledLine
from reconciliation.matching.gathering import bank_line_id, observed_lines
from reconciliation.models import BankLine, MatchRule

log = structlog.get_logger(__name__)


def rules_of(pair: Pair) -> list[Rule]:
    """The pair's rules in their order, as the core takes them."""
    return [
        Rule(str(row.pk), row.name, row.condition, Action(**row.action), enabled=row.is_on)
        for row in MatchRule.objects.filter(pair=pair).order_by("position", "pk")
    ]


def set_aside(pair: Pair) -> int:
    """Mark the open bank lines that a rule says are not ours; returns how many. Within `pair_in_hand`.

    What else rules say (that a line is money of some kind) is for the matching, and is not acted on here.
    """
    rules = rules_of(pair)
    if not rules:
        return 0
    try:
        compiled = compile_rules(rules)
    except MappingInvalidError as error:
        # A rule is checked before it is kept; one that broke since must not stop the matching.
        log.warning("match_rules_broken", pair=pair.pk, problems=[str(each) for each in error.problems])
        return 0
    accounts = dict(BankLine.objects.filter(pair=pair).values_list("pk", "bank_account__name"))
    found: dict[int, str] = {}
    for line in observed_lines(pair):
        pk = bank_line_id(line.id)
        said = decide(compiled, RuledLine(line, accounts.get(pk, "")))
        if said is not None and said.action.kind == "not_ours":
            found[pk] = said.rule
    if found:
        _mark(pair, found, {rule.id: rule.name for rule in rules})
    return len(found)


def _mark(pair: Pair, found: dict[int, str], names: dict[str, str]) -> None:
    BankLine.objects.filter(pk__in=found).update(state=BankLine.State.NOT_OURS)
    counts = Counter(names[rule] for rule in found.values())
    AuditEntry.objects.create(
        pair=pair,
        action="bank_line.not_ours",
        subject=f"{len(found)} bank lines",
        reason=", ".join(f"{name}: {count}" for name, count in counts.items()),
        data={"ids": sorted(found)},
    )
