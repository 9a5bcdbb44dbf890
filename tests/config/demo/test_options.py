"""What `bin/demo` understands."""

from __future__ import annotations

import pytest

from config.demo.options import read_options
from config.demo.quiet import bound
from config.demo.trading import trade_order


def test_a_headless_run_trades_one_day_and_pages_get_a_month() -> None:
    assert (read_options(["--headless"]).orders, read_options(["--headless"]).days) == (300, 1)
    assert read_options([]).days == 30


def test_everything_asked_for_reaches_the_trade() -> None:
    options = read_options(
        [
            "--headless",
            "--orders",
            "40",
            "--days",
            "3",
            "--seed",
            "9",
            "--mix",
            "server=2, pi=1",
            "--payment-first",
        ]
    )

    assert trade_order(options) == {
        "orders": 40,
        "days": 3,
        "seed": 9,
        "mix": {"server": 2, "pi": 1},
        "payment_first": True,
    }


def test_money_is_followed_to_the_bank_where_it_is_asked_for() -> None:
    assert read_options(["--settlement"]).settlement
    assert not read_options(["--no-settlement"]).settlement


def test_orders_first_and_payments_first_exclude_each_other() -> None:
    with pytest.raises(SystemExit):
        read_options(["--orders-first", "--payment-first"])


@pytest.mark.parametrize("arguments", [["--orders", "0"], ["--days", "0"], ["--faults", "mild"]])
def test_what_cannot_be_done_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(arguments)


def test_a_hostile_run_is_given_more_time() -> None:
    calm, hostile = read_options(["--faults", "rough"]), read_options(["--faults", "hostile"])

    assert bound(hostile) > bound(calm)


def test_hostile_trade_is_slow_enough_to_be_killed_in() -> None:
    few, many = (
        read_options(["--faults", "hostile"]),
        read_options(["--faults", "hostile", "--orders", "100000"]),
    )

    assert trade_order(few)["rate"] == few.orders / 40
    assert trade_order(many)["rate"] == 20
    assert "rate" not in trade_order(read_options([]))
