"""The HTTP edge: from a socket to a system and back, with latency and faults around the work."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from sandbox.kernel.counts import Counts
from sandbox.kernel.faults import Fault, Faults, Kind
from sandbox.kernel.wire import Reply, Request, System
from sandbox.kernel.world import World

MAX_BODY = 16 * 1024 * 1024
"""Bytes; above Xero's own limit of 10 MB, so that the simulated system can refuse it itself."""

Page = Callable[[Request], Reply]

_INJECTED = {
    Kind.TOO_MANY: (429, b"Too many requests"),
    Kind.SERVER_ERROR: (500, b"An unexpected error occurred"),
    Kind.UNAVAILABLE: (503, b"The service is temporarily unavailable"),
    Kind.MAINTENANCE: (503, b"Down for maintenance"),
}

_WORK_IS_DONE = frozenset(
    {Kind.TIMEOUT_AFTER, Kind.TRUNCATE, Kind.LATENCY, Kind.EXPIRE_TOKENS, Kind.REVOKE_TOKENS}
)


def split_mount(path: str) -> tuple[str, str]:
    """`/xero/api.xro/2.0/Invoices` is `xero` and `/api.xro/2.0/Invoices`."""
    mount, _, rest = path[1:].partition("/")
    return mount, "/" + rest


def is_browser(request: Request) -> bool:
    """Whether a person's browser asks for a page; people's clicks are never faulted."""
    return "text/html" in request.headers.get("accept", "")


def subject_of(request: Request) -> str:
    """Names the thing a call tries to do, the same on every retry of it."""
    key = request.headers.get("idempotency-key") or request.headers.get("webhook-id")
    if key:
        return key
    digest = hashlib.blake2b(request.body, digest_size=12)
    digest.update(repr(sorted(request.query.items())).encode())
    return f"{request.method} {request.path} {digest.hexdigest()}"


class Edge:
    """Answers every request of the process: pages and control directly, systems through faults."""

    def __init__(
        self,
        world: World,
        systems: Mapping[str, System],
        pages: Mapping[str, Page],
        faults: Faults,
        counts: Counts,
        *,
        latency: float = 0.0,
    ) -> None:
        self.latency = latency
        self._world = world
        self._systems = systems
        self._pages = pages
        self._faults = faults
        self._counts = counts
        self._in_flight: Counter[str] = Counter()

    async def handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Serve one request."""
        mount, path = split_mount(incoming.rel_url.raw_path)
        system = self._systems.get(mount)
        if system is None:
            page = self._pages.get(mount)
            if page is None:
                return web.Response(status=404, text="Nothing is mounted here; see / for what is.\n")
            return self._respond(page(await read_request(incoming, path)))
        return await self._call(incoming, system, mount, path)

    async def _call(
        self, incoming: web.BaseRequest, system: System, mount: str, path: str
    ) -> web.StreamResponse:
        lane = f"{mount} {incoming.headers.get('xero-tenant-id', '')}"
        self._in_flight[lane] += 1
        try:
            request = await read_request(incoming, path, self._in_flight[lane])
            route = system.route_of(request)
            self._counts.incoming(mount, route, request)
            if is_browser(request):
                return self._respond(system.handle(request))
            if self.latency:
                await asyncio.sleep(self.latency)
            fault = self._faults.decide(route, subject_of(request), self._world.clock.machine())
            if fault is None:
                return self._respond(self._work(system, request))
            self._counts.fault(route, fault.kind)
            return await self._faulted(incoming, system, request, fault)
        finally:
            self._in_flight[lane] -= 1

    def _work(self, system: System, request: Request) -> Reply:
        reply = system.handle(request)
        self._counts.answered(system.name, reply.status)
        return reply

    async def _faulted(
        self, incoming: web.BaseRequest, system: System, request: Request, fault: Fault
    ) -> web.StreamResponse:
        if fault.kind in _INJECTED:
            return self._respond(injected_reply(fault))
        if fault.kind is Kind.LATENCY:
            await asyncio.sleep(fault.seconds)
        spoil_tokens(system, fault.kind)
        reply = self._work(system, request) if fault.kind in _WORK_IS_DONE else Reply()
        if fault.kind in (Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER):
            self._world.store.flush()
            await asyncio.sleep(fault.seconds)
        if fault.kind in (Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER, Kind.DROP):
            break_off(incoming)
        elif fault.kind is Kind.TRUNCATE:
            self._world.store.flush()
            truncate(incoming, reply)
        return self._respond(reply)

    def _respond(self, reply: Reply) -> web.StreamResponse:
        self._world.store.flush()
        return web.Response(status=reply.status, body=reply.body, headers=dict(reply.headers))


async def read_request(incoming: web.BaseRequest, path: str, in_flight: int = 1) -> Request:
    """The framework-free form of a request, with its body read whole."""
    query = incoming.rel_url.raw_query_string
    return Request(
        method=incoming.method,
        path=unquote(path) if "%" in path else path,
        query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
        headers={name.lower(): value for name, value in incoming.headers.items()},
        body=await incoming.read() if incoming.body_exists else b"",
        base_url=f"{incoming.scheme}://{incoming.host}",
        in_flight=in_flight,
    )


def injected_reply(fault: Fault) -> Reply:
    """What an injected 429, 500 or 503 looks like; Retry-After in whole seconds where it is usual."""
    status, body = _INJECTED[fault.kind]
    headers = {"content-type": "text/plain"}
    if fault.seconds and status != 500:
        headers["retry-after"] = str(max(1, round(fault.seconds)))
    if status == 429:
        headers["x-rate-limit-problem"] = "minute"
    return Reply(status, body, headers)


def spoil_tokens(system: System, kind: Kind) -> None:
    """Let the system's tokens run out or be withdrawn, if it is one that hands out any."""
    name = {Kind.EXPIRE_TOKENS: "expire_tokens", Kind.REVOKE_TOKENS: "revoke"}.get(kind)
    spoil = getattr(system, name, None) if name else None
    if spoil is not None:
        spoil()


def break_off(incoming: web.BaseRequest) -> None:
    """Drop the connection without a word."""
    if incoming.transport is not None:
        incoming.transport.abort()


def truncate(incoming: web.BaseRequest, reply: Reply) -> None:
    """Send the head and half the body, then close."""
    transport = incoming.transport
    if transport is None:
        return
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    lines += [f"Content-Length: {len(reply.body) + 1}", "", ""]
    transport.write("\r\n".join(lines).encode("latin-1") + reply.body[: len(reply.body) // 2])
    transport.close()
