"""`manage.py qcluster`: django-q2's workers, which begin again when one of their processes is killed.

The processes of a cluster share queues, and an idle worker waits inside a queue's lock. Killed there (by the kernel
for want of memory, say), it takes the lock along: its successor and all others wait for ever, while tasks go on being
fetched and never run. So a death by signal costs the whole pool and its queues; tasks that were under way are found
by their leases.
"""

from __future__ import annotations

import gc
import multiprocessing
from multiprocessing.process import BaseProcess
from typing import Any

import structlog
from django_q import cluster
from django_q.conf import Conf
from django_q.management.commands import qcluster
from django_q.queues import Queue

_log = structlog.get_logger(__name__)


class SturdySentinel(cluster.Sentinel):  # type: ignore[misc]  # django-q2 publishes no types
    """Guards the pool as django-q2 does, but trusts no queue that a killed process had in hand."""

    def reincarnate(self, process: BaseProcess) -> None:
        """Replace a process that ended or took too long, or everything if it was killed."""
        if process not in self._family():
            return  # one of a pool that was given up a moment ago
        if process.exitcode is None or process.exitcode >= 0:
            super().reincarnate(process)
            return
        _log.error("qcluster.process_killed", signal=-process.exitcode)
        self._begin_again()

    def _family(self) -> list[BaseProcess]:
        return [*self.pool, self.monitor, self.pusher]

    def _begin_again(self) -> None:
        for process in self._family():
            process.kill()
            process.join()
        self.task_queue = Queue(maxsize=Conf.QUEUE_LIMIT)
        self.result_queue = Queue()
        self.event_out = multiprocessing.Event()
        self.reincarnations += 1
        self.spawn_cluster()


class Command(qcluster.Command):  # type: ignore[misc]  # django-q2 publishes no types
    """Takes the place of django-q2's command of the same name (see INSTALLED_APPS)."""

    def handle(self, *args: Any, **options: Any) -> None:
        cluster.Sentinel = SturdySentinel
        _collect_less_often()
        super().handle(*args, **options)


def _collect_less_often() -> None:
    """A batch makes tens of thousands of rows that all live until it is committed: looking through them again and
    again for cycles finds none and takes a tenth of the time. The workers inherit both settings."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
