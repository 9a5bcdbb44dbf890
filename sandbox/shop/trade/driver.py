"""Makes planned trade happen: day by day, customers order, pay or change their minds, in real time."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, Final
from urllib.parse import unquote_plus

import aiohttp

from sandbox.kernel.outgoing import OutgoingQueue
from sandbox.kernel.wire import Outgoing
from sandbox.kernel.wire_json import decode
from sandbox.kernel.world import World
from sandbox.shop.desk import OrderDesk
from sandbox.shop.gateway import PaymentRefused
from sandbox.shop.trade.order import Wanted, read_wanted
from sandbox.shop.trade.plan import Method, PlannedOrder, plan
from sandbox.shop.trade.visits import PaymentLog, Visit, Visits

CONCURRENT: Final = 64
"""Outgoing calls under way above which nobody new comes into the shop."""

HORIZON: Final = 10.0
"""Calls due within so many seconds are waited for before the clock moves on."""

SESSIONS: Final = (time_of_day(10, 0), time_of_day(13, 10), time_of_day(17, 40), time_of_day(20, 30))
"""When people buy, in UTC, on days that are traded through; the last day trades at the real time."""

AFTER_MIDNIGHT: Final = time_of_day(1, 10)
"""In UTC: past midnight and past the settlement runs in London, summer and winter."""

_VENDOR_TX_CODE: Final = re.compile(rb"(?:^|&)VendorTxCode=([^&]*)")


class TradeDriver:
    """One run of trade at a time, in the background of the sandbox's loop."""

    def __init__(
        self,
        world: World,
        queue: OutgoingQueue,
        move_clock: Callable[[float], None],
        desk: OrderDesk,
        visits: Visits,
    ) -> None:
        self._world = world
        self._queue = queue
        self._move_clock = move_clock
        self._desk = desk
        self._visits = visits
        self._payments: PaymentLog = visits.payments
        self._table = world.store.table("shop.trade")
        self._wake = asyncio.Event()
        self._phase = "idle"
        self._tasks: set[asyncio.Task[None]] = set()
        queue.on_send = self._note_notification
        if self._current is not None and not self._current["finished"]:
            self._wake.set()

    @property
    def _current(self) -> dict[str, Any] | None:
        return self._table.get("current")

    def start(self, order: Mapping[str, Any]) -> None:
        """Begin a run; ValueError if one is under way or the order cannot be followed."""
        if self._current is not None and not self._current["finished"]:
            raise ValueError("Trade is under way; wait until its status is finished")
        wanted = read_wanted(order)
        if not self._desk.is_connected:
            raise ValueError("Connect the shop first: POST /control/shop/connect")
        if wanted.mix.get(Method.SERVER) and not self._desk.setting("notification_url"):
            raise ValueError("The shop has no notification_url to register payments with")
        run = {"order": dict(order), "next_index": 0, "finished": False, "error": ""}
        self._table.put("current", {**run, "started_at": time.time(), "finished_at": 0.0})
        self._wake.set()

    def status(self) -> dict[str, Any]:
        """How far the run is."""
        run = self._current or {"finished": True, "next_index": 0, "order": {}, "error": ""}
        return {
            "state": "failed" if run["error"] else "finished" if run["finished"] else "trading",
            "phase": self._phase,
            "error": run["error"],
            "order": run["order"],
            "started_at": run.get("started_at", 0.0),
            "finished_at": run.get("finished_at", 0.0),
            "orders_begun": run["next_index"],
            "orders_waiting_to_be_accepted": self._desk.webhooks.waiting,
            "outgoing": self._queue.pending,
            "after_sales": self._visits.after_sales.status(),
            **self._payments.tally(),
        }

    def truth(self) -> dict[str, Any]:
        """The status, the real times of every attempt to pay, and every deed afterwards, for the auditor."""
        return {**self.status(), "payments": self._payments.all(), "deeds": self._visits.after_sales.all()}

    async def run(self) -> None:
        """Wait for an order to trade, follow it, and wait again."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            run = self._current
            if run is None:
                continue
            try:
                await self._follow(run, read_wanted(run["order"]))
            except PaymentRefused as refusal:
                run["error"] = f"Opayo would not register a payment: {refusal}"
            self._phase = "idle"
            self._table.put("current", {**run, "finished": True, "finished_at": time.time()})

    async def _follow(self, run: dict[str, Any], wanted: Wanted) -> None:
        orders = plan(wanted.trade(run["next_index"]))
        for day, sessions in enumerate(wanted.sizes(run["next_index"])):
            for session, size in enumerate(sessions):
                batch = [order for _, order in zip(range(size), orders, strict=False)]
                if not batch:
                    continue
                await self._open_day(wanted, day, session)
                await self._hold_session(run, wanted, batch)
            await self._settle_down(wanted, f"day {day + 1}: waiting for quiet")

    async def _open_day(self, wanted: Wanted, day: int, session: int) -> None:
        if wanted.days == 1:
            return
        await self._settle_down(None, f"day {day + 1}: emptying the post")
        now = self._world.clock.real()
        if day == wanted.days - 1:
            self._move_to(now)
            return
        date = (now - timedelta(days=wanted.days - 1 - day)).date()
        if session == 0:
            self._move_to(datetime.combine(date, AFTER_MIDNIGHT, UTC))
        self._move_to(datetime.combine(date, SESSIONS[session], UTC))

    def _move_to(self, moment: datetime) -> None:
        self._move_clock((moment - self._world.clock.business()).total_seconds())

    async def _hold_session(self, run: dict[str, Any], wanted: Wanted, batch: list[PlannedOrder]) -> None:
        self._phase = f"trading from order {run['next_index'] + 1}"
        visits: list[Visit] = []
        started = time.monotonic()
        for count, order in enumerate(batch):
            await self._pace(wanted, started, count)
            visit = self._visits.enter(order)
            visits.append(visit)
            run["next_index"] = order.index + 1
            self._table.put("current", run)
            self._begin(wanted, visit)
        await self._finish(wanted, visits)

    def _begin(self, wanted: Wanted, visit: Visit) -> None:
        if wanted.payment_first:
            self._visits.pay_unannounced(visit)
        else:
            self._visits.announce(visit)
            if not wanted.orders_first:
                self._spawn(self._visits.pay(visit))

    async def _finish(self, wanted: Wanted, visits: list[Visit]) -> None:
        if wanted.orders_first or wanted.payment_first:
            await self._settle_down(wanted, "waiting between orders and payments")
            started = time.monotonic()
            for count, visit in enumerate(visits):
                await self._pace(wanted, started, count)
                if wanted.payment_first:
                    self._visits.announce(visit)
                else:
                    self._spawn(self._visits.pay(visit))
        if self._tasks:
            await asyncio.gather(*self._tasks)
        for visit in visits:
            self._visits.leave(visit)

    async def _pace(self, wanted: Wanted, started: float, count: int) -> None:
        if wanted.rate:
            await asyncio.sleep(max(0.0, started + count / wanted.rate - time.monotonic()))
        await self._queue.less_busy(CONCURRENT)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle_down(self, wanted: Wanted | None, phase: str) -> None:
        self._phase = phase
        while (
            self._queue.busy
            or self._queue.due_within(HORIZON)
            or self._visits.after_sales.due_within(HORIZON)
        ):
            await asyncio.sleep(0.05)
        if wanted is not None and wanted.quiet_url:
            await self._wait_for_quiet(wanted)

    async def _wait_for_quiet(self, wanted: Wanted) -> None:
        deadline = time.monotonic() + wanted.quiet_timeout
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while time.monotonic() < deadline:
                if await _is_quiet(session, wanted.quiet_url):
                    return
                await asyncio.sleep(0.2)

    def _note_notification(self, outgoing: Outgoing, at: float) -> None:
        if outgoing.route.startswith("opayo.notification"):
            found = _VENDOR_TX_CODE.search(outgoing.body)
            if found is not None:
                self._payments.notified(unquote_plus(found[1].decode()), at)


async def _is_quiet(session: aiohttp.ClientSession, url: str) -> bool:
    """204, or 200 with `{"quiet": true}`; whatever else, an error included, is not quiet."""
    try:
        async with session.get(url) as response:
            if response.status != 200:
                return response.status == 204
            answer = decode(await response.read())
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False
    return isinstance(answer, dict) and answer.get("quiet") is True
