"""Calls the simulated systems make to the outside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from sandbox.kernel.faults import Kind, Rule
from sandbox.kernel.outgoing import PER_HOST
from tests.sandbox.kernel.running import call_out, echo_of, running

pytestmark = pytest.mark.asyncio


class Receiver:
    """The outside: keeps what it is sent, and can be made to answer slowly or badly."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.status = 202
        self.gate = asyncio.Event()
        self.gate.set()
        self.now = self.most = 0

    async def handle(self, request: web.BaseRequest) -> web.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        await self.gate.wait()
        self.now -= 1
        return web.Response(status=self.status, text="heard")


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver.handle, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/in"
    try:
        yield receiver
    finally:
        await runner.cleanup()


async def until(condition: Callable[[], object]) -> None:
    """Let the loop turn until the condition holds; fails after five seconds."""

    async def turn() -> None:
        while not condition():
            await asyncio.sleep(0.005)

    await asyncio.wait_for(turn(), 5)


async def test_a_call_arrives_and_its_answer_comes_back() -> None:
    async with receiving() as receiver, running() as sandbox:
        sandbox.world.send(call_out(receiver.url, headers={"x-mark": "1"}))
        await until(lambda: echo_of(sandbox).outcomes)
        assert echo_of(sandbox).outcomes == [("k1", 202)]
        assert (receiver.bodies, receiver.headers[0]["x-mark"]) == ([b"news"], "1")
        assert sandbox.queue.pending == 0


async def test_a_refused_connection_is_reported_in_words() -> None:
    async with running() as sandbox:
        sandbox.world.send(call_out("http://127.0.0.1:1/in"))
        await until(lambda: echo_of(sandbox).outcomes)
        assert "Cannot connect" in str(echo_of(sandbox).outcomes[0][1])


@pytest.mark.parametrize("url", ["", "no-scheme/path", "http://"])
async def test_an_address_that_is_none_is_reported_not_raised(url: str) -> None:
    async with running() as sandbox:
        sandbox.world.send(call_out(url))
        await until(lambda: echo_of(sandbox).outcomes)
        assert isinstance(echo_of(sandbox).outcomes[0][1], str)


async def test_a_call_waits_for_its_time() -> None:
    async with receiving() as receiver, running() as sandbox:
        now = sandbox.world.clock.machine()
        sandbox.world.send(call_out(receiver.url, "later", not_before=now + 3600))
        sandbox.world.send(call_out(receiver.url, "now"))
        await until(lambda: echo_of(sandbox).outcomes)
        assert (sandbox.queue.pending, sandbox.queue.due_within(60), sandbox.queue.due_within(4000)) == (
            1,
            0,
            1,
        )
        sandbox.control.move_clock(3601, machine=True)
        await until(lambda: len(echo_of(sandbox).outcomes) == 2)
        assert echo_of(sandbox).outcomes[1] == ("later", 202)


async def test_no_more_calls_than_allowed_are_under_way_to_one_host() -> None:
    async with receiving() as receiver, running() as sandbox:
        receiver.gate.clear()
        for number in range(PER_HOST + 20):
            sandbox.world.send(call_out(receiver.url, f"k{number}"))
        await until(lambda: receiver.now == PER_HOST)
        receiver.gate.set()
        await until(lambda: len(echo_of(sandbox).outcomes) == PER_HOST + 20)
        assert receiver.most == PER_HOST


async def test_the_wait_for_less_work_ends_when_calls_are_answered() -> None:
    async with receiving() as receiver, running() as sandbox:
        receiver.gate.clear()
        for number in range(3):
            sandbox.world.send(call_out(receiver.url, f"k{number}"))
        waiting = asyncio.ensure_future(sandbox.queue.less_busy(2))
        await until(lambda: receiver.now == 3)
        assert not waiting.done()
        receiver.gate.set()
        await asyncio.wait_for(waiting, 5)
        assert sandbox.queue.busy < 2


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.TIMEOUT_BEFORE])
async def test_a_dropped_call_never_arrives(kind: Kind) -> None:
    async with receiving() as receiver, running() as sandbox:
        sandbox.faults.add(Rule("echo.out", kind))
        sandbox.world.send(call_out(receiver.url))
        await until(lambda: echo_of(sandbox).outcomes)
        assert echo_of(sandbox).outcomes == [("k1", "the connection was dropped")]
        assert receiver.bodies == []


async def test_a_lost_reply_means_that_the_call_did_arrive() -> None:
    async with receiving() as receiver, running() as sandbox:
        sandbox.faults.add(Rule("echo.out", Kind.TIMEOUT_AFTER))
        sandbox.world.send(call_out(receiver.url))
        await until(lambda: echo_of(sandbox).outcomes)
        assert echo_of(sandbox).outcomes == [("k1", "the reply was lost")]
        assert receiver.bodies == [b"news"]


async def test_a_doubled_call_arrives_twice_and_is_reported_once() -> None:
    async with receiving() as receiver, running() as sandbox:
        sandbox.faults.add(Rule("echo.out", Kind.DUPLICATE))
        sandbox.world.send(call_out(receiver.url))
        await until(lambda: echo_of(sandbox).outcomes)
        assert receiver.bodies == [b"news", b"news"]
        assert echo_of(sandbox).outcomes == [("k1", 202)]


async def test_a_delayed_call_is_overtaken() -> None:
    async with receiving() as receiver, running() as sandbox:
        sandbox.faults.add(Rule("echo.out", Kind.DELAY, seconds=0.1, remaining=1))
        sandbox.world.send(call_out(receiver.url, "first"))
        sandbox.world.send(call_out(receiver.url, "second"))
        await until(lambda: len(echo_of(sandbox).outcomes) == 2)
        assert [key for key, _ in echo_of(sandbox).outcomes] == ["second", "first"]


async def test_what_was_unanswered_is_sent_again_after_a_restart(tmp_path: Path) -> None:
    async with receiving() as receiver:
        receiver.gate.clear()
        async with running(state=tmp_path) as sandbox:
            sandbox.world.send(call_out(receiver.url))
            await until(lambda: receiver.now == 1)
        receiver.gate.set()
        async with running(state=tmp_path) as sandbox:
            await until(lambda: echo_of(sandbox).outcomes)
            assert echo_of(sandbox).outcomes == [("k1", 202)]
        async with running(state=tmp_path) as sandbox:
            assert sandbox.queue.pending == 0
    assert receiver.bodies == [b"news", b"news"]


async def test_a_next_try_under_the_same_key_is_kept_when_the_first_is_answered() -> None:
    async with receiving() as receiver, running() as sandbox:
        echo = echo_of(sandbox)
        later = sandbox.world.clock.machine() + 3600

        def fail_once(key: str, reason: str) -> None:
            echo.outcomes.append((key, reason))
            sandbox.world.send(call_out(receiver.url, not_before=later))

        echo.failed = fail_once  # type: ignore[method-assign]  # the made-up system of this test
        sandbox.faults.add(Rule("echo.out", Kind.DROP, remaining=1))
        sandbox.world.send(call_out(receiver.url))
        await until(lambda: echo.outcomes)
        assert sandbox.queue.pending == 1
        sandbox.control.move_clock(3600, machine=True)
        await until(lambda: len(echo.outcomes) == 2)
        assert echo.outcomes[1] == ("k1", 202)
