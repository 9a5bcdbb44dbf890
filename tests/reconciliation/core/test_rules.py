"""People's rules for bank lines: the first that fits decides, and a change shows what it would change."""

from __future__ import annotations

import pytest

from mapping.core.problems import MappingInvalidError
from reconciliation.core.rules import Action, BankLine, Rule, check, compile_rules, decide, difference
from tests.reconciliation.core.matching.lines import line

RENT = Rule("rent", "Rent", '"RENT" in text', Action("not_ours"))
FEES = Rule(
    "fees", "Fees of the acquirer", 'amount < 0 and text =~ ".*ACQUIRER.*"', Action("post", "fee", "404")
)
PAYOUT = Rule(
    "payout", "Payouts", 'text =~ ".*ACQUIRER.*" and account == "main"', Action("match", "settlement")
)
HISTORY = [
    BankLine(line("1", -80000, description="Rent High Street"), "main"),
    BankLine(line("2", -1250, description="Acquirer charges"), "main"),
    BankLine(line("3", 93000, description="Acquirer 4711"), "main"),
    BankLine(line("4", 93000, description="Acquirer 4712"), "savings"),
]


def test_the_first_rule_that_fits_decides() -> None:
    rules = compile_rules([RENT, FEES, PAYOUT])
    said = [decide(rules, each) for each in HISTORY]
    assert [each.rule if each else None for each in said] == ["rent", "fees", "payout", None]


def test_a_change_shows_new_lost_and_changed_lines() -> None:
    wider = Rule("payout", "Payouts", 'text =~ ".*ACQUIRER.*"', Action("match", "settlement"))
    shown = difference(compile_rules([RENT, FEES, PAYOUT]), compile_rules([wider]), HISTORY)
    assert [each.line for each in shown.new] == ["4"]
    assert [each.line for each in shown.lost] == ["1"]
    assert [each.line for each in shown.changed] == ["2"]
    assert shown.same == 1


def test_a_rule_that_is_switched_off_is_not_asked() -> None:
    off = Rule("rent", "Rent", '"RENT" in text', Action("not_ours"), enabled=False)
    assert decide(compile_rules([off]), HISTORY[0]) is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("a", "", "amount > 1", Action("not_ours")), "needs a name"),
        (Rule("a", "A", " ", Action("not_ours")), "would fit every line"),
        (Rule("a", "A", "amuont > 1", Action("not_ours")), "did you mean amount"),
        (Rule("a", "A", "amount >", Action("not_ours")), "cannot be read"),
        (Rule("a", "A", "amount > 1", Action("post", "fee")), "which account"),
        (Rule("a", "A", "amount > 1", Action("match")), "what kind of money"),
    ],
)
def test_a_faulty_rule_says_what_is_wrong(rule: Rule, words: str) -> None:
    assert words in " ".join(problem.message for problem in check([rule]))
    with pytest.raises(MappingInvalidError):
        compile_rules([rule])
