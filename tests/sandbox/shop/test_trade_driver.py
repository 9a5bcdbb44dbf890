"""Trade that really happens: shop, Opayo and a stand-in for the bridge, over sockets."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.kernel.server import Options, Sandbox
from sandbox.systems import build
from tests.sandbox.bridge import Bridge, bridge_for

pytestmark = pytest.mark.asyncio


@asynccontextmanager
async def trading_place(**options: Any) -> AsyncIterator[tuple[Sandbox, Bridge]]:
    sandbox = Sandbox(Options(port=0, **options), build)
    await sandbox.start()
    try:
        async with bridge_for(sandbox) as bridge:
            yield sandbox, bridge
    finally:
        await sandbox.stop()


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    async def turn() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(turn(), seconds)


async def trade(sandbox: Sandbox, **order: Any) -> dict[str, Any]:
    """A run from start to end, and the truth after it."""
    sandbox.trade.start(order)
    await until(lambda: sandbox.trade.status()["state"] != "trading" and not sandbox.queue.busy)
    assert sandbox.trade.status()["error"] == ""
    return truth(sandbox)


def truth(sandbox: Sandbox) -> dict[str, Any]:
    shop: Any = sandbox.systems["shop"]
    opayo: Any = sandbox.systems["opayo"]
    return {"shop": shop.truth(), "opayo": opayo.truth(), "trade": sandbox.trade.truth()}


def captured(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [tx for tx in told["opayo"]["transactions"] if tx["captured"]]


WAYS = {"server": 60, "checkout": 30, "pi": 10}
"""Ways to pay, and nothing that happens afterwards."""


async def test_every_order_is_placed_accepted_and_paid_as_planned() -> None:
    async with trading_place() as (sandbox, bridge):
        told = await trade(sandbox, orders=60, seed=7, mix=WAYS)
    assert len(told["shop"]["orders"]) == 60
    assert all(order["accepted"] for order in told["shop"]["orders"])
    created = [each["order"]["number"] for each in bridge.messages if each["type"] == "order.created"]
    assert sorted(created) == sorted(order["number"] for order in told["shop"]["orders"])
    assert told["trade"]["paid"] == len(captured(told)) > 45
    assert {tx["system"] for tx in captured(told)} == {"Server", "Pi"}


async def test_opayo_takes_exactly_what_each_order_comes_to() -> None:
    async with trading_place() as (sandbox, _):
        told = await trade(sandbox, orders=40, seed=3, mix=WAYS)
    totals = {order["number"]: order["order"]["total"] for order in told["shop"]["orders"]}
    for tx in captured(told):
        assert str(tx["captured"]) == totals[tx["vendortxcode"].rsplit("-", 1)[0]]


async def test_the_real_time_of_each_notification_is_kept() -> None:
    async with trading_place() as (sandbox, _):
        told = await trade(sandbox, orders=20, seed=7, mix={"server": 1})
    paid = [row for row in told["trade"]["payments"].values() if row["status"] == "OK"]
    assert paid
    assert all(0 <= row["notified_at"] - row["paid_at"] < 10 for row in paid)


async def test_further_attempts_and_cancellations_are_told() -> None:
    async with trading_place() as (sandbox, bridge):
        await trade(sandbox, orders=150, seed=2, mix=WAYS)
    kinds = Counter(message["type"] for message in bridge.messages)
    assert kinds["payment.started"] > 3
    assert kinds["order.cancelled"] > 0
    statuses = Counter(note["Status"] for note in bridge.notifications)
    assert {"OK", "NOTAUTHED", "ABORT"} <= set(statuses)


async def test_when_payments_come_first_no_order_is_heard_of_before_all_are_paid() -> None:
    async with trading_place() as (sandbox, bridge):
        messages_at_notification: list[int] = []
        handle = bridge.handle

        async def watch(request: Any) -> Any:
            if request.path == "/notify":
                messages_at_notification.append(len(bridge.messages))
            return await handle(request)

        bridge.handle = watch  # type: ignore[method-assign]  # watched on its way in
        told = await trade(sandbox, orders=15, seed=7, payment_first=True)
    assert len(captured(told)) > 10
    assert set(messages_at_notification) == {0}


async def test_when_orders_come_first_nobody_pays_before_quiet() -> None:
    async with trading_place() as (sandbox, bridge):
        asked: list[int] = []

        def is_quiet() -> bool:
            asked.append(len(bridge.notifications))
            return len(asked) > 1

        bridge.is_quiet = is_quiet
        told = await trade(sandbox, orders=15, seed=7, orders_first=True, quiet_url=f"{bridge.url}/quiet")
    assert asked[:2] == [0, 0]
    assert len(captured(told)) > 10


async def test_days_end_today_and_each_night_is_settled() -> None:
    async with trading_place() as (sandbox, _):
        told = await trade(sandbox, orders=60, seed=7, days=3, mix=WAYS)
        today = sandbox.world.clock.real().date()
    dates = Counter(order["placed_at"].date() for order in told["shop"]["orders"])
    assert set(dates) == {today - timedelta(days=back) for back in range(3)}
    batched = {date.fromisoformat(batch["completed"][:10]) for batch in told["opayo"]["batches"]}
    assert batched == {today - timedelta(days=1), today}
    assert abs(sandbox.world.clock.business_offset) < 1


async def test_trade_goes_on_where_a_restart_interrupted_it(tmp_path: Path) -> None:
    async with trading_place(state=tmp_path) as (sandbox, _):
        sandbox.trade.start({"orders": 40, "seed": 7, "rate": 100, "mix": {"server": 1}})
        await until(lambda: sandbox.trade.status()["orders_begun"] > 10)
    async with trading_place(state=tmp_path) as (sandbox, bridge):
        await until(lambda: sandbox.trade.status()["state"] == "finished")
        await until(lambda: not sandbox.queue.due_within(60))
        told = truth(sandbox)
    assert len(told["shop"]["orders"]) == 40
    assert all(order["accepted"] for order in told["shop"]["orders"] if order["announced"])
    assert bridge.messages


async def test_a_rate_is_kept() -> None:
    async with trading_place() as (sandbox, _):
        begun = asyncio.get_running_loop().time()
        await trade(sandbox, orders=11, seed=7, rate=50, mix={"server": 1})
        assert asyncio.get_running_loop().time() - begun >= 0.2


async def test_hostile_faults_lose_no_order_and_no_payment() -> None:
    async with trading_place(faults="hostile", seed=5) as (sandbox, _):
        told = await trade(sandbox, orders=60, seed=7)
        await until(lambda: not sandbox.queue.due_within(30))
        told = truth(sandbox)
    assert all(order["accepted"] for order in told["shop"]["orders"])
    assert told["trade"]["attempts"]["OK"] > 45


async def test_trade_cannot_begin_before_the_shop_is_connected() -> None:
    sandbox = Sandbox(Options(port=0), build)
    await sandbox.start()
    try:
        with pytest.raises(ValueError, match="Connect the shop first"):
            sandbox.trade.start({"orders": 1})
    finally:
        await sandbox.stop()


async def test_two_runs_cannot_be_under_way_at_once() -> None:
    async with trading_place() as (sandbox, _):
        sandbox.trade.start({"orders": 500, "rate": 10})
        with pytest.raises(ValueError, match="under way"):
            sandbox.trade.start({"orders": 1})


async def test_a_payment_opayo_will_not_register_ends_the_run_in_words() -> None:
    async with trading_place() as (sandbox, _):
        shop: Any = sandbox.systems["shop"]
        shop.desk.connect(notification_url="not an address")
        sandbox.trade.start({"orders": 3, "seed": 7, "mix": {"server": 1}})
        await until(lambda: sandbox.trade.status()["state"] == "failed")
        assert "Opayo would not register" in sandbox.trade.status()["error"]
