"""People's rules for bank lines, asked before anything is guessed: the first that fits decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import structlog

from integrations.models import AuditEntry, Pair
from mapping.core.problems import MappingInvalidError
from reconciliation.core.rules import Action, CompiledRules, Rule, compile_rules, decide
from reconciliation.core.rules import BankLine as RuledLine
from reconciliation.matching.gathering import line_of, open_rows
from reconciliation.models import BankLine, MatchRule

SAID_OURS: Final = "said_ours"
"""The remark on a line that a person took back from the lines that are not ours: rules leave it alone."""
BY_RULE: Final = "rule"
"""The remark on a line that a rule set aside."""

log = structlog.get_logger(__name__)


def rules_of(pair: Pair) -> list[Rule]:
    """The pair's rules in their order, as the core takes them."""
    return [
        Rule(str(row.pk), row.name, row.condition, Action(**row.action), enabled=row.is_on)
        for row in MatchRule.objects.filter(pair=pair).order_by("position", "pk")
    ]


def compiled_rules(pair: Pair) -> CompiledRules:
    """The pair's enabled rules ready to be asked; none where one of them is broken."""
    try:
        return compile_rules(rules_of(pair))
    except MappingInvalidError as error:
        # A rule is checked before it is kept; one that broke since must not stop the matching.
        log.warning("match_rules_broken", pair=pair.pk, problems=[str(each) for each in error.problems])
        return ()


def set_aside(pair: Pair) -> dict[int, str]:
    """Ask the rules of all open bank lines: those not ours are marked so; returns whose money others are, by line.

    Lines that a rule had set aside and no rule does any more are open again. What a person said of a line stays said. Within
    `pair_in_hand`.
    """
    rules = compiled_rules(pair)
    _let_go(pair, rules)
    if not rules:
        return {}
    aside: dict[str, list[int]] = defaultdict(list)
    payers: dict[int, str] = {}
    for line in open_rows(pair).select_related("bank_account"):
        said = decide(rules, ruled_line(line))
        if said is None:
            continue
        if said.action.kind == "match":
            payers[line.pk] = said.action.value
        elif said.action.kind == "not_ours" and not _is_said_ours(line):
            aside[said.rule].append(line.pk)
    _mark(pair, aside)
    return payers


def ruled_line(line: BankLine) -> RuledLine:
    """A bank line as rules see it."""
    return RuledLine(line_of(line), line.bank_account.name)


def _is_said_ours(line: BankLine) -> bool:
    return any(each.get("code") == SAID_OURS for each in line.remarks)


def _let_go(pair: Pair, rules: CompiledRules) -> None:
    aside = BankLine.objects.filter(
        pair=pair, state=BankLine.State.NOT_OURS, remarks__contains=[{"code": BY_RULE}]
    )
    free = []
    for line in aside.select_related("bank_account"):
        said = decide(rules, ruled_line(line))
        if said is None or said.action.kind != "not_ours":
            free.append(line.pk)
    if free:
        BankLine.objects.filter(pk__in=free).update(state=BankLine.State.OPEN, remarks=[])
        AuditEntry.objects.create(
            pair=pair, action="bank_line.ours", subject=f"{len(free)} bank lines",
            reason="No rule says any more that they are not ours.", data={"ids": free},
        )  # fmt: skip


def _mark(pair: Pair, found: Mapping[str, list[int]]) -> None:
    names = {str(rule.pk): rule.name for rule in MatchRule.objects.filter(pair=pair)}
    for rule, ids in found.items():
        words = f"The rule “{names[rule]}” says that it is not ours."
        remark = {"code": BY_RULE, "words": words, "rule": rule}
        BankLine.objects.filter(pk__in=ids).update(state=BankLine.State.NOT_OURS, remarks=[remark])
        AuditEntry.objects.create(
            pair=pair, action="bank_line.not_ours", subject=f"{len(ids)} bank lines", reason=words,
            data={"ids": sorted(ids), "rule": rule},
        )  # fmt: skip
