"""Calls the simulated systems make to the outside: journalled, then sent at least once.

The systems own the policy of retrying: an outcome is reported to them, and they hand over a new
call with a later `not_before` if they want one.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from sandbox.kernel.counts import Counts
from sandbox.kernel.faults import Fault, Faults, Kind
from sandbox.kernel.wire import Outgoing, Reply, System
from sandbox.kernel.world import World

PER_HOST = 32
"""Calls under way to one host at a time."""

TIMEOUT = 10.0
"""Seconds allowed for a call and its answer."""

_NOT_SENT = frozenset({Kind.DROP, Kind.TIMEOUT_BEFORE, Kind.TOO_MANY, Kind.SERVER_ERROR, Kind.UNAVAILABLE})
_REPLY_LOST = frozenset({Kind.TIMEOUT_AFTER, Kind.TRUNCATE})
_LATER = frozenset({Kind.DELAY, Kind.REORDER, Kind.LATENCY})


@dataclass(slots=True)
class _Lane:
    """What waits for one host, and how many workers serve it."""

    waiting: deque[tuple[str, Outgoing, Fault | None]] = field(default_factory=deque)
    workers: int = 0


class OutgoingQueue:
    """Sends `Outgoing`s soon after they were handed over, or at their time."""

    def __init__(self, world: World, systems: Mapping[str, System], faults: Faults, counts: Counts) -> None:
        self.on_send: Callable[[Outgoing, float], None] = lambda outgoing, at: None
        """Told of every call just before it is sent, with the real time in seconds since the epoch."""
        self._world = world
        self._systems = systems
        self._faults = faults
        self._counts = counts
        self._random = random.Random(world.rng.random())
        self._table = world.store.table("kernel.outgoing")
        self._pending: dict[str, Outgoing] = {}
        self._due: list[tuple[float, int, str, Outgoing]] = []
        self._order = 0
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.busy = 0
        """Calls handed to the network, or held by a fault, and not yet answered."""
        self._waiters: list[tuple[int, asyncio.Future[None]]] = []
        self._session: aiohttp.ClientSession | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self.failure: asyncio.Future[None] | None = None

    def send(self, outgoing: Outgoing) -> None:
        """Take over a call; one handed over again under its key replaces the earlier one."""
        identity = f"{outgoing.system} {outgoing.key}"
        self._table.put(identity, _to_row(outgoing))
        self._enqueue(identity, outgoing)

    @property
    def pending(self) -> int:
        """Calls not yet answered, however far in the future they are due."""
        return len(self._pending)

    def due_within(self, seconds: float) -> int:
        """Calls under way, waiting, or due within so many seconds of the machine clock."""
        limit = self._world.clock.machine() + seconds
        return sum(1 for outgoing in self._pending.values() if outgoing.not_before <= limit)

    async def less_busy(self, limit: int) -> None:
        """Wait until fewer than `limit` calls are busy."""
        while self.busy >= limit:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append((limit, waiter))
            await waiter

    async def open(self) -> None:
        """Start sending, beginning with what an earlier process left."""
        self.failure = asyncio.get_running_loop().create_future()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            headers={"User-Agent": "tillbridge-sandbox"},
            skip_auto_headers=("Accept-Encoding",),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        for identity in self._table:
            self._enqueue(identity, _from_row(self._table[identity]))
        self.wake()

    async def close(self) -> None:
        """Stop at once; what is unanswered stays journalled for the next start."""
        if self._alarm is not None:
            self._alarm.cancel()
        session, self._session = self._session, None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if session is not None:
            await session.close()

    def wake(self) -> None:
        """Hand out all that has fallen due; called at the alarm and after each move of the clock."""
        if self._session is None:
            return
        now = self._world.clock.machine()
        while self._due and self._due[0][0] <= now:
            _, _, identity, outgoing = heapq.heappop(self._due)
            if self._pending.get(identity) is outgoing:
                self._dispatch(identity, outgoing)
        self._set_alarm(now)

    def _enqueue(self, identity: str, outgoing: Outgoing) -> None:
        self._pending[identity] = outgoing
        self._order += 1
        if self._session is not None and outgoing.not_before <= self._world.clock.machine():
            self._dispatch(identity, outgoing)
            return
        heapq.heappush(self._due, (outgoing.not_before, self._order, identity, outgoing))
        if self._session is not None:
            self._set_alarm(self._world.clock.machine())

    def _set_alarm(self, now: float) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._due:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(max(0.0, self._due[0][0] - now), self.wake)

    def _dispatch(self, identity: str, outgoing: Outgoing) -> None:
        self.busy += 1
        fault = self._faults.decide(outgoing.route, identity, self._world.clock.machine())
        if fault is not None:
            self._counts.fault(outgoing.route, fault.kind)
            if fault.kind in _LATER:
                self._hold(identity, outgoing, fault)
                return
        self._join_lane(identity, outgoing, fault)

    def _hold(self, identity: str, outgoing: Outgoing, fault: Fault) -> None:
        share = self._random.random() if fault.kind is Kind.REORDER else 1.0
        loop = asyncio.get_running_loop()
        loop.call_later(fault.seconds * share, self._join_lane, identity, outgoing, None)

    def _join_lane(self, identity: str, outgoing: Outgoing, fault: Fault | None) -> None:
        if self._session is None:
            return
        lane = self._lanes.setdefault(urlsplit(outgoing.url).netloc, _Lane())
        lane.waiting.append((identity, outgoing, fault))
        if lane.workers < PER_HOST:
            lane.workers += 1
            task = asyncio.get_running_loop().create_task(self._work(lane))
            self._tasks.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or self.failure is None or self.failure.done():
            return
        error = task.exception()
        if error is not None:
            self.failure.set_exception(error)

    async def _work(self, lane: _Lane) -> None:
        try:
            while lane.waiting:
                identity, outgoing, fault = lane.waiting.popleft()
                await self._deliver(identity, outgoing, fault)
        finally:
            lane.workers -= 1

    async def _deliver(self, identity: str, outgoing: Outgoing, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if kind in _NOT_SENT:
            self._settle(identity, outgoing, "the connection was dropped")
            return
        outcome = await self._post(outgoing)
        if kind is Kind.DUPLICATE:
            await self._post(outgoing)
        self._settle(identity, outgoing, "the reply was lost" if kind in _REPLY_LOST else outcome)

    async def _post(self, outgoing: Outgoing) -> Reply | str:
        """One try: the reply, or in words why there is none."""
        session = self._session
        if session is None:
            return "the sandbox is stopping"
        self._world.store.flush()
        self._counts.sent(outgoing.route)
        self.on_send(outgoing, time.time())
        try:
            async with session.post(
                outgoing.url, data=outgoing.body, headers=outgoing.headers, allow_redirects=False
            ) as response:
                body = await response.read()
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status, body, headers)
        except TimeoutError:
            return f"no answer within {TIMEOUT:.0f} seconds"
        except (aiohttp.ClientError, ValueError) as error:
            return f"{type(error).__name__}: {error}"

    def _settle(self, identity: str, outgoing: Outgoing, outcome: Reply | str) -> None:
        if self._session is None:
            return
        self._less_busy()
        system = self._systems[outgoing.system]
        if isinstance(outcome, Reply):
            system.replied(outgoing.key, outcome)
        else:
            system.failed(outgoing.key, outcome)
        # Only now, and unless the system has just handed over the next try under the same key: a
        # kill in between sends once more, never once less.
        if self._pending.get(identity) is outgoing:
            del self._pending[identity]
            self._table.delete(identity)
        self._world.store.flush()

    def _less_busy(self) -> None:
        self.busy -= 1
        for limit, waiter in self._waiters:
            if self.busy < limit and not waiter.done():
                waiter.set_result(None)
        self._waiters = [each for each in self._waiters if not each[1].done()]


def _to_row(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "system": outgoing.system,
        "key": outgoing.key,
        "route": outgoing.route,
        "url": outgoing.url,
        "body": outgoing.body,
        "headers": dict(outgoing.headers),
        "not_before": outgoing.not_before,
    }


def _from_row(row: dict[str, Any]) -> Outgoing:
    return Outgoing(**row)
