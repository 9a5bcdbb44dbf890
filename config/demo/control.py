"""Speaking to the sandbox's control API."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from typing import Any

# Never through a proxy: everything is on this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_SECONDS_FOR_AN_ANSWER = 60
_TRIES = 20
_SECONDS_BETWEEN_TRIES = 0.5


class Control:
    """The control API below one base address. Amounts come as Decimal."""

    def __init__(self, base_url: str) -> None:
        self._root = base_url
        self._base_url = f"{base_url}/control"

    def get(self, path: str) -> Any:
        """GET an answer."""
        return self._ask(urllib.request.Request(f"{self._base_url}/{path}"))  # noqa: S310 - our own address

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST an order. Raises RuntimeError with the sandbox's own words when it refuses."""
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self._base_url}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        return self._ask(request)

    def fetch(self, path: str) -> bytes:
        """A file that one of the simulated systems offers; their servers have their bad moments. Raises TimeoutError."""
        for _ in range(_TRIES):
            content = self._download(path)
            if content is not None:
                return content
            time.sleep(_SECONDS_BETWEEN_TRIES)
        raise TimeoutError(f"{path} could not be fetched.")

    def _download(self, path: str) -> bytes | None:
        try:
            with _OPENER.open(f"{self._root}/{path}", timeout=_SECONDS_FOR_AN_ANSWER) as answer:
                content: bytes = answer.read()
                return content
        except (OSError, http.client.HTTPException):
            return None

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            with _OPENER.open(request, timeout=_SECONDS_FOR_AN_ANSWER) as answer:
                return json.loads(answer.read(), parse_float=Decimal)
        except urllib.error.HTTPError as refusal:
            raise RuntimeError(f"{request.full_url}: {refusal.read().decode(errors='replace')}") from refusal


def answers(url: str) -> bool:
    """True if something speaks HTTP at the address, whatever it says."""
    try:
        with _OPENER.open(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float, what: str, every: float = 0.1) -> None:
    """Wait for a condition. Raises TimeoutError, naming what was waited for, when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(every)
