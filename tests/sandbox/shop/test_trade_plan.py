"""Trade as a pure function of a seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.opayo.core.cards import luhn_is_right
from sandbox.shop.trade.fates import DEFAULT_FATES, NOTHING_MORE, Kind, amounts
from sandbox.shop.trade.order import Wanted, read_wanted
from sandbox.shop.trade.people import customer
from sandbox.shop.trade.plan import Method, Outcome, PlannedOrder, TradeOrder, plan

WAYS = {"server": 60, "checkout": 30, "pi": 10}
MANY = list(plan(TradeOrder(3000, seed=4)))


def share(chosen: list[PlannedOrder]) -> float:
    return len(chosen) / len(MANY)


def test_the_same_seed_makes_the_same_trade() -> None:
    assert list(plan(TradeOrder(50, seed=9))) == list(plan(TradeOrder(50, seed=9)))
    assert list(plan(TradeOrder(50, seed=9))) != list(plan(TradeOrder(50, seed=10)))


def test_going_on_in_the_middle_makes_the_rest_of_the_same_trade() -> None:
    assert list(plan(TradeOrder(50, seed=9, first_index=20))) == list(plan(TradeOrder(50, seed=9)))[20:]


def test_currencies_are_mixed_as_wanted() -> None:
    counted = Counter(order.basket.currency for order in MANY)
    assert 0.04 < counted["EUR"] / len(MANY) < 0.08
    assert 0.025 < counted["USD"] / len(MANY) < 0.055


def test_ways_to_pay_are_mixed_as_wanted() -> None:
    counted = Counter(order.method for order in MANY)
    assert 0.56 < counted[Method.SERVER] / len(MANY) < 0.64
    assert 0.26 < counted[Method.CHECKOUT] / len(MANY) < 0.34
    only_pi = plan(TradeOrder(50, mix={Method.PI: 1}))
    assert {order.method for order in only_pi} == {Method.PI}


def test_when_payments_come_first_nobody_waits_for_the_bridges_page() -> None:
    methods = {order.method for order in plan(TradeOrder(200, payment_first=True))}
    assert methods == {Method.SERVER, Method.PI}


def test_all_vat_rates_occur() -> None:
    rates = {(str(line.tax_rate), line.tax_code) for order in MANY for line in order.basket.lines}
    assert rates == {("0", ""), ("5", ""), ("20", ""), ("0", "exempt")}


def test_most_are_paid_and_everything_else_happens_too() -> None:
    def ends(order: PlannedOrder) -> Outcome | None:
        return order.attempts[-1].outcome if order.attempts else None

    assert 0.88 < share([order for order in MANY if ends(order) is Outcome.PAID]) < 0.95
    assert {ends(order) for order in MANY} == {*Outcome, None}
    assert any(len(order.attempts) == 3 for order in MANY)
    assert any(order.shop_cancels for order in MANY)
    assert any(attempt.challenge for order in MANY for attempt in order.attempts)


def test_nobody_pays_an_order_the_shop_gives_up() -> None:
    given_up = [order for order in MANY if order.shop_cancels]
    assert all(attempt.outcome is not Outcome.PAID for order in given_up for attempt in order.attempts)


def test_pi_has_no_hosted_page_to_walk_away_from() -> None:
    outcomes = {a.outcome for order in MANY if order.method is Method.PI for a in order.attempts}
    assert outcomes == {Outcome.PAID, Outcome.DECLINED}


def test_american_express_is_about_one_card_in_twelve() -> None:
    paid = [a.card_number for order in MANY for a in order.attempts if a.outcome is Outcome.PAID]
    assert 0.06 < sum(1 for number in paid if number.startswith("37")) / len(paid) < 0.10
    assert all(luhn_is_right(number) for number in paid)


def test_customers_come_back_as_the_same_person() -> None:
    known: dict[str, object] = {}
    for order in MANY:
        assert known.setdefault(order.customer.id, order.customer) == order.customer
    assert len(known) < 0.7 * len(MANY)


def test_different_people_share_names_but_never_mailboxes() -> None:
    people = {order.customer.id: order.customer for order in MANY}.values()
    names = Counter((person.first_name, person.last_name) for person in people)
    assert names["John", "Smith"] > 1
    assert len({person.email for person in people}) == len(people)
    assert all(person.email.isascii() for person in people)
    assert any("'" in person.last_name for person in people)
    assert any(not person.first_name.isascii() for person in people)


def test_what_happens_afterwards_leaves_the_order_as_it_is() -> None:
    with_fates = list(plan(read_wanted({"orders": 300, "seed": 4}).trade(0)))
    without = list(plan(read_wanted({"orders": 300, "seed": 4, "mix": WAYS}).trade(0)))
    assert [replace(order, fate=NOTHING_MORE) for order in with_fates] == without
    assert {order.fate for order in without} == {NOTHING_MORE}


def test_every_story_happens_about_as_often_as_wanted() -> None:
    planned = plan(read_wanted({"orders": 3000, "seed": 4}).trade(0))
    counted = Counter(order.fate.kind for order in planned)
    assert set(counted) - {None} == {kind for kind, weight in DEFAULT_FATES.items() if weight}
    assert 0.02 < counted[Kind.REFUND] / 3000 < 0.04


def test_only_the_shops_own_registration_is_deferred_and_only_a_notified_one_aborted_late() -> None:
    mix = {**WAYS, "deferred": 30, "authenticate": 30, "late_abort": 40}
    planned = list(plan(read_wanted({"orders": 500, "seed": 4, "mix": mix}).trade(0)))
    assert {order.fate.tx_type for order in planned if order.method is Method.CHECKOUT} == {"PAYMENT"}
    assert not any(order.fate.is_late_abort for order in planned if order.method is Method.PI)
    assert {order.fate.tx_type for order in planned} == {"PAYMENT", "DEFERRED", "AUTHENTICATE"}


@given(st.integers(1, 10**7), st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_shares_that_make_a_whole_come_to_the_total_to_the_penny(pence: int, weights: list[int]) -> None:
    total = Decimal(pence) / 100
    shares = [Decimal(weight) / 100 for weight in weights]
    assert sum(amounts(total, [*shares, 1 - sum(shares, Decimal(0))]), Decimal(0)) == total


@pytest.mark.parametrize("country", ["GB", "IE", "DE", "FR", "US"])
def test_an_american_has_a_state_and_nobody_else(country: str) -> None:
    assert bool(customer(1, country, 1).address.region) == (country == "US")


@settings(max_examples=30)
@given(st.integers(0, 10**6))
def test_every_order_costs_something_and_its_discounts_leave_no_line_below_nought(seed: int) -> None:
    for order in plan(TradeOrder(20, seed=seed)):
        assert order.basket.total > order.basket.discount >= 0
        assert all(line.total > 0 for line in order.basket.lines)
        assert order.basket.total == order.basket.total.quantize(Decimal("0.01"))


@given(st.integers(1, 500), st.integers(1, 40), st.integers(0, 500))
def test_sessions_share_out_every_order_once_also_when_going_on(orders: int, days: int, already: int) -> None:
    wanted: Wanted = read_wanted({"orders": orders, "days": days})
    sizes = wanted.sizes(min(already, orders))
    assert len(sizes) == days
    assert sum(sum(day) for day in sizes) == orders - min(already, orders)
    assert len(sizes[-1]) == 1


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({}, "how many orders"),
        ({"orders": 3, "days": 0}, "at least 1 day"),
        ({"orders": -1}, "whole number"),
        ({"orders": True}, "whole number"),
        ({"orders": 3, "rate": "fast"}, "must be a number"),
        ({"orders": 3, "mix": {"cash": 1}}, "cash"),
        ({"orders": 3, "mix": {"pi": 0}}, "at least one way"),
        ({"orders": 3, "mix": 5}, "whole numbers for server"),
        ({"orders": 3, "mix": {"refund": 60, "void": 41}}, "more than 100"),
        ({"orders": 3, "colour": "red"}, "knows no colour"),
        ({"orders": 3, "payment_first": True, "orders_first": True}, "not both"),
    ],
)
def test_an_order_for_trade_that_cannot_be_followed_is_refused_in_words(
    order: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        read_wanted(order)
