"""The merchant's own work with disputes: fetching the acquirers' files, and saying which sale a case is about."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, Final

from config.demo.people import PAIR, PERSON
from config.demo.processes import progress
from config.demo.stack import Stack

_ACQUIRERS: Final = ("elavon", "worldpay", "amex")


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
        content = self._stack.control.fetch(f"acquirer/disputes.csv?acquirer={acquirer}")
        digest = sha256(content).hexdigest()
        is_empty = len(content.splitlines()) < 2
        if is_empty or self._carried.get(acquirer) == digest:
            return False
        path = self._stack.var / f"{acquirer}-disputes.csv"
        path.write_bytes(content)
        self._stack.manage("import_disputes", str(path), "--pair", PAIR, "--acquirer", acquirer)
        self._carried[acquirer] = digest
        return True

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
        truth: dict[str, Any] = self._stack.control.get("truth/acquirer")
        return {row["case_id"]: row["vendortxcode"] for row in truth["disputes"]}
