"""A bank statement as every format is read into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

PLACES: Final = {"csv": "Row", "mt940": "Line", "ofx": "Entry", "camt053": "Entry"}
"""What the number of a line counts: rows of the file, lines of the file, or entries of the statement."""


@dataclass(frozen=True, slots=True)
class AccountHint:
    """Whose statement it is, as far as the file says: digits of sort code and number, IBAN without blanks."""

    sort_code: str = ""
    number: str = ""
    iban: str = ""
    written: str = ""
    """As it stands in the file."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booked line: `minor` whole minor units of the statement's currency, positive when money comes in."""

    row: int
    booked_on: date
    minor: int
    bank_id: str = ""
    """The bank's own name for the line; empty where it gives none."""
    reference: str = ""
    description: str = ""
    counterparty: str = ""

    @property
    def text(self) -> str:
        """Everything the line says in words."""
        return " ".join(filter(None, (self.counterparty, self.reference, self.description)))


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines from the oldest to the newest, and the balances around them in minor units where the file gives them.

    `starts_on` to `ends_on` are the days it speaks of; the first of them is whole, the last may still go on.
    """

    format: str
    layout: str
    """In words: the bank of a CSV file, or the version of a format."""
    account: AccountHint
    currency: str
    starts_on: date
    ends_on: date
    lines: tuple[StatementLine, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    notes: tuple[str, ...] = ()
    """What was passed over, in words."""

    @property
    def moved_minor(self) -> int:
        """What the lines come to."""
        return sum(line.minor for line in self.lines)


def oldest_first(lines: Sequence[StatementLine]) -> list[StatementLine]:
    """Lines in the order of their days; within a day as the file has them, or the other way round if it runs backwards."""
    backwards = bool(lines) and lines[0].booked_on > lines[-1].booked_on
    return sorted(reversed(lines) if backwards else lines, key=lambda line: line.booked_on)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read, and why."""

    row: int
    problems: tuple[str, ...]


class StatementError(ValueError):
    """The file cannot be imported; the message says why and what to do, `bad` names the lines that are wrong."""

    def __init__(self, message: str, bad: Sequence[BadLine] = ()) -> None:
        super().__init__(message)
        self.bad = tuple(bad)


def refuse_bad(bad: Sequence[BadLine], file_format: str) -> None:
    """Raises StatementError when a line is bad."""
    if bad:
        place = PLACES[file_format]
        first = bad[0]
        more = f" And {len(bad) - 1:,} more." if len(bad) > 1 else ""
        raise StatementError(
            f"Nothing was imported. {place} {first.row}: {' '.join(first.problems)}{more}", bad
        )
