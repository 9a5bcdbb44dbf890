"""Runs a sandbox around made-up systems, on free ports of the test's own loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from sandbox.kernel.outgoing import OutgoingQueue
from sandbox.kernel.server import Options, Parts, Sandbox
from sandbox.kernel.wire import Outgoing, Reply, Request
from sandbox.kernel.world import World


class Echo:
    """A system that counts its work, answers with it, and hears outcomes."""

    name = "echo"

    def __init__(self, world: World) -> None:
        self.world = world
        self.table = world.store.table("echo.calls")
        self.requests: list[Request] = []
        self.outcomes: list[tuple[str, int | str]] = []
        self.ticks = 0
        self.expired = 0

    def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        self.table.put(str(len(self.table)), {"path": request.path})
        return Reply(200, b"work done" * 10, {"content-type": "text/plain"})

    def route_of(self, request: Request) -> str:
        return "echo" + request.path.replace("/", ".")

    def tick(self) -> None:
        self.ticks += 1

    def replied(self, key: str, reply: Reply) -> None:
        self.outcomes.append((key, reply.status))

    def failed(self, key: str, reason: str) -> None:
        self.outcomes.append((key, reason))

    def expire_tokens(self) -> None:
        self.expired += 1

    def truth(self) -> dict[str, Any]:
        return {"calls": len(self.table)}


class NoTrade:
    """Stands where the trade would be."""

    def start(self, order: Mapping[str, Any]) -> None:
        raise ValueError("This sandbox does not trade")

    def status(self) -> dict[str, Any]:
        return {"state": "idle"}

    def truth(self) -> dict[str, Any]:
        return self.status()

    async def run(self) -> None:
        """Nothing to do, which is done at once."""


def parts(world: World) -> Parts:
    def make_trade(world: World, queue: OutgoingQueue, move: Callable[[float], None]) -> NoTrade:
        return NoTrade()

    controls = {"echo": {"greet": lambda name: {"hello": name}}}
    return Parts({"echo": Echo(world)}, controls, make_trade)


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[Sandbox]:
    """A sandbox with one `Echo`, listening on a free port; stopped at the end."""
    sandbox = Sandbox(Options(port=0, **options), parts)
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


def echo_of(sandbox: Sandbox) -> Echo:
    system = sandbox.systems["echo"]
    assert isinstance(system, Echo)
    return system


def call_out(url: str, key: str = "k1", **fields: Any) -> Outgoing:
    """An outgoing call of the made-up system."""
    return Outgoing(system="echo", key=key, route="echo.out", url=url, body=b"news", **fields)
