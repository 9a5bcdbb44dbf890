"""A file in any format, read as the statement of one account of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from integrations.core.files.tables import Table
from reconciliation.statements.core.accounts import OwnAccount, differs
from reconciliation.statements.core.balances import said
from reconciliation.statements.core.camt053 import read_camt053
from reconciliation.statements.core.columns import Columns
from reconciliation.statements.core.csv_guess import columns_of
from reconciliation.statements.core.csv_reading import statement_from, table_of
from reconciliation.statements.core.detecting import format_of
from reconciliation.statements.core.identity import has_bank_id
from reconciliation.statements.core.mt940 import read_mt940
from reconciliation.statements.core.ofx import read_ofx
from reconciliation.statements.core.statement import Statement, StatementError

_READERS: Final[Mapping[str, Callable[[bytes], tuple[Statement, ...]]]] = {
    "ofx": read_ofx,
    "mt940": read_mt940,
    "camt053": read_camt053,
}


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file and how its columns are read: as said, as known of a bank, or as guessed."""

    table: Table
    columns: Columns


def csv_file(content: bytes, remembered: Columns | None) -> CsvFile | None:
    """The table in a CSV file with its columns; None for any other format. Raises StatementError."""
    if format_of(content) != "csv":
        return None
    table = table_of(content)
    if remembered is not None and remembered.fits(table.heads, has_heads=table.has_heads):
        return CsvFile(table, remembered)
    return CsvFile(table, columns_of(table))


def read_statement(content: bytes, own: OwnAccount, csv: CsvFile | None) -> Statement:
    """The statement of our account in a file; `csv` is what `csv_file` made of it.

    Several statements of the account become one; those of other accounts are named and passed over. Raises StatementError
    for a file that cannot be read as a whole, that does not add up, or that is of another account or currency.
    """
    if csv is not None:
        found: Sequence[Statement] = [statement_from(csv.table, csv.columns, own.currency)]
    else:
        found = _READERS[format_of(content)](content)
    if not found:
        raise StatementError("The file has no statement in it.")
    return _of_account(found, own)


def _of_account(found: Sequence[Statement], own: OwnAccount) -> Statement:
    ours, others = [], []
    for each in found:
        why = differs(own, each.account) or _currency_differs(own, each)
        if why:
            others.append(why)
        else:
            ours.append(each)
    if not ours:
        raise StatementError(
            f"This is not a statement of {own.name}: {others[0]}. Choose the account it is of."
        )
    whose = {each.account for each in ours if each.account.written}
    if len(whose) > 1:
        written = " and ".join(sorted(each.written for each in whose)[:3])
        raise StatementError(
            f"The file has statements of several accounts ({written}). Enter the number of {own.name} first, so that its "
            "own can be found."
        )
    merged = _as_one(ours)
    if others:
        note = f"{len(others)} statements of other accounts in the file are passed over: {others[0]}."
        merged = replace(merged, notes=(*merged.notes, note))
    return merged


def _currency_differs(own: OwnAccount, statement: Statement) -> str:
    if statement.currency == own.currency:
        return ""
    return f"the statement is in {statement.currency or 'no known currency'}, {own.name} in {own.currency}"


def _as_one(parts: Sequence[Statement]) -> Statement:
    """One statement of several, as MT940 writes one a day; a hole between their balances is named."""
    if len(parts) == 1:
        return parts[0]
    ordered = sorted(parts, key=lambda each: (each.starts_on, each.ends_on))
    notes = [note for each in ordered for note in each.notes]
    for before, after in pairwise(ordered):
        hole = _hole(before, after)
        if hole:
            notes.append(
                f"Between {before.ends_on:%-d %b %Y} and {after.starts_on:%-d %b %Y} the file jumps by "
                f"{said(hole, before.currency)}: a statement is missing in it."
            )
    return replace(
        ordered[0],
        ends_on=max(each.ends_on for each in ordered),
        lines=tuple(line for each in ordered for line in each.lines),
        closing_minor=ordered[-1].closing_minor,
        notes=tuple(dict.fromkeys(notes)),
    )


def _hole(before: Statement, after: Statement) -> int:
    if before.closing_minor is None or after.opening_minor is None:
        return 0
    return after.opening_minor - before.closing_minor


def proves_itself(statement: Statement, columns: Columns) -> bool:
    """Whether columns that were only guessed are right beyond doubt: balances in the file follow from the lines."""
    return bool(columns.heads.get("balance")) and len(statement.lines) > 1 and not columns.problems()


def numbers_of(statement: Statement) -> set[bytes]:
    """What in the file are numbers of the bank's own, whatever they look like: ids of lines, and the account."""
    ids = {line.bank_id.encode() for line in statement.lines if has_bank_id(line)}
    account = statement.account
    return ids | {text.encode() for text in (account.written, account.iban) if text}
