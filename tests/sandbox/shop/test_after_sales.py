"""What happens after the customer left: deeds in their time, over the running sandbox."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.kernel.server import Sandbox
from tests.sandbox.shop.test_trade_driver import trade, trading_place, truth, until

pytestmark = pytest.mark.asyncio


async def aftermath(sandbox: Sandbox) -> dict[str, Any]:
    """Move day by day until nothing more is to come; the truth after it."""
    for _ in range(60):
        await until(lambda: not sandbox.queue.busy)
        if sandbox.trade.status()["after_sales"]["next"] is None:
            break
        sandbox.control.move_clock(86_400)
    await until(lambda: not sandbox.queue.busy)
    acquirer: Any = sandbox.systems["acquirer"]
    return {**truth(sandbox), "acquirer": acquirer.truth()}


async def played(**order: Any) -> dict[str, Any]:
    async with trading_place() as (sandbox, bridge):
        await trade(sandbox, **order)
        return {**await aftermath(sandbox), "bridge": bridge.messages}


def of_type(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [tx for tx in told["opayo"]["transactions"] if tx["type"] == kind and tx["captured"]]


def ended(told: dict[str, Any]) -> dict[str, int]:
    counted: dict[str, int] = told["trade"]["after_sales"]["ended"]
    return counted


async def test_refunds_made_in_myopayo_come_days_later_and_are_settled_in_turn() -> None:
    told = await played(
        orders=30, seed=4, mix={"server": 1, "refund": 30, "part_refund": 30, "part_refunds": 40}
    )
    sales = {tx["vpstxid"]: tx for tx in told["opayo"]["transactions"]}
    refunds = of_type(told, "REFUND")
    assert len(refunds) > 30
    assert "refund refused" not in ended(told)
    for refund in refunds:
        sale = sales[refund["related"]]
        assert refund["system"] == "MyOpayo"
        assert refund["started"] > sale["captured_at"]
        assert sale["batchid"]
        assert sale["refunded"] <= sale["captured"]
    assert any(sale["refunded"] == sale["captured"] for sale in sales.values() if sale["refunded"])
    assert any(0 < sale["refunded"] < sale["captured"] for sale in sales.values())


async def test_a_void_happens_on_the_day_of_the_sale() -> None:
    told = await played(orders=12, seed=4, mix={"server": 1, "pi": 1, "void": 100})
    voided = [tx for tx in told["opayo"]["transactions"] if tx["state_name"] == "VOIDED"]
    assert len(voided) == ended(told)["void done"] > 8
    assert not any(tx["captured"] or tx["batchid"] for tx in voided)


async def test_deferred_payments_are_released_in_whole_or_part_aborted_or_split() -> None:
    mix = {"server": 1, "deferred": 25, "deferred_part": 25, "deferred_abort": 25, "split": 25}
    told = await played(orders=40, seed=4, mix=mix)
    kinds = Counter(
        (tx["state_name"], tx["captured"] == tx["amount"])
        for tx in told["opayo"]["transactions"]
        if tx["type"] == "DEFERRED"
    )
    assert kinds[("AUTHORISED", True)] and kinds[("AUTHORISED", False)] and kinds[("DEFERRED_ABORTED", False)]
    sales = {tx["vpstxid"]: tx for tx in told["opayo"]["transactions"]}
    repeats = of_type(told, "REPEAT")
    assert repeats
    for repeat in repeats:
        first = sales[repeat["related"]]
        assert first["captured"] + repeat["captured"] == first["amount"]


async def test_authorises_stay_within_115_per_cent() -> None:
    told = await played(orders=20, seed=4, mix={"server": 1, "authenticate": 80, "authenticate_cancel": 20})
    taken: Counter[str] = Counter()
    sales = {tx["vpstxid"]: tx for tx in told["opayo"]["transactions"]}
    for tx in of_type(told, "AUTHORISE"):
        taken[tx["related"]] += tx["captured"]
    assert all(amount <= sales[key]["amount"] * Decimal("1.15") for key, amount in taken.items())
    assert any(amount > sales[key]["amount"] for key, amount in taken.items())
    assert any(tx["state_name"] == "AUTHENTICATE_CANCELLED" for tx in sales.values())


async def test_an_ok_whose_answer_was_lost_ends_as_a_late_abort() -> None:
    async with trading_place() as (sandbox, bridge):
        await trade(sandbox, orders=8, seed=4, mix={"server": 1, "late_abort": 100})
        sandbox.control.move_clock(3600)
        await until(lambda: any(note["Status"] == "ABORT" for note in bridge.notifications))
        told = truth(sandbox)
    notified = Counter(note["Status"] for note in bridge.notifications)
    assert notified["OK"] and notified["ABORT"]
    assert not any(tx["captured"] for tx in told["opayo"]["transactions"])


async def test_what_the_shop_asks_for_is_posted_to_the_bridge() -> None:
    mix = {"server": 1, "asked_refund": 25, "asked_part_refund": 50, "asked_too_much": 25}
    told = await played(orders=30, seed=4, mix=mix)
    asked = [message for message in told["bridge"] if message["type"] == "refund.requested"]
    totals = {row["number"]: Decimal(row["order"]["total"]) for row in told["shop"]["orders"]}
    assert len(asked) == len(told["shop"]["refunds"]) > 15
    assert {row["state"] for row in told["shop"]["refunds"]} == {"accepted"}
    for message in asked:
        refund = message["refund"]
        assert 0 < Decimal(refund["amount"]) <= totals[refund["order_number"]]
    assert any("lines" in message["refund"] for message in asked)
    assert len({message["refund"]["id"] for message in asked}) == len(asked)


async def test_disputes_are_raised_over_settled_sales_and_come_to_an_end() -> None:
    told = await played(orders=40, seed=4, mix={"server": 1, "pi": 1, "disputes": 100})
    disputes = told["acquirer"]["disputes"]
    sales = {tx["vpstxid"]: tx for tx in told["opayo"]["transactions"]}
    assert len(disputes) > 25
    assert {row["script"] for row in disputes} >= {"won", "lost", "accepted", "reversed", "expired"}
    for row in disputes:
        assert row["is_closed"]
        assert sales[row["vpstxid"]]["batchid"]
        assert row["net"] == -row["fee"] - (row["amount"] if row["is_lost"] else 0)
        assert row["respond_by"] - row["raised_on"] == timedelta(days=14)


async def test_the_same_seed_has_the_same_aftermath() -> None:
    def story(told: dict[str, Any]) -> list[tuple[Any, ...]]:
        names = ("key", "deed", "amount", "by_lines", "script", "state")
        return [tuple(row[name] for name in names) for row in told["trade"]["deeds"]]

    mix = {"server": 1, "refund": 40, "void": 20, "asked_part_refund": 20, "disputes": 20}
    first = await played(orders=20, seed=9, mix=mix)
    assert story(first) == story(await played(orders=20, seed=9, mix=mix)) != []
