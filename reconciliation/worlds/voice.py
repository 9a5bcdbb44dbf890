"""How a shop numbers, how payers are called and how a bank writes: one voice for training, others for judging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from reconciliation.worlds.luck import Luck

Shown = Literal["whole", "cut", "none"]


@dataclass(frozen=True, slots=True)
class Written:
    """The texts of one observed line."""

    reference: str
    description: str
    counterparty: str


class Voice(Protocol):
    """A way of naming and writing."""

    def payer(self, luck: Luck) -> str:
        """A payer's full name."""

    def numbering(self, luck: Luck) -> str:
        """The name of a way of numbering, one for a whole world."""

    def number(self, numbering: str, at: int, luck: Luck) -> str:
        """The reference of the line with the running number `at`."""

    def write(self, references: tuple[str, ...], payer: str, shown: Shown, luck: Luck) -> Written:
        """What the bank shows: `payer` "" where it shows no name."""

    def noise(self, luck: Luck) -> Written:
        """A line that has nothing to do with anything expected."""
