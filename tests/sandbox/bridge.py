"""A stand-in for the bridge: takes orders and notifications, remembers them, and does nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web

from sandbox.kernel.server import Sandbox
from sandbox.kernel.wire_json import decode, json_reply
from sandbox.shop.gateway import registration_fields


class Bridge:
    """Answers as docs/shop-webhooks.md and Opayo Server ask; a repeated webhook-id gets the first answer."""

    def __init__(self) -> None:
        self.url = ""
        self.opayo: Any = None
        """Registers payment pages when an order asks for one."""
        self.messages: list[dict[str, Any]] = []
        self.notifications: list[dict[str, str]] = []
        self.is_quiet: Callable[[], bool] = lambda: True
        self._answers: dict[str, Any] = {}

    async def handle(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        if request.path == "/quiet":
            return web.Response(status=204 if self.is_quiet() else 503)
        if request.path == "/notify":
            self.notifications.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
            return web.Response(text="Status=OK\r\nRedirectURL=http://127.0.0.1/thanks\r\n")
        key = request.headers["webhook-id"]
        if key not in self._answers:
            self.messages.append(decode(body))
            self._answers[key] = self._answer(self.messages[-1].get("order", {}))
        reply = json_reply(self._answers[key], 200 if "next_url" in self._answers[key] else 202)
        return web.Response(status=reply.status, body=reply.body, headers=dict(reply.headers))

    def _answer(self, order: dict[str, Any]) -> dict[str, str]:
        if "checkout" not in order:
            return {"event": "evt_1"}
        code = f"{order['number']}-b"
        reply = self.opayo.register_server(registration_fields(order, code, f"{self.url}/notify"))
        return {"event": "evt_1", "next_url": reply["NextURL"], "vendor_tx_code": code}

    def connection(self) -> dict[str, str]:
        """What the shop must be told to reach this bridge."""
        return {"orders_url": f"{self.url}/orders", "notification_url": f"{self.url}/notify"}


@asynccontextmanager
async def bridge_for(sandbox: Sandbox) -> AsyncIterator[Bridge]:
    """A bridge on a free port, connected to the sandbox's shop."""
    bridge = Bridge()
    bridge.opayo = sandbox.systems["opayo"]
    runner = web.ServerRunner(web.Server(lambda request: bridge.handle(request), access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    bridge.url = f"http://{host}:{port}"
    shop: Any = sandbox.systems["shop"]
    shop.desk.connect(**bridge.connection())
    try:
        yield bridge
    finally:
        await runner.cleanup()
