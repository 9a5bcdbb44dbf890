"""A statement from a bank's CSV file: its rows put in the order of time, its balances followed from line to line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from integrations.core.files.tables import Table, UnreadableFileError, read_table
from reconciliation.statements.core.accounts import hint
from reconciliation.statements.core.balances import Step, around, bad_balances, breaks
from reconciliation.statements.core.cells import is_data
from reconciliation.statements.core.columns import Columns
from reconciliation.statements.core.csv_lines import CsvLine, CsvRows, currency_of_heads, read_rows
from reconciliation.statements.core.detecting import LARGEST_FILE, MOST_LINES
from reconciliation.statements.core.repeats import without_repeats, words_of_repeats
from reconciliation.statements.core.statement import (
    AccountHint,
    BadLine,
    Statement,
    StatementError,
    refuse_bad,
)

_HEADS_SHOWN: Final = 6
_ENDING_ABOVE: Final = re.compile(r"\*{2,}\s*(\d{4,})\b")


def table_of(content: bytes) -> Table:
    """The rows of the file. Raises StatementError."""
    try:
        return read_table(content, most_bytes=LARGEST_FILE, most_rows=MOST_LINES, is_data=is_data)
    except UnreadableFileError as error:
        raise StatementError(str(error)) from error


def statement_from(table: Table, columns: Columns, currency: str) -> Statement:
    """The statement in a table, read by its columns as one of `currency`.

    Raises StatementError when columns are missing or any row is bad.
    """
    if problems := columns.problems():
        raise StatementError(
            f"The columns of this file ({_quoted(table.heads)}) are not known. {' '.join(problems)} If it is the right "
            "file, say once what they mean: choose it on the page Bank, Import."
        )
    named = currency_of_heads(columns)
    if named and named != currency:
        raise StatementError(f"The amounts of this file are in {named}, the account is in {currency}.")
    rows = read_rows(table, columns, currency)
    refuse_bad(rows.bad, "csv")
    if not rows.lines:
        raise StatementError(
            "The file has no lines. If there were none in this time, there is nothing to import."
        )
    return _statement(table, columns, currency, rows)


def _quoted(heads: Sequence[str]) -> str:
    shown = ", ".join(f"“{head}”" for head in heads[:_HEADS_SHOWN])
    return f"{shown}, …" if len(heads) > _HEADS_SHOWN else shown


def _statement(table: Table, columns: Columns, currency: str, rows: CsvRows) -> Statement:
    lines, repeated = _without_repeated_rows(rows.lines)
    ordered = _in_order(lines)
    steps = _steps(ordered)
    refuse_bad(sorted(bad_balances(steps, currency), key=_row), "csv")
    opening, closing = around(steps)
    moved = closing - opening if opening is not None and closing is not None else None
    kept, more = without_repeats([each.line for each in ordered], moved)
    days = [line.booked_on for line in kept]
    return Statement(
        format="csv",
        layout=columns.bank or "CSV",
        account=_account(table, rows),
        currency=currency,
        starts_on=min(days),
        ends_on=max(days),
        lines=kept,
        opening_minor=opening,
        closing_minor=closing,
        notes=_notes(table, rows, repeated + more, is_balanced=moved is not None),
    )


def _row(bad: BadLine) -> int:
    return bad.row


def _account(table: Table, rows: CsvRows) -> AccountHint:
    if len(rows.accounts) > 1:
        written = " and ".join(list(rows.accounts)[:3])
        raise StatementError(
            f"The file has lines of several accounts: {written}. Export one account at a time."
        )
    for account in rows.accounts.values():
        return account
    found = _ENDING_ABOVE.search(" ".join(table.above))
    return hint(found[1]) if found is not None else AccountHint()


def _notes(table: Table, rows: CsvRows, repeated: int, *, is_balanced: bool) -> tuple[str, ...]:
    notes = []
    if not table.is_ended and not is_balanced:
        notes.append("The last row has no end: if the download was cut off, it may be incomplete.")
    if rows.worth_nothing:
        notes.append(f"{rows.worth_nothing:,} rows of nothing (0.00) are left out.")
    if repeated:
        notes.append(words_of_repeats(repeated))
    return tuple(notes)


def _without_repeated_rows(lines: Sequence[CsvLine]) -> tuple[list[CsvLine], int]:
    """A row that repeats another to the balance after it is the same line: money moved would have changed that."""
    kept: list[CsvLine] = []
    for each in lines:
        # Further on, the balance may come to the same again: only neighbours are meant.
        if each.balance is None or not kept or not _same(kept[-1], each):
            kept.append(each)
    return kept, len(lines) - len(kept)


def _same(one: CsvLine, other: CsvLine) -> bool:
    return (one.line.booked_on, one.line.minor, one.line.text, one.balance) == (
        other.line.booked_on,
        other.line.minor,
        other.line.text,
        other.balance,
    )


def _in_order(lines: Sequence[CsvLine]) -> list[CsvLine]:
    """From the oldest to the newest: as the balances go, else as the days do.

    Files are written either way round; within a day without balances the file's own way is kept.
    """
    forward, backward = list(lines), list(reversed(lines))
    if any(each.balance is not None for each in lines):
        broken, turned = len(breaks(_steps(forward))), len(breaks(_steps(backward)))
        if broken != turned:
            return forward if broken < turned else backward
    newest_first = lines[0].line.booked_on > lines[-1].line.booked_on
    return sorted(backward if newest_first else forward, key=lambda each: each.line.booked_on)


def _steps(lines: Sequence[CsvLine]) -> list[Step]:
    return [Step(each.line.row, each.line.minor, each.balance) for each in lines]
