"""Do the balances around the lines and after them agree with the lines?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.core.money import Money
from reconciliation.statements.core.statement import BadLine, Statement, StatementError


def said(minor: int, currency: str) -> str:
    """An amount in words for people: 1,234.50 GBP."""
    return f"{Money(minor, currency).to_decimal():,} {currency}"


def check_sums(statement: Statement) -> None:
    """Raises StatementError when opening balance and lines do not make the closing balance."""
    if statement.opening_minor is None or statement.closing_minor is None:
        return
    off = statement.opening_minor + statement.moved_minor - statement.closing_minor
    if off:
        currency = statement.currency
        raise StatementError(
            f"The file does not add up: the opening balance {said(statement.opening_minor, currency)} and the lines "
            f"({said(statement.moved_minor, currency)}) make {said(statement.closing_minor + off, currency)}, and it "
            f"closes with {said(statement.closing_minor, currency)}: {said(abs(off), currency)} too "
            f"{'much' if off > 0 else 'little'}. Lines are missing, doubled or changed. Download it again."
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One line on its way through the balances: what it moves, and the balance after it where that is given."""

    row: int
    minor: int
    balance: int | None


def breaks(steps: Sequence[Step]) -> list[tuple[Step, int]]:
    """Where the balance after a line is not the one before it and the line; with what it should be."""
    found: list[tuple[Step, int]] = []
    expected: int | None = None
    for step in steps:
        expected = None if expected is None else expected + step.minor
        if step.balance is None:
            continue
        if expected is not None and expected != step.balance:
            found.append((step, expected))
        expected = step.balance
    return found


def bad_balances(steps: Sequence[Step], currency: str) -> list[BadLine]:
    """The lines whose balance does not follow, in words."""
    return [
        BadLine(
            step.row,
            (
                f"its balance is {said(step.balance or 0, currency)} where {said(expected, currency)} follows from the "
                "lines before it: a line is missing, doubled or changed. Export all lines, not a selection.",
            ),
        )
        for step, expected in breaks(steps)
    ]


def around(steps: Sequence[Step]) -> tuple[int | None, int | None]:
    """Opening and closing balance, from the balances after lines; None where none is given."""
    moved = 0
    opening: int | None = None
    closing: int | None = None
    for step in steps:
        moved += step.minor
        if step.balance is not None and opening is None:
            opening = step.balance - moved
    if opening is not None:
        closing = opening + moved
    return opening, closing
