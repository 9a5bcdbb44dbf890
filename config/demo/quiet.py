"""Is anything still on its way? Asked of the product by its own command, and of the sandbox."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from config.demo.processes import ChildFailed
from config.demo.stack import Stack


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


class QuietServer:
    """Answers the sandbox's trade, which ends a day only once the product is quiet."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._server = ThreadingHTTPServer(("127.0.0.1", stack.ports.quiet), self._handler())
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

    def is_quiet(self) -> bool:
        """What the product says; that it cannot say is not quiet."""
        try:
            return bool(self._stack.status.ask()["is_quiet"])
        except ChildFailed:
            return False

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        is_quiet = self.is_quiet

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(204 if is_quiet() else 503)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing: the driver reports progress itself."""

        return Handler
