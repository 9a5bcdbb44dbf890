"""The sandbox as a running process: journal, systems, HTTP and SMTP listeners, ticker."""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from sandbox.kernel.clock import Clock
from sandbox.kernel.control import Control, Trade, Workings
from sandbox.kernel.counts import Counts
from sandbox.kernel.edge import MAX_BODY, Edge
from sandbox.kernel.faults import Faults
from sandbox.kernel.html import environment, html_reply
from sandbox.kernel.mail import Mailbox, MailPages, listen
from sandbox.kernel.outgoing import OutgoingQueue
from sandbox.kernel.profiles import PROFILES
from sandbox.kernel.settings import Settings
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Reply, Request, System
from sandbox.kernel.world import World

TICK = 0.2
"""Seconds between two looks at what has fallen due."""

PLACES = (
    ("/shop/", "Shop", "Buy something as a customer would, and see the confirmations come in."),
    ("/xero/", "Xero", "The accounting organisations behind the simulated Xero API."),
    ("/opayo/", "Opayo", "The payment gateway: transactions, batches and hosted pages."),
    ("/acquirer/", "Acquirers", "The files in which acquirers tell of settlements, fees and disputes."),
    ("/bank/", "Bank", "Statements of the merchant's accounts in four formats."),
    ("/mail", "Mail", "Everything sent by e-mail; nothing leaves this process."),
    ("/control", "Control", "Faults, clock, switches, counts, truth and trade, as JSON."),
)


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: the arguments of `manage.py sandbox`."""

    port: int = 8001
    host: str = "127.0.0.1"
    state: Path | None = None
    """Folder of the journal; `None` keeps everything in memory."""
    fresh: bool = False
    latency_ms: int = 0
    faults: str | None = None
    """Name of a profile; `None` takes what control set before a restart, else `none`."""
    limits: str | None = None
    seed: int = 0
    smtp_port: int | None = None
    """`None` is the port after `port`; 0 picks a free one."""
    clock_file: Path | None = None
    """Where to write, at each move, by how many seconds the business clock is off the real time."""


class RunningTrade(Trade, Protocol):
    """A maker of trade that works in the background."""

    async def run(self) -> None:
        """Trade whenever there is an order to; ends by cancellation."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is mounted: the systems by mount point, and the maker of trade over them."""

    systems: Mapping[str, System]
    controls: Mapping[str, Mapping[str, Callable[..., Any]]]
    """What control can make a system do, by system and name: `POST /control/<system>/<name>`."""
    make_trade: Callable[[World, OutgoingQueue, Callable[[float], None]], RunningTrade]


class Sandbox:
    """One running sandbox; `start`, then `wait`, then `stop`."""

    def __init__(self, options: Options, build: Callable[[World], Parts]) -> None:
        self.options = options
        store = open_store(options)
        self._settings = Settings(store, options.clock_file)
        rng = random.Random(f"{options.seed}/{self._settings.starts()}")
        self.world = World(clock=Clock(), store=store, rng=rng)
        self._settings.restore(self.world)
        if options.limits is not None:
            self.world.switches["xero.limits"] = options.limits
        parts = build(self.world)
        self.systems = parts.systems
        self.faults = Faults(self._first_rules(), seed=options.seed)
        self.counts = Counts(store.table("kernel.counts"))
        self.queue = OutgoingQueue(self.world, self.systems, self.faults, self.counts)
        self.world.send = self.queue.send
        self.mailbox = Mailbox(self.world)
        self.trade = parts.make_trade(self.world, self.queue, self._move_clock)
        self.control = Control(
            Workings(
                world=self.world,
                systems=self.systems,
                controls=parts.controls,
                faults=self.faults,
                counts=self.counts,
                queue=self.queue,
                settings=self._settings,
                mailbox=self.mailbox,
                trade=self.trade,
            )
        )
        self._mail_pages = MailPages(self.mailbox)
        self._pages = environment()
        self.edge = Edge(
            self.world,
            self.systems,
            {"": self._start_page, "control": self.control, "mail": self._mail_pages},
            self.faults,
            self.counts,
            latency=options.latency_ms / 1000,
        )
        self.port = 0
        self.smtp_port = 0
        self._runner: web.ServerRunner | None = None
        self._smtp: asyncio.Server | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Listen, send what is pending, and begin to tick."""
        server = web.Server(
            self.edge.handle, request_factory=_request, access_log=None, max_line_size=65536,
            keepalive_timeout=75.0,
        )  # fmt: skip
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        listener = _bind(self.options.host, self.options.port)
        await web.SockSite(self._runner, listener, backlog=512).start()
        self.port = listener.getsockname()[1]
        self.world.base_url = f"http://{self.options.host}:{self.port}"
        await self._listen_smtp()
        await self.queue.open()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._tick()), loop.create_task(self.trade.run())]

    async def wait(self, stop: asyncio.Event) -> None:
        """Until told to stop. Raises what broke, if a background task of the sandbox did."""
        stopping = asyncio.ensure_future(stop.wait())
        watched: list[asyncio.Future[Any]] = [stopping, *self._tasks]
        if self.queue.failure is not None:
            watched.append(self.queue.failure)
        await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        for future in watched:
            if future is not stopping and future.done():
                future.result()

    async def stop(self) -> None:
        """Stop listening and sending; what is pending stays in the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.queue.close()
        if self._smtp is not None:
            self._smtp.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self.counts.keep()
        self.world.store.close()

    async def _listen_smtp(self) -> None:
        wanted = self.options.smtp_port
        if wanted is None:
            wanted = self.options.port + 1 if self.options.port else 0
        self._smtp = await listen(self.mailbox, self.options.host, wanted)
        self.smtp_port = self._smtp.sockets[0].getsockname()[1]
        self._mail_pages.smtp_port = self.smtp_port

    async def _tick(self) -> None:
        while True:
            for system in self.systems.values():
                system.tick()
            self.counts.keep()
            self.world.store.flush()
            await asyncio.sleep(TICK)

    def _move_clock(self, seconds: float) -> None:
        self.control.move_clock(seconds)

    def _first_rules(self) -> Any:
        if self.options.faults is not None:
            return PROFILES[self.options.faults]
        return self._settings.rules() or ()

    def _start_page(self, request: Request) -> Reply:
        now = self.world.clock.business().strftime("%d %B %Y, %H:%M UTC")
        return html_reply(self._pages, "start.html", {"places": PLACES, "now": now})


def open_store(options: Options) -> Store:
    """The journal in the state folder, emptied first if asked."""
    if options.state is None:
        return Store()
    path = options.state / "journal.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    return Store(path)


def _request(*args: Any) -> web.BaseRequest:
    message, payload, protocol, writer, task = args
    return web.BaseRequest(
        message, payload, protocol, writer, task, asyncio.get_running_loop(), client_max_size=MAX_BODY
    )


def _bind(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener
