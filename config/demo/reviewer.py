"""A person at the bank's lines: says what the product leaves open, from what it shows and from what is true."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from config.demo.payouts import Judged, Payout, Row, Truth, judge, read_truth, recognise
from config.demo.people import PAIR, PERSON
from config.demo.processes import progress
from config.demo.stack import Stack

_WHY = "Looked it up with the acquirer"


class Reviewer:
    """Goes through the open lines. What has not come whole is left open."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def review(self) -> int:
        """Put together what is the same money and open on both sides; how many matches that made."""
        told, truth = self._told("--all"), self._truth()
        lines = [row for row in told if "bank_line" in row]
        awaited = {(row["mid"], row["reference"]): row["settlement"] for row in told if "due" in row}
        known = recognise(truth.lines, lines)
        decided = [self._decide(payout, known, awaited) for payout in truth.payouts if payout.is_whole]
        if any(decided):
            progress(f"A person matched {sum(decided)} payouts that could not be told apart for certain")
        return sum(decided)

    def _decide(
        self, payout: Payout, known: Mapping[str, Row], awaited: Mapping[tuple[str, str], int]
    ) -> bool:
        """Where all of a payout is there and nothing of it is decided."""
        rows = [known[line] for line in payout.lines if line in known]
        are_open = len(rows) == len(payout.lines) and all(
            row["state"] in ("open", "suggested") for row in rows
        )
        if not are_open or not payout.settlements <= awaited.keys():
            return False
        said = [part for row in rows for part in ("--line", str(row["bank_line"]))]
        said += [part for name in payout.settlements for part in ("--settlement", str(awaited[name]))]
        self._stack.manage("match_lines", "--pair", PAIR, *said, "--by", PERSON, "--reason", _WHY)
        return True

    def judged(self) -> Judged:
        """How the product's bank lines stand against what is true."""
        return judge(self._truth(), [row for row in self._told("--all") if "bank_line" in row])

    def _told(self, *which: str) -> Sequence[dict[str, Any]]:
        said = self._stack.manage("match_lines", "--pair", PAIR, *which)
        return [json.loads(line, parse_float=Decimal) for line in said.splitlines()]

    def _truth(self) -> Truth:
        control = self._stack.control
        return read_truth(control.get("truth/bank"), control.get("truth/acquirer"))
