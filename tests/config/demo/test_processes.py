"""Child processes that are kept alive, killed and stopped."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.demo.control import wait_until
from config.demo.processes import Child, ChildFailed, Supervisor, run


def _child(tmp_path: Path, code: str) -> Child:
    return Child("worker", [sys.executable, "-c", code], os.environ, tmp_path / "log")


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Child]:
    """A child that waits for a child of its own, which holds on for ever."""
    child = _child(tmp_path, "import os; r, w = os.pipe(); os.fork(); os.read(r, 1)")
    child.start()
    wait_until(lambda: len(child.descendants()) == 1, 30, "the grandchild")
    yield child
    child.stop()


def test_a_kill_takes_the_descendants_along(family: Child) -> None:
    (grandchild,) = family.descendants()

    family.kill()

    psutil.wait_procs([grandchild], timeout=30)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE
    wait_until(lambda: not family.is_running(), 30, "the end of the child")


def test_stopping_leaves_nothing_behind(family: Child) -> None:
    (grandchild,) = family.descendants()

    family.stop()

    psutil.wait_procs([grandchild], timeout=30)
    assert not family.is_running()
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


def test_a_dead_child_is_started_again(family: Child) -> None:
    family.kill()
    wait_until(lambda: not family.is_running(), 30, "the end of the child")

    assert family.restart_if_dead() is True
    assert family.is_running()
    assert family.starts == 2


def test_a_stopped_child_stays_stopped(family: Child) -> None:
    family.stop()

    assert family.restart_if_dead() is False


def test_a_child_that_never_stays_up_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    supervisor = Supervisor()
    supervisor.add(_child(tmp_path, "print('no such table', flush=True)"))
    supervisor.watch()

    wait_until(lambda: supervisor.failure is not None, 30, "the supervisor to give up")

    with pytest.raises(ChildFailed, match="no such table"):
        supervisor.check()
    supervisor.stop()


def test_a_command_gives_its_output_or_its_complaint() -> None:
    assert run([sys.executable, "-c", "print(7)"], os.environ) == "7\n"
    with pytest.raises(ChildFailed, match="broken pipe dream"):
        run([sys.executable, "-c", "raise SystemExit('broken pipe dream')"], os.environ)


def test_waiting_in_vain_names_what_was_waited_for() -> None:
    with pytest.raises(TimeoutError, match="the moon"):
        wait_until(lambda: False, 0, "the moon", every=0)
