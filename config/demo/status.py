"""Asking the product what is still under way, often, without starting a Python for each answer."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from config.demo.processes import ROOT, ChildFailed


class StatusAsker:
    """Keeps `manage.py queue_status --json --each-line` running, which answers every line it is sent."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._command = command
        self._env = env
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self) -> dict[str, Any]:
        """The state of the queues now. Raises ChildFailed when there is no answer."""
        with self._lock:
            process = self._running()
            try:
                print(file=process.stdin, flush=True)
                line = process.stdout.readline() if process.stdout else ""
                status: dict[str, Any] = json.loads(line)
            except (OSError, ValueError) as error:
                self._end()
                raise ChildFailed(f"The product does not say what is under way: {error}") from error
            return status

    def close(self) -> None:
        """End the command."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=dict(self._env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            # Closes the pipes as well.
            self._process.communicate()
            self._process = None
