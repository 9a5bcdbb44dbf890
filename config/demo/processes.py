"""Child processes: started, watched, restarted when they die, killed on purpose, stopped cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
_SECONDS_TO_STOP = 15.0
_WATCH_EVERY = 0.1
_BEGAN = time.monotonic()
# A child that dies this soon after its start has not started at all.
_SECONDS_OF_A_FALSE_START = 3.0
_FALSE_STARTS_ALLOWED = 5


class ChildFailed(RuntimeError):
    """A child process does not stay up, or a command failed."""


@dataclass
class Child:
    """One long-running command with its descendants, in a process group of its own."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    log: Path
    starts: int = 0
    false_starts: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _started_at: float = 0.0

    def start(self) -> None:
        """Start the command; what it prints goes to its log."""
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C reaches the driver only, which then stops all in order.
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started_at = time.monotonic()
        self.starts += 1

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def restart_if_dead(self) -> bool:
        """Start it again if it died; True if it had. Raises ChildFailed if it never stays up."""
        if self._process is None or self.is_running():
            return False
        was_killed = self._process.returncode == -signal.SIGKILL
        was_false_start = not was_killed and time.monotonic() - self._started_at < _SECONDS_OF_A_FALSE_START
        self.false_starts = self.false_starts + 1 if was_false_start else 0
        if self.false_starts > _FALSE_STARTS_ALLOWED:
            raise ChildFailed(f"{self.name} does not stay up. The end of {self.log}:\n{tail(self.log)}")
        self._signal_group(signal.SIGKILL)  # descendants that outlived it would hold its port
        self.start()
        return True

    def kill(self) -> None:
        """Kill it and all its descendants without warning."""
        self._signal_group(signal.SIGKILL)

    def descendants(self) -> list[psutil.Process]:
        """The living processes it started, and those started by them."""
        if self._process is None:
            return []
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> None:
        """Ask it to end; kill what has not after a while."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(_SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                pass
        _kill_group(process.pid)
        process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            _kill_group(self._process.pid, number)


def _kill_group(leader: int, number: signal.Signals = signal.SIGKILL) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return  # all of them are gone


class Supervisor:
    """Keeps children running from a thread of its own, until told to stop."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self.failure: ChildFailed | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def add(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def watch(self) -> None:
        """Begin to restart children that die."""
        self._thread.start()

    def check(self) -> None:
        """Raise ChildFailed if a child does not stay up."""
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        """Stop watching, then the children, the last started first."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        for child in reversed(self.children):
            child.stop()

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_EVERY):
            try:
                for child in self.children:
                    if child.restart_if_dead():
                        progress(f"{child.name} had died and was started again")
            except ChildFailed as failure:
                self.failure = failure
                return


def run(command: Sequence[str], env: Mapping[str, str]) -> str:
    """Run a command to its end and return what it wrote to stdout. Raises ChildFailed with its complaint."""
    done = subprocess.run(command, cwd=ROOT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChildFailed(f"{' '.join(command)} failed with status {done.returncode}:\n{done.stderr[-4000:]}")
    return done.stdout


def tail(log: Path, characters: int = 3000) -> str:
    """The end of a log."""
    return log.read_text(errors="replace")[-characters:] if log.exists() else ""


def progress(message: str) -> None:
    """Tell the person at the terminal, with the seconds since the start; stdout is for results."""
    print(f"{time.monotonic() - _BEGAN:6.1f} s  {message}", file=sys.stderr, flush=True)
