"""A Xero of its own for every test, and the same one behind a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from aiohttp import web

from sandbox.kernel.counts import Counts
from sandbox.kernel.edge import Edge
from sandbox.kernel.faults import Faults
from tests.sandbox.xero.rig import Xero, make_xero


@pytest.fixture
def xero() -> Xero:
    """A Xero with every switch at its default, and the demo app connected to the first organisation."""
    return make_xero()


@dataclass(frozen=True)
class Served:
    """A Xero that answers on a socket of this machine."""

    xero: Xero
    url: str


@pytest.fixture
def served(xero: Xero) -> Iterator[Served]:
    """The Xero of the test, over HTTP at `/xero` on a free port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(_start(xero), loop).result(10)
    yield Served(xero, f"http://127.0.0.1:{port}/xero")
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def _start(xero: Xero) -> tuple[web.ServerRunner, int]:
    edge = Edge(
        xero.world, {"xero": xero.system}, {}, Faults(), Counts(xero.world.store.table("kernel.counts"))
    )
    runner = web.ServerRunner(web.Server(edge.handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    return runner, port
