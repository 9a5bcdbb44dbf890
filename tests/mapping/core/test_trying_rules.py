"""Rules tried on stored records say what they would have done, in the order they are asked."""

from __future__ import annotations

from typing import Any

from mapping.core.rules.document import Rule
from mapping.core.rules.trying import Batch, try_rules
from mapping.core.schemas import SOURCES

ORDERS = Batch(
    SOURCES["shop:order"],
    "orders",
    [{"total": "10.00", "currency": "GBP"}, {"total": "600.00", "currency": "GBP"}, {"total": "700.00", "currency": "EUR"}],
    {},
)  # fmt: skip
PAYMENTS = Batch(SOURCES["payment"], "payments", [{"card_type": "AMEX"}, {"card_type": "VISA"}], {})


def a_rule(rule_id: str, when: str, **settings: Any) -> Rule:
    return Rule(rule_id, rule_id, when, **settings)


def met(*rules: Rule) -> dict[str, list[int]]:
    return {rule_id: trial.met for rule_id, trial in try_rules(rules, [ORDERS, PAYMENTS]).items()}


def test_a_rule_is_tried_on_the_records_it_is_about() -> None:
    trials = try_rules(
        [a_rule("large", "total > 500"), a_rule("amex", 'card_type == "AMEX"')], [ORDERS, PAYMENTS]
    )
    assert (trials["large"].batch, trials["large"].met) == (ORDERS, [1, 2])
    assert (trials["amex"].batch, trials["amex"].met) == (PAYMENTS, [0])


def test_a_rule_without_a_condition_applies_to_every_record() -> None:
    assert met(a_rule("all", ""))["all"] == [0, 1, 2]


def test_a_rule_that_stops_keeps_its_records_from_those_below() -> None:
    rules = a_rule("euro", 'currency == "EUR"', stop=True), a_rule("large", "total > 500")
    assert met(*rules) == {"euro": [2], "large": [1]}


def test_a_rule_switched_off_is_tried_all_the_same_and_keeps_nothing_back() -> None:
    rules = a_rule("euro", 'currency == "EUR"', stop=True, enabled=False), a_rule("large", "total > 500")
    assert met(*rules) == {"euro": [2], "large": [1, 2]}


def test_a_rule_that_does_not_parse_is_tried_on_nothing() -> None:
    trial = try_rules([a_rule("odd", "total >")], [ORDERS])["odd"]
    assert (trial.batch, trial.met) == (None, [])


def test_a_record_that_cannot_be_judged_is_told_apart() -> None:
    odd = Batch(SOURCES["shop:order"], "orders", [{"total": "a lot"}], {})
    trial = try_rules([a_rule("large", "total > 500")], [odd])["large"]
    assert (trial.met, trial.unjudged) == ([], [0])
