"""Is anything still on its way? Asked of the product by its own command, and of the sandbox."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final

from config.demo.options import Options
from config.demo.processes import ChildFailed
from config.demo.stack import Stack

_QUIET_LOOKS: Final = 2
_SECONDS_BETWEEN_LOOKS: Final = 0.5
_SECONDS_BASE: Final = 300.0
_SECONDS_PER_ORDER: Final = 1.0


@dataclass(frozen=True)
class Quiet:
    """What is still moving, on either side of the wire."""

    product: dict[str, Any]
    due_in_sandbox: int

    @property
    def is_quiet(self) -> bool:
        return bool(self.product["is_quiet"]) and self.due_in_sandbox == 0


def look(stack: Stack) -> Quiet:
    """What is on its way at this moment. Raises ChildFailed when the product cannot tell."""
    return Quiet(stack.status.ask(), int(stack.control.get("outgoing")["due"]))


def wait_until_quiet(stack: Stack) -> float:
    """Wait until nothing is on its way anywhere; returns when that was first seen (monotonic seconds)."""
    deadline = time.monotonic() + bound(stack.options)
    looks, since = 0, 0.0
    while True:
        stack.supervisor.check()
        state: Quiet = look(stack)
        looks = looks + 1 if state.is_quiet else 0
        if looks == 1:
            since = time.monotonic()
        if looks == _QUIET_LOOKS:
            return since
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not quiet after {bound(stack.options):.0f} s: {state}")
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def bound(options: Options) -> float:
    """How many seconds any one wait may take: generous, since faults and kills cost time."""
    slowness = 4 if options.is_hostile else 1
    return _SECONDS_BASE + slowness * _SECONDS_PER_ORDER * options.orders


class QuietServer:
    """Answers the sandbox's trade, which goes on only once `may_go_on`."""

    def __init__(self, port: int, may_go_on: Callable[[], bool]) -> None:
        self._may_go_on = may_go_on
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, name="quiet", daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> QuietServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        may_go_on = self._may_go_on

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(204 if may_go_on() else 503)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing: the driver reports progress itself."""

        return Handler


def product_is_quiet(stack: Stack) -> bool:
    """What the product says; that it cannot say is not quiet."""
    try:
        return bool(stack.status.ask()["is_quiet"])
    except ChildFailed:
        return False
