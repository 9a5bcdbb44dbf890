"""Static checks of rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.problems import Problem
from mapping.core.rules.checking import check_rules
from mapping.core.rules.document import Effect, Rule
from mapping.core.rules.evaluation import compile_rules, decide
from mapping.core.rules.reachability import implies, unreachable
from mapping.core.schemas import SOURCES
from tests.mapping.builders import an_order

SCHEMAS = (SOURCES["shop:order"], SOURCES["payment"])
HOLD = Effect("hold", reason="Look at it.")


def problems(*rules: Rule) -> tuple[Problem, ...]:
    return check_rules(rules, SCHEMAS, {"invoice", "contact"})


def words(*rules: Rule) -> str:
    return " | ".join(problem.message for problem in problems(*rules))


def test_sound_rules_have_no_problems() -> None:
    assert not problems(
        Rule("a", "Big orders", "total > 500", (HOLD,)),
        Rule("b", "American Express", 'card_type == "AMEX"', (Effect("tag", value="amex"),)),
        Rule("c", "Abroad", 'customer.billing_address.country != "GB"', (Effect("route", value="invoice"),)),
        Rule("d", "No note", "", (Effect("set_field", "note", "none"),)),
    )


def test_every_problem_of_every_rule_is_found_at_once_and_tied_to_its_rule() -> None:
    found = problems(
        Rule("a", "One", "total >", (HOLD,)),
        Rule("b", "Two", "totl > 5", ()),
        Rule("c", "Three", "", (Effect("route", value="nowhere"), Effect("tag"), Effect("require_approval"))),
    )
    assert [problem.row for problem in found] == ["a", "b", "b", "c", "c", "c"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule("a", "A", "totl > 5", (HOLD,)), "did you mean total?"),
        (Rule("a", "A", 'context:pair.zonee == "x"', (HOLD,)), "did you mean context:pair.zone?"),
        (Rule("a", "A", "work:x > 5", (HOLD,)), "working value of a mapping"),
        (Rule("a", "A", "total > 5 and amount > 5", (HOLD,)), "no field"),
        (Rule("a", " ", "", (HOLD,)), "needs a name"),
        (Rule("a", "A", "", ()), "does nothing"),
        (Rule("a", "A", "", (Effect("route", value="nowhere"),)), "no mapping “nowhere”"),
        (Rule("a", "A", "", (Effect("route"),)), "Choose the mapping"),
        (Rule("a", "A", "", (Effect("tag", value=" "),)), "Write the label"),
        (Rule("a", "A", "", (Effect("tag", value="x" * 41),)), "at most 40 characters"),
        (Rule("a", "A", "", (Effect("require_approval", value="viewer"),)), "operator or administrator"),
        (Rule("a", "A", "", (Effect("set_field", "", "x"),)), "Choose the field"),
        (Rule("a", "A", "", (Effect("set_field", "totl", "x"),)), "did you mean total?"),
        (Rule("a", "A", "", (Effect("set_field", "total", "1.00"),)), "but not change it"),
        (Rule("a", "A", "", (Effect("set_field", "lines[].total", "1.00"),)), "but not change it"),
        (Rule("a", "A", "", (Effect("set_field", "context:status", "DRAFT"),)), "fields of the record only"),
        (Rule("a", "A", "", (Effect("set_field", "lines[].tax_rate", "twenty"),)), "does not fit"),
        (Rule("a", "A", "", (Effect("set_field", "lines[].tax_code", "free"),)), "exempt or outside_scope"),
        (Rule("a", "A", "", (Effect("set_field", "customer", "x"),)), "fields of its own"),
        (Rule("a", "A", "", (HOLD, Effect("skip"))), "both skips and holds"),
    ],
)
def test_what_is_wrong_is_said_in_words_that_lead_on(rule: Rule, expected: str) -> None:
    assert expected in words(rule)


def test_names_and_ids_have_to_differ() -> None:
    found = words(Rule("a", "Big", "", (HOLD,)), Rule("a", "big ", "total > 5", (HOLD,)))
    assert "Two rules are called" in found
    assert "ids must differ" in found


@pytest.mark.parametrize(
    ("stopping", "below"),
    [
        ("", "total > 5"),
        ("true", "total > 5"),
        ("total > 5", "total  >  5"),
        ("total > 100", "total > 250"),
        ("total >= 100", "total > 100"),
        ('currency == "EUR"', 'total > 5 and currency == "EUR"'),
        ('total > 100 and currency == "EUR"', 'currency == "EUR" and total > 500'),
    ],
)
def test_a_rule_below_one_that_stops_all_it_is_for_is_never_asked(stopping: str, below: str) -> None:
    found = problems(Rule("a", "A", stopping, (HOLD,), stop=True), Rule("b", "B", below, (HOLD,)))
    assert [(problem.row, problem.severity) for problem in found] == [("b", "warning")]
    assert "“A” above it" in found[0].message


@pytest.mark.parametrize(
    ("stopping", "below"),
    [
        ("total > 5", ""),
        ("total > 250", "total > 100"),
        ("total > 100", "total < 500"),
        ("total > 100", "total >= 100"),
        ('currency == "EUR"', 'currency == "EUR" or total > 5'),
        ('note == "a and b"', 'note == "a" and total > 5'),
        ("total > 5 or total < 2", "total > 5"),
    ],
)
def test_a_rule_that_may_be_reached_is_not_reproached(stopping: str, below: str) -> None:
    assert not unreachable([Rule("a", "A", stopping, (HOLD,), stop=True), Rule("b", "B", below, (HOLD,))])


def test_only_enabled_rules_that_stop_hide_others() -> None:
    assert not unreachable([Rule("a", "A", "", (HOLD,)), Rule("b", "B", "", (HOLD,))])
    assert not unreachable([Rule("a", "A", "", (HOLD,), False, True), Rule("b", "B", "", (HOLD,))])


_BOUNDS = st.sampled_from(["total > {}", "total >= {}", "total < {}", "total <= {}"])
_PART = st.builds(lambda form, bound: form.format(bound), _BOUNDS, st.integers(0, 5))
_CONDITION = st.lists(_PART, min_size=1, max_size=3).map(" and ".join)


@given(_CONDITION, _CONDITION)
def test_what_is_called_unreachable_is_met_by_no_record_that_passes_the_rule_above(
    narrow: str, wide: str
) -> None:
    if not implies(narrow, wide):
        return

    def holds(condition: str, total: str) -> bool:
        rules: Any = compile_rules([Rule("a", "A", condition, (HOLD,))], SCHEMAS[0])
        return decide(rules, {**an_order(), "total": total}, {}).outcome == "hold"

    totals = [f"{half // 2}.{'50' if half % 2 else '00'}" for half in range(-1, 13)]
    assert all(holds(wide, total) for total in totals if holds(narrow, total))
