"""The merchant's own work with disputes: fetching the acquirers' files, and saying which sale a case is about."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from typing import Any, Final

from config.demo.processes import progress
from config.demo.stack import Stack

PAIR: Final = "harbour-finch"
PERSON: Final = "operator@tillbridge.example"
_ACQUIRERS: Final = ("elavon", "worldpay", "amex")
_TRIES: Final = 20
_PAUSE: Final = 0.5


class DisputeDesk:
    """Carries each acquirer's file to the product whenever there is something new in it."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._carried: dict[str, str] = {}

    def carry(self) -> bool:
        """Import what is new; whether there was anything."""
        carried = [self._carry(acquirer) for acquirer in _ACQUIRERS]
        return any(carried)

    def _carry(self, acquirer: str) -> bool:
        content = self._fetch(acquirer)
        digest = sha256(content).hexdigest()
        is_empty = len(content.splitlines()) < 2
        if is_empty or self._carried.get(acquirer) == digest:
            return False
        path = self._stack.var / f"{acquirer}-disputes.csv"
        path.write_bytes(content)
        self._stack.manage("import_disputes", str(path), "--pair", PAIR, "--acquirer", acquirer)
        self._carried[acquirer] = digest
        return True

    def _fetch(self, acquirer: str) -> bytes:
        """The whole file; the acquirer's server has its bad moments too."""
        for _ in range(_TRIES):
            content = self._stack.control.download(f"acquirer/disputes.csv?acquirer={acquirer}")
            if content is not None:
                return content
            time.sleep(_PAUSE)
        raise TimeoutError(f"The disputes of {acquirer} could not be fetched.")

    def tie(self) -> int:
        """Say of each case whose sale nobody knows for certain which one it is; how many those were.

        The merchant knows its customers: here, the sandbox tells which of them went to the bank.
        """
        untied = [json.loads(line) for line in self._stack.manage("tie_dispute", "--pair", PAIR).splitlines()]
        if not untied:
            return 0
        sales = self._sales()
        for each in untied:
            case = each["case"]
            said = (
                "--case",
                case,
                "--payment",
                sales[case],
                "--by",
                PERSON,
                "--reason",
                "Looked up the order",
            )
            self._stack.manage("tie_dispute", "--pair", PAIR, *said)
        progress(f"A person tied {len(untied)} disputes to their sales")
        return len(untied)

    def _sales(self) -> dict[str, str]:
        truth: dict[str, Any] = self._stack.control.get("truth")
        return {row["case_id"]: row["vendortxcode"] for row in truth["acquirer"]["disputes"]}
