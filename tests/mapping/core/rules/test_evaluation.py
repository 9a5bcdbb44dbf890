"""Asking rules of a record."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.problems import MappingInvalidError
from mapping.core.rules.decision import Decision, combined
from mapping.core.rules.document import Effect, EffectKind, Rule
from mapping.core.rules.evaluation import compile_rules, decide
from mapping.core.rules.fields import with_fields
from mapping.core.schemas import SOURCES
from tests.mapping.builders import an_order

ORDER, PAYMENT = SOURCES["shop:order"], SOURCES["payment"]


def rule(rule_id: str, when: str, kind: EffectKind = "hold", value: Any = None, **more: Any) -> Rule:
    effect = Effect(kind, more.pop("target", ""), value, more.pop("reason", ""))
    return Rule(rule_id, rule_id.capitalize(), when, (effect,), **more)


def said(*rules: Rule, order: dict[str, Any] | None = None, only: tuple[str, ...] = ()) -> Decision:
    return decide(compile_rules(rules, ORDER), order or an_order(), {}, only=only)


def test_a_record_no_rule_is_about_goes() -> None:
    decision = said(rule("big", "total > 500"))
    assert (decision.outcome, decision.reasons, decision.asked) == ("go", (), ("big",))


def test_a_rule_that_applies_holds_with_its_reason() -> None:
    decision = said(rule("big", "total > 10", reason="Over ten pounds: have a look."))
    assert decision.outcome == "hold"
    assert [(reason.rule, reason.words) for reason in decision.reasons] == [
        ("big", "Over ten pounds: have a look.")
    ]


def test_a_rule_without_words_of_its_own_is_named_as_the_reason() -> None:
    assert said(rule("big", "")).words() == "Rule “Big”."


def test_amounts_are_compared_as_amounts_and_not_as_text() -> None:
    order = an_order()
    order["total"] = "1000.00"
    assert said(rule("big", "total > 999.99"), order=order).outcome == "hold"
    assert said(rule("big", "total > 1000.00"), order=order).outcome == "go"


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ('"food" in lines[].category', "hold"),
        ('"wine" in lines[].category', "go"),
        ("[amount for amount in lines[].total if amount > 20].length > 0", "hold"),
        ("[amount for amount in lines[].total if amount > 50].length > 0", "go"),
        ('customer.billing_address.country != "GB"', "go"),
    ],
)
def test_lists_and_nested_fields_can_be_asked_about(condition: str, outcome: str) -> None:
    assert said(rule("any", condition)).outcome == outcome


def test_the_weightiest_outcome_wins_whatever_the_order() -> None:
    rules = [rule("a", "", "hold"), rule("b", "", "skip"), rule("c", "", "require_approval", "operator")]
    assert said(*rules).outcome == "skip"
    assert said(*reversed(rules)).outcome == "skip"


def test_the_higher_role_is_asked_for() -> None:
    decision = said(
        rule("a", "", "require_approval", "administrator"), rule("b", "", "require_approval", "operator")
    )
    assert (decision.outcome, decision.role) == ("approve", "administrator")


def test_a_rule_that_stops_keeps_those_below_from_being_asked() -> None:
    decision = said(rule("a", "", "tag", "first", stop=True), rule("b", "", "hold"))
    assert (decision.outcome, decision.tags, decision.asked) == ("go", ("first",), ("a",))


def test_a_rule_that_does_not_apply_stops_nothing() -> None:
    assert said(rule("a", "total > 9999", "tag", "x", stop=True), rule("b", "", "hold")).outcome == "hold"


def test_rules_that_are_switched_off_are_not_asked() -> None:
    assert said(rule("a", "", "hold", enabled=False)).asked == ()


def test_only_the_rules_named_are_asked() -> None:
    assert said(rule("a", "", "hold"), rule("b", "", "tag", "x"), only=("b",)).outcome == "go"


def test_tags_are_put_on_once_and_later_values_replace_earlier_ones() -> None:
    decision = said(
        rule("a", "", "tag", "gift"),
        rule("b", "", "tag", "gift"),
        rule("c", "", "set_field", "one", target="note"),
        rule("d", "", "set_field", "two", target="note"),
    )
    assert decision.tags == ("gift",)
    assert decision.sets == {"note": "two"}


def test_the_route_of_the_lower_rule_comes_first() -> None:
    decision = said(rule("a", "", "route", "invoice_eu"), rule("b", "", "route", "invoice_gift"))
    assert decision.routes == ("invoice_gift", "invoice_eu")


def test_a_rule_about_orders_is_not_asked_of_payments() -> None:
    rules = [rule("a", "customer.email == null"), rule("b", "amount > 5"), rule("c", 'currency == "GBP"')]
    assert [compiled.rule.id for compiled in compile_rules(rules, PAYMENT)] == ["b", "c"]
    assert [compiled.rule.id for compiled in compile_rules(rules, ORDER)] == ["a", "c"]


def test_a_record_that_cannot_be_judged_is_held_and_not_let_pass() -> None:
    order = an_order()
    order["total"] = "a lot"
    decision = said(rule("big", "total > 500"), order=order)
    assert decision.outcome == "hold"
    assert "a lot" in decision.words()


def test_rules_that_do_not_parse_are_all_named_at_once() -> None:
    with pytest.raises(MappingInvalidError) as caught:
        compile_rules([rule("a", "total >"), rule("b", "and or")], ORDER)
    assert {problem.row for problem in caught.value.problems} == {"a", "b"}


def test_setting_a_field_leaves_the_record_itself_alone() -> None:
    order = an_order()
    before = deepcopy(order)
    changed = with_fields(
        order, {"customer.company": "Moss Ltd", "lines[].category": "gift", "delivery.name": "Van"}
    )
    assert order == before
    assert changed["customer"]["company"] == "Moss Ltd"
    assert {line["category"] for line in changed["lines"]} == {"gift"}
    assert changed["customer"]["email"] == order["customer"]["email"]


def test_setting_one_element_leaves_the_others_and_never_makes_new_ones() -> None:
    changed = with_fields(an_order(), {"lines[1].category": "gift", "lines[9].category": "none"})
    assert [line["category"] for line in changed["lines"]] == ["food", "gift"]


_EFFECTS = st.builds(
    Effect,
    st.sampled_from(["hold", "skip", "tag", "route", "require_approval"]),
    value=st.sampled_from(["operator", "administrator"]),
)
_RULES = st.lists(
    st.tuples(st.decimals("0", "100", places=2), st.lists(_EFFECTS, max_size=3), st.booleans()), max_size=8
)


@given(_RULES, st.decimals("0", "100", places=2))
def test_deciding_is_the_sum_of_the_rules_that_were_reached_and_apply(
    made: list[tuple[Decimal, list[Effect], bool]], total: Decimal
) -> None:
    rules = [
        Rule(str(number), f"Rule {number}", f"total > {bound}", tuple(effects), stop=stop)
        for number, (bound, effects, stop) in enumerate(made)
    ]
    order = {**an_order(), "total": str(total)}
    whole = said(*rules, order=order)
    reached = next(
        (number + 1 for number, (bound, _, stop) in enumerate(made) if stop and total > bound), len(made)
    )
    assert whole.asked == tuple(str(number) for number in range(reached))
    one_by_one = Decision()
    for number in range(reached):
        one_by_one = combined(one_by_one, said(rules[number], order=order))
    assert whole == one_by_one
