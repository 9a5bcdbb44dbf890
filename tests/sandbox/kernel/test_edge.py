"""The HTTP edge over a real socket."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import aiohttp
import pytest

from sandbox.kernel.faults import Kind, Rule
from sandbox.kernel.server import Sandbox
from tests.sandbox.kernel.running import echo_of, running

pytestmark = pytest.mark.asyncio


async def call(sandbox: Sandbox, path: str, method: str = "GET", **options: Any) -> tuple[int, bytes, Any]:
    url = f"http://127.0.0.1:{sandbox.port}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url, **options) as reply:
        return reply.status, await reply.read(), reply.headers


async def test_a_system_gets_the_request_below_its_mount() -> None:
    async with running() as sandbox:
        status, body, _ = await call(
            sandbox, "/echo/a%20b?x=1&y=", "POST", data=b"body", headers={"X-Tenant": "T"}
        )
        request = echo_of(sandbox).requests[0]
    assert (status, body) == (200, b"work done" * 10)
    assert (request.method, request.path, request.query) == ("POST", "/a b", {"x": "1", "y": ""})
    assert (request.headers["x-tenant"], request.body) == ("T", b"body")
    assert request.base_url == f"http://127.0.0.1:{sandbox.port}"


async def test_an_unknown_mount_is_not_found() -> None:
    async with running() as sandbox:
        assert (await call(sandbox, "/nowhere/x"))[0] == 404


async def test_the_start_page_links_to_every_part() -> None:
    async with running() as sandbox:
        status, body, _ = await call(sandbox, "/")
    assert status == 200
    assert all(f'href="{link}"'.encode() in body for link in ("/shop/", "/xero/", "/mail", "/control"))


@pytest.mark.parametrize(
    ("kind", "status"), [(Kind.TOO_MANY, 429), (Kind.SERVER_ERROR, 500), (Kind.UNAVAILABLE, 503)]
)
async def test_an_injected_error_does_no_work(kind: Kind, status: int) -> None:
    async with running() as sandbox:
        sandbox.faults.add(Rule("echo.*", kind, seconds=2.0))
        got, _, headers = await call(sandbox, "/echo/a")
        assert got == status
        assert headers.get("Retry-After") == (None if status == 500 else "2")
        assert echo_of(sandbox).requests == []


@pytest.mark.parametrize(
    ("kind", "work"), [(Kind.DROP, 0), (Kind.TIMEOUT_BEFORE, 0), (Kind.TIMEOUT_AFTER, 1)]
)
async def test_a_dropped_call_gets_no_answer_and_the_work_is_done_only_after_which_it_timed_out(
    kind: Kind, work: int
) -> None:
    async with running() as sandbox:
        sandbox.faults.add(Rule("echo.*", kind, seconds=0.01, remaining=1))
        with pytest.raises(aiohttp.ClientConnectionError):
            await call(sandbox, "/echo/a", "POST", data=b"x")
        assert len(echo_of(sandbox).requests) == work


async def test_a_truncated_reply_breaks_off_after_the_work() -> None:
    async with running() as sandbox:
        sandbox.faults.add(Rule("echo.*", Kind.TRUNCATE))
        with pytest.raises(aiohttp.ClientPayloadError):
            await call(sandbox, "/echo/a")
        assert len(echo_of(sandbox).requests) == 1


async def test_a_late_reply_is_a_whole_one() -> None:
    async with running() as sandbox:
        sandbox.faults.add(Rule("echo.*", Kind.LATENCY, seconds=0.05))
        begun = asyncio.get_running_loop().time()
        assert (await call(sandbox, "/echo/a"))[0] == 200
        assert asyncio.get_running_loop().time() - begun >= 0.05


async def test_tokens_expire_just_before_the_call() -> None:
    async with running() as sandbox:
        sandbox.faults.add(Rule("echo.*", Kind.EXPIRE_TOKENS))
        assert (await call(sandbox, "/echo/a"))[0] == 200
        assert echo_of(sandbox).expired == 1


async def test_what_a_person_clicks_is_never_faulted() -> None:
    async with running() as sandbox:
        sandbox.faults.add(Rule("*", Kind.SERVER_ERROR))
        headers = {"Accept": "text/html,application/xhtml+xml"}
        assert (await call(sandbox, "/echo/page", headers=headers))[0] == 200


async def test_control_is_never_faulted() -> None:
    async with running() as sandbox:
        sandbox.faults.add(Rule("*", Kind.DROP))
        assert (await call(sandbox, "/control/counts"))[0] == 200


async def test_calls_in_flight_are_counted_for_each_tenant() -> None:
    async with running(latency_ms=50) as sandbox:
        tenants = ["a", "a", "b"]
        await asyncio.gather(
            *(call(sandbox, "/echo/x", headers={"xero-tenant-id": each}) for each in tenants)
        )
        await call(sandbox, "/echo/x", headers={"xero-tenant-id": "a"})
        seen = [(each.headers["xero-tenant-id"], each.in_flight) for each in echo_of(sandbox).requests]
    assert sorted(seen[:3]) == [("a", 1), ("a", 2), ("b", 1)]
    assert seen[3] == ("a", 1)


async def test_ten_megabytes_arrive_whole() -> None:
    async with running() as sandbox:
        assert (await call(sandbox, "/echo/x", "POST", data=io.BytesIO(b"x" * 10_000_000)))[0] == 200
        assert len(echo_of(sandbox).requests[0].body) == 10_000_000
