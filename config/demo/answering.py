"""A program that answers each line it is sent with a line of JSON, without a start for every question."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from config.demo.processes import ROOT, ChildFailed, tail


class Answering:
    """Started when it is first asked, and again after its end. Several threads may ask; one is answered at a time."""

    def __init__(
        self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path | None = None
    ) -> None:
        """What the program complains about goes to `log`, or where our own complaints go."""
        self._name = name
        self._command = command
        self._env = env
        self._log = log
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def ask(self, line: str = "") -> dict[str, Any]:
        """Its answer. Raises ChildFailed when there is none; the line may have been acted on all the same."""
        with self._lock:
            process = self._running()
            try:
                print(line, file=process.stdin, flush=True)
                said = process.stdout.readline() if process.stdout else ""
                answer: dict[str, Any] = json.loads(said, parse_float=Decimal)
            except (OSError, ValueError) as error:
                self._end()
                raise ChildFailed(f"{self._name} does not answer: {error}\n{self._complaint()}") from error
            return answer

    def close(self) -> None:
        """End the program."""
        with self._lock:
            self._end()

    def _complaint(self) -> str:
        return tail(self._log) if self._log else ""

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = self._started()
        return self._process

    def _started(self) -> subprocess.Popen[str]:
        if self._log is None:
            return self._popen(None)
        with self._log.open("ab") as log:
            return self._popen(log)

    def _popen(self, complaints: IO[bytes] | None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command,
            cwd=ROOT,
            env=dict(self._env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,
        )

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            # Closes the pipes as well.
            self._process.communicate()
            self._process = None
