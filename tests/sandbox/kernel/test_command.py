"""`manage.py sandbox` as a process: ready, killed, started again, told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A sandbox process and its address; killed at the end if it still runs."""
    command = [sys.executable, "manage.py", "sandbox", "--port", "0", *arguments]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            assert line.startswith("sandbox ready on http://127.0.0.1:"), process.communicate(timeout=10)[1]
            yield process, line.removeprefix("sandbox ready on ")
        finally:
            process.kill()


def stopped_by(process: subprocess.Popen[str], how: signal.Signals) -> tuple[int, str]:
    """The status and the complaints of a process that was told to stop."""
    process.send_signal(how)
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


def ask(address: str, path: str, payload: Any = None) -> Any:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    try:
        body = None if payload is None else json.dumps(payload)
        connection.request("POST" if body else "GET", path, body)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def test_whatever_was_answered_is_still_true_after_a_kill(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path))
    with started(*state, "--faults", "none") as (process, address):
        ask(address, "/control/clock", {"advance": 86400})
        ask(address, "/control/shop/connect", {"orders_url": "http://127.0.0.1:9/orders"})
        form = {"redirect_uri": "http://127.0.0.1:8000/xero/callback", "state": "s1"}
        answer = ask(address, "/control/xero/consent", form)
        assert answer["location"].startswith("http://127.0.0.1:8000/xero/callback?code=")
        before = ask(address, "/control/truth")
        process.kill()
    with started(*state) as (process, address):
        after = ask(address, "/control/truth")
        moved = ask(address, "/control/clock")
        connected = ask(address, "/control/shop/connect", {})
        assert stopped_by(process, signal.SIGTERM) == (0, "")
    assert {name: after[name] for name in ("xero", "opayo", "shop")} == {
        name: before[name] for name in ("xero", "opayo", "shop")
    }
    assert datetime.fromisoformat(moved["business"]).timestamp() - moved["machine"] > 86_000
    assert connected["orders_url"] == "http://127.0.0.1:9/orders"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """One sandbox for the tests that only ask; it must stop cleanly at SIGINT."""
    with started() as (process, at):
        yield at
        assert stopped_by(process, signal.SIGINT) == (0, "")


def test_a_port_that_is_taken_is_said_so(address: str) -> None:
    port = address.rsplit(":", 1)[1]
    command = [sys.executable, "manage.py", "sandbox", "--port", port]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert f"cannot listen on port {port}" in second.stderr


def test_the_auditor_reads_the_truth_of_a_running_sandbox(address: str) -> None:
    done = audited("--url", address)
    report = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, report["orders"], report["proof_ok"]) == (0, 0, True)


def test_the_auditor_says_so_when_nobody_answers() -> None:
    gone = audited("http://127.0.0.1:9")
    assert gone.returncode == 2
    assert "does not tell its truth" in gone.stderr


def audited(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox.auditor", "--strict", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
