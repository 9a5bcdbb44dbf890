"""Lines of a bank account, and a statement of some days of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sandbox.bank.core.accounts import Account


class Code(StrEnum):
    """How money moved; each format has its own word for it."""

    GIRO = "BGC"
    """A BACS credit."""
    FASTER_IN = "FPI"
    FASTER_OUT = "FPO"
    DIRECT_DEBIT = "DD"
    STANDING_ORDER = "SO"
    CHARGE = "CHG"
    TRANSFER = "TFR"
    CASH = "CSH"


@dataclass(frozen=True, slots=True)
class Line:
    """One booked line; positive amounts come in."""

    line_id: str
    """Unique and unchanging, 14 digits: what formats with identifiers give."""
    on: date
    amount: Decimal
    code: Code
    name: str
    reference: str
    balance: Decimal
    """Of the account after it."""

    @property
    def text(self) -> str:
        """Name and reference as one."""
        return f"{self.name} {self.reference}".strip()


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines of some days, with the balances around them."""

    account: Account
    first: date
    last: date
    opening: Decimal
    lines: tuple[Line, ...]
    made_at: datetime

    @property
    def closing(self) -> Decimal:
        """The balance after the last line."""
        return self.lines[-1].balance if self.lines else self.opening

    def by_day(self) -> Iterator[Statement]:
        """A statement for each day with lines; the whole one where there are none."""
        days: dict[date, list[Line]] = {}
        for line in self.lines:
            days.setdefault(line.on, []).append(line)
        opening = self.opening
        for day, lines in days.items():
            yield Statement(self.account, day, day, opening, tuple(lines), self.made_at)
            opening = lines[-1].balance
        if not days:
            yield self


def statement_of(
    account: Account, rows: Iterable[Mapping[str, Any]], first: date, last: date, made_at: datetime
) -> Statement:
    """A statement from the account's rows: `line_id`, `on`, `amount`, `code`, `name`, `reference`."""
    balance = opening = account.opening
    lines = []
    for row in sorted(rows, key=lambda row: (row["on"], row["line_id"])):
        balance += row["amount"]
        if row["on"] < first:
            opening = balance
        elif row["on"] <= last:
            lines.append(
                Line(
                    row["line_id"],
                    row["on"],
                    row["amount"],
                    Code(row["code"]),
                    row["name"],
                    row["reference"],
                    balance,
                )
            )
    return Statement(account, first, last, opening, tuple(lines), made_at)
