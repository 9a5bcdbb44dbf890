"""Killing the product's processes at random moments, as a bad machine would."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Sequence

import psutil

from config.demo.processes import Child, progress

# Starting takes a few seconds: killed more often, nothing would ever get to work.
_SECONDS_BETWEEN = (2.0, 8.0)


class Chaos:
    """Kills by SIGKILL, from a thread of its own: a whole service, or one process inside it."""

    def __init__(self, victims: Sequence[Child], is_time: Callable[[], bool], seed: int) -> None:
        """`is_time` says whether this is a moment to kill: while people buy, say, but not in the quiet after."""
        self.kills = 0
        self._victims = victims
        self._is_time = is_time
        self._random = random.Random(seed)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chaos", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._random.uniform(*_SECONDS_BETWEEN)):
            if self._is_time():
                self._kill_one()

    def _kill_one(self) -> None:
        victim = self._random.choice(self._victims)
        inside = victim.descendants()
        self.kills += 1
        if inside and self._random.random() < 0.5:
            _kill(self._random.choice(inside))
            progress(f"Killed one process of {victim.name}")
        else:
            victim.kill()
            progress(f"Killed {victim.name}")


def _kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return  # it ended by itself in this moment
