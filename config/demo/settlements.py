"""The merchant's own work with acquirers: fetching their statements and bills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config.demo.people import PAIR
from config.demo.stack import Stack

_ACQUIRERS: Final = ("elavon", "worldpay", "amex")
_HEADS_ONLY: Final = 2
"""A file of fewer lines tells nothing."""


class SettlementDesk:
    """Carries each file to the product whenever there is something new in it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def carry(self) -> None:
        """Import what is new, statements before bills."""
        for name, path, command in self._files():
            self._carry(name, path, command)

    def _files(self) -> Iterator[tuple[str, str, str]]:
        for acquirer in _ACQUIRERS:
            yield (
                f"{acquirer}-settlements.csv",
                f"acquirer/statement.csv?acquirer={acquirer}",
                "import_settlement",
            )
        yield "bill.csv", "acquirer/bill.csv", "import_fee_bill"

    def _carry(self, name: str, path: str, command: str) -> None:
        content, file = self._stack.control.fetch(path), self._stack.var / name
        is_known = file.exists() and file.read_bytes() == content
        if is_known or len(content.splitlines()) < _HEADS_ONLY:
            return
        file.write_bytes(content)
        self._stack.manage(command, str(file), "--pair", PAIR)
