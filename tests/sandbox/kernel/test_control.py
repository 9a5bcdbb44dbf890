"""The control API, asked without a socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox.kernel.server import Sandbox
from sandbox.kernel.wire import Request
from tests.sandbox.kernel.running import echo_of, running

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with running() as started:
        yield started


def ask(sandbox: Sandbox, method: str, path: str, payload: Any = None) -> tuple[int, Any]:
    body = b"" if payload is None else json.dumps(payload).encode()
    reply = sandbox.control(Request(method, path, body=body))
    return reply.status, json.loads(reply.body)


async def test_it_says_what_it_offers(sandbox: Sandbox) -> None:
    status, answer = ask(sandbox, "GET", "/")
    assert status == 200
    assert "POST /control/faults" in answer["offers"]
    assert "POST /control/echo/greet" in answer["offers"]


async def test_a_profile_of_faults_is_set_and_seen(sandbox: Sandbox) -> None:
    status, answer = ask(sandbox, "POST", "/faults", {"profile": "hostile"})
    assert status == 200
    assert len(answer["rules"]) == len(sandbox.faults.rules) > 20
    assert ask(sandbox, "POST", "/faults", {"profile": "none"})[1]["rules"] == []


async def test_a_single_rule_is_added_before_the_others(sandbox: Sandbox) -> None:
    ask(sandbox, "POST", "/faults", {"profile": "rough"})
    rule = {"route": "xero.*", "kind": "503", "probability": 0.5, "seconds": 3}
    _, answer = ask(sandbox, "POST", "/faults", {"rule": rule})
    assert answer["rules"][0] == {**rule, "period": 0.0, "remaining": None}


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"profile": "dreadful"}, "no profile 'dreadful'"),
        ({"rule": {"route": "x"}}, "a route and a kind"),
        ({"rule": {"route": "x", "kind": "flood"}}, "flood"),
        ({"rule": {"route": "x", "kind": "drop", "probability": 2}}, "between 0 and 1"),
        ({"rule": {"route": "x", "kind": "drop", "often": True}}, "no often"),
    ],
)
async def test_a_rule_that_is_none_is_refused_in_words(
    sandbox: Sandbox, payload: dict[str, Any], words: str
) -> None:
    status, answer = ask(sandbox, "POST", "/faults", payload)
    assert status == 400
    assert words in answer["error"]["message"]
    assert sandbox.faults.rules == []


async def test_the_business_clock_moves_alone_unless_told_otherwise(sandbox: Sandbox) -> None:
    clock = sandbox.world.clock
    machine = clock.machine()
    ask(sandbox, "POST", "/clock", {"advance": 86400})
    assert clock.business() - clock.real() > timedelta(hours=23)
    assert clock.machine() - machine < 60
    ask(sandbox, "POST", "/clock", {"advance": 3600, "machine": True})
    assert clock.machine() - machine > 3500


async def test_the_business_clock_is_set_to_a_moment(sandbox: Sandbox) -> None:
    _, answer = ask(sandbox, "POST", "/clock", {"set": "2026-03-29T00:59:00Z"})
    assert answer["business"].startswith("2026-03-29T00:59:0")


async def test_a_move_of_the_clock_lets_things_happen_at_once(sandbox: Sandbox) -> None:
    before = echo_of(sandbox).ticks
    ask(sandbox, "POST", "/clock", {"advance": 1})
    assert echo_of(sandbox).ticks == before + 1


async def test_a_clock_without_direction_is_refused(sandbox: Sandbox) -> None:
    assert ask(sandbox, "POST", "/clock", {})[0] == 400


async def test_switches_are_set_for_the_systems_to_see(sandbox: Sandbox) -> None:
    ask(sandbox, "POST", "/switches", {"xero.rounding": "half_even"})
    assert sandbox.world.switches["xero.rounding"] == "half_even"


async def test_counts_are_reset(sandbox: Sandbox) -> None:
    sandbox.counts.sent("echo.out")
    assert ask(sandbox, "GET", "/counts")[1]["outgoing"] == {"echo.out": 1}
    assert ask(sandbox, "POST", "/counts/reset")[1]["outgoing"] == {}


async def test_the_truth_is_told_of_one_system_or_all(sandbox: Sandbox) -> None:
    assert ask(sandbox, "GET", "/truth/echo") == (200, {"calls": 0})
    _, answer = ask(sandbox, "GET", "/truth")
    assert answer["echo"] == {"calls": 0}
    assert answer["counts"]["xero_purposes"]["invoices"] == 0
    assert ask(sandbox, "GET", "/truth/nobody")[0] == 404


async def test_a_system_is_asked_to_do_what_it_offers(sandbox: Sandbox) -> None:
    assert ask(sandbox, "POST", "/echo/greet", {"name": "Ada"}) == (200, {"hello": "Ada"})
    assert ask(sandbox, "POST", "/echo/dance", {})[0] == 404
    assert ask(sandbox, "POST", "/echo/greet", {"age": 3})[0] == 400


async def test_trade_that_cannot_be_made_is_refused_in_words(sandbox: Sandbox) -> None:
    assert (
        ask(sandbox, "POST", "/trade", {"orders": 1})[1]["error"]["message"] == "This sandbox does not trade"
    )


async def test_what_is_no_json_is_refused(sandbox: Sandbox) -> None:
    assert sandbox.control(Request("POST", "/faults", body=b"{")).status == 400


async def test_what_control_set_is_still_set_after_a_restart(tmp_path: Path) -> None:
    async with running(state=tmp_path) as sandbox:
        ask(sandbox, "POST", "/faults", {"rule": {"route": "xero.*", "kind": "drop", "remaining": 3}})
        ask(sandbox, "POST", "/clock", {"advance": 86400})
        ask(sandbox, "POST", "/switches", {"shop.prices_include_tax": False})
    async with running(state=tmp_path) as sandbox:
        assert [rule.remaining for rule in sandbox.faults.rules] == [3]
        assert sandbox.world.clock.business_offset == 86400
        assert sandbox.world.switches == {"shop.prices_include_tax": False}


async def test_a_profile_given_at_the_start_goes_before_what_was_kept(tmp_path: Path) -> None:
    async with running(state=tmp_path) as sandbox:
        ask(sandbox, "POST", "/faults", {"profile": "hostile"})
    async with running(state=tmp_path, faults="none") as sandbox:
        assert sandbox.faults.rules == []


async def test_chance_goes_on_differently_after_a_restart_so_that_no_id_comes_twice(tmp_path: Path) -> None:
    drawn = []
    for _ in range(2):
        async with running(state=tmp_path) as sandbox:
            drawn.append(sandbox.world.rng.getrandbits(64))
    assert drawn[0] != drawn[1]


async def test_a_fresh_start_forgets_everything(tmp_path: Path) -> None:
    async with running(state=tmp_path) as sandbox:
        echo_of(sandbox).table.put("1", {"path": "/"})
    async with running(state=tmp_path, fresh=True) as sandbox:
        assert len(echo_of(sandbox).table) == 0


async def test_it_hands_out_the_demo_credentials(sandbox: Sandbox) -> None:
    status, answer = ask(sandbox, "GET", "/credentials")
    assert status == 200
    assert answer["xero_client_id"] == "tillbridge-demo"
    assert answer["shop_signing_secret"].startswith("whsec_")
