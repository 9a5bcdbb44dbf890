"""What the auditor found wrong, order by order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """The kinds of finding; the first three count against the books."""

    MISSING = "missing"
    DUPLICATE = "duplicates"
    WRONG_AMOUNT = "wrong_amount"
    """A sum, currency, VAT or status that is not what happened."""
    STRAY = "strays"
    """A document that belongs to no order."""
    UNCONFIRMED = "confirmations_missing"
    WRONGLY_CONFIRMED = "confirmations_wrong"


SHOWN = 50


@dataclass(slots=True)
class Findings:
    """A collection of findings; each order counts once per kind."""

    problems: list[dict[str, str]] = field(default_factory=list)
    _seen: set[tuple[Fault, str]] = field(default_factory=set)

    def add(self, fault: Fault, order: str, why: str) -> None:
        """Note what is wrong with an order (or with the document of that name)."""
        self.problems.append({"order": order, "fault": fault.value, "why": why})
        self._seen.add((fault, order))

    def counts(self) -> dict[str, int]:
        """How many orders each kind was found at."""
        counted = Counter(fault for fault, _ in self._seen)
        return {fault.value: counted[fault] for fault in Fault}
