"""`manage.py sandbox`: the outside world, simulated, in a process of its own."""

from __future__ import annotations

import asyncio
import gc
import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sandbox.kernel.profiles import PROFILES
from sandbox.kernel.server import Options, Sandbox
from sandbox.systems import build


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT; keeps its state in the journal of `--state`."""

    help = "Run the simulated Opayo, Xero and shop at http://127.0.0.1:PORT."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--smtp-port", type=int, default=None, help="default: the port after --port")
        parser.add_argument("--state", type=Path, default=None, help="folder of the journal")
        parser.add_argument("--clock-file", type=Path, default=None, help="tells others of the moved clock")
        parser.add_argument("--fresh", action="store_true", help="forget the journal first")
        parser.add_argument("--latency-ms", type=int, default=0, help="added to every API call")
        parser.add_argument("--faults", choices=sorted(PROFILES), default=None)
        parser.add_argument("--limits", choices=("xero", "off"), default=None)
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **given: Any) -> None:
        names = Options.__dataclass_fields__
        options = Options(**{name: given[name] for name in names if name in given})
        # The books grow with the trade and stay: looking through them for cycles finds none.
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        try:
            asyncio.run(self._run(options))
        except OSError as error:
            raise CommandError(f"The sandbox cannot listen on port {options.port}: {error}") from error

    async def _run(self, options: Options) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        sandbox = Sandbox(options, build)
        try:
            await sandbox.start()
            self.stdout.write(f"sandbox ready on http://{options.host}:{sandbox.port}")
            self.stdout.flush()
            await sandbox.wait(stop)
        finally:
            await sandbox.stop()
