"""The merchant's own work with settlements: fetching the acquirers' statements and bills, and the bank's statements."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from config.demo.disputes import PAIR
from config.demo.stack import Stack

_ACQUIRERS: Final = ("elavon", "worldpay", "amex")
_TRIES: Final = 20
_PAUSE: Final = 0.5
_HEADS_ONLY: Final = 2
"""A file of fewer lines tells nothing."""


class SettlementDesk:
    """Carries each file to the product whenever there is something new in it, and has everything reconciled."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def carry(self) -> bool:
        """Import what is new, the acquirers' files first; then fetch batches and reconcile. Whether there was a file."""
        carried = [self._carry(name, path, *command) for name, path, command in self._files()]
        self._stack.manage("reconcile", "--pair", PAIR)
        return any(carried)

    def _files(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        for acquirer in _ACQUIRERS:
            path = f"acquirer/statement.csv?acquirer={acquirer}"
            yield f"{acquirer}-settlements.csv", path, ("import_settlement",)
        yield "bill.csv", "acquirer/bill.csv", ("import_fee_bill",)

    def _carry(self, name: str, path: str, *command: str) -> bool:
        content, file = self._fetch(path), self._stack.var / name
        is_known = file.exists() and file.read_bytes() == content
        if is_known or len(content.splitlines()) < _HEADS_ONLY:
            return False
        file.write_bytes(content)
        self._stack.manage(*command, str(file), "--pair", PAIR)
        return True

    def _fetch(self, path: str) -> bytes:
        """The whole file; the servers of acquirers and banks have their bad moments too."""
        for _ in range(_TRIES):
            content = self._stack.control.download(path)
            if content is not None:
                return content
            time.sleep(_PAUSE)
        raise TimeoutError(f"{path} could not be fetched.")
