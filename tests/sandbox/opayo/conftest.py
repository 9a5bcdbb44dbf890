"""A gateway of its own for every test, and the same one behind a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from aiohttp import web

from sandbox.credentials import OPAYO_INTEGRATION_KEY, OPAYO_INTEGRATION_PASSWORD
from sandbox.kernel.wire import Request
from sandbox.opayo.system import OpayoSystem
from tests.sandbox.opayo.rig import Opayo, make_opayo


@pytest.fixture
def opayo() -> Opayo:
    """A gateway with every switch at its default."""
    return make_opayo()


@dataclass(frozen=True)
class Served:
    """A gateway that answers on a socket of this machine."""

    opayo: Opayo
    url: str
    basic: tuple[str, str] = (OPAYO_INTEGRATION_KEY, OPAYO_INTEGRATION_PASSWORD)


@pytest.fixture
def served(opayo: Opayo) -> Iterator[Served]:
    """The gateway of the test, over HTTP at `/opayo` on a free port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(_start(opayo.system), loop).result(10)
    yield Served(opayo, f"http://127.0.0.1:{port}/opayo")
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


async def _start(system: OpayoSystem) -> tuple[web.ServerRunner, int]:
    async def handle(incoming: web.BaseRequest) -> web.Response:
        request = Request(
            method=incoming.method,
            path=incoming.path.removeprefix("/opayo"),
            query=dict(incoming.query),
            headers={name.lower(): value for name, value in incoming.headers.items()},
            body=await incoming.read(),
            base_url=f"http://{incoming.host}",
        )
        reply = system.handle(request)
        return web.Response(status=reply.status, body=reply.body, headers=dict(reply.headers))

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    return runner, port
