"""The workers' guard after a sudden death."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
import uuid
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from types import SimpleNamespace

import pytest
from django.core.management import get_commands
from django_q import cluster

from sync.management.commands.qcluster import SturdySentinel

_FORK = multiprocessing.get_context("fork")


class _Sentinel(SturdySentinel):
    """Counts what it spawns instead of spawning it."""

    def __init__(self) -> None:
        super().__init__(
            _FORK.Event(), _FORK.Event(), uuid.uuid4(), SimpleNamespace(list_key="test"), start=False
        )
        self.gate = -1
        self.new_clusters = 0
        self.replaced: list[BaseProcess] = []

    def spawn_cluster(self) -> None:
        self.new_clusters += 1


def _waiting(gate: int) -> BaseProcess:
    process = _FORK.Process(target=os.read, args=(gate, 1))
    process.start()
    return process


@pytest.fixture
def sentinel(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Sentinel]:
    """A guard of four processes that wait at a gate; one byte lets one of them end by itself."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(
        cluster.Sentinel, "reincarnate", lambda self, process: self.replaced.append(process), raising=True
    )
    reading, writing = os.pipe()
    guard = _Sentinel()
    guard.gate = writing
    guard.pool = [_waiting(reading), _waiting(reading)]
    guard.monitor, guard.pusher = _waiting(reading), _waiting(reading)
    family = guard._family()
    yield guard
    for process in family:
        process.kill()
        process.join()
    os.close(reading)
    os.close(writing)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("victim", ["worker", "monitor", "pusher"])
def test_a_killed_process_takes_the_pool_and_its_queues_along(sentinel: _Sentinel, victim: str) -> None:
    family = sentinel._family()
    killed = {"worker": family[0], "monitor": family[2], "pusher": family[3]}[victim]
    queues = sentinel.task_queue, sentinel.result_queue
    killed.kill()
    killed.join()

    sentinel.reincarnate(killed)

    assert [process.is_alive() for process in family] == [False] * 4
    assert sentinel.new_clusters == 1
    assert sentinel.task_queue not in queues
    assert sentinel.result_queue not in queues


def test_the_rest_of_a_pool_that_was_given_up_is_not_replaced_again(sentinel: _Sentinel) -> None:
    first, second = sentinel.pool
    first.kill()
    first.join()
    sentinel.reincarnate(first)
    sentinel.pool = []

    sentinel.reincarnate(second)

    assert sentinel.new_clusters == 1
    assert sentinel.replaced == []


def test_a_worker_that_ended_by_itself_is_replaced_alone(sentinel: _Sentinel) -> None:
    os.write(sentinel.gate, b"x")
    (ended,) = multiprocessing.connection.wait(
        [process.sentinel for process in sentinel._family()], timeout=30
    )
    worker = next(process for process in sentinel._family() if process.sentinel == ended)
    worker.join()

    sentinel.reincarnate(worker)

    assert sentinel.replaced == [worker]
    assert sentinel.new_clusters == 0


def test_a_worker_that_takes_too_long_is_replaced_alone(sentinel: _Sentinel) -> None:
    sentinel.reincarnate(sentinel.pool[0])

    assert sentinel.replaced == [sentinel.pool[0]]
    assert sentinel.new_clusters == 0


def test_our_command_stands_before_django_q2s_own() -> None:
    assert get_commands()["qcluster"] == "sync"
