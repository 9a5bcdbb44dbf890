"""Which columns of a bank's CSV file mean what: known banks by their heads, others by heads and cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from integrations.core.files.tables import Table
from reconciliation.statements.core.banks import recognised
from reconciliation.statements.core.cells import comma_is_decimal, is_amount, is_day, month_is_first
from reconciliation.statements.core.columns import Columns, guessed

_LOOKED_AT: Final = 200
_MOSTLY: Final = (9, 10)
"""So many in so many cells of a column must be of a kind."""


def columns_of(table: Table) -> Columns:
    """The columns of a known bank, or a guess (`is_guess`), which may lack what it takes to read lines."""
    known = recognised(table.heads, has_heads=table.has_heads)
    if known is not None and not _contradicts(known, table):
        return known
    heads = guessed(table.heads) if table.has_heads else _by_cells(table)
    return as_written(Columns(heads, has_heads=table.has_heads, is_guess=True), table)


def as_written(columns: Columns, table: Table) -> Columns:
    """The columns with the order of days and the decimal sign that the file's cells tell."""
    days = _values(table, columns.heads.get("date", ""))
    amounts = [
        text
        for name in ("amount", "money_in", "money_out", "balance")
        for text in _values(table, columns.heads.get(name, ""))
    ]
    return replace(columns, month_first=month_is_first(days), comma=comma_is_decimal(amounts))


def _values(table: Table, head: str) -> list[str]:
    return [row.cells[head] for row in table.rows if row.cells.get(head)] if head else []


def _contradicts(columns: Columns, table: Table) -> bool:
    """A file without heads is of the one bank only if its columns hold what that bank's do."""
    if columns.has_heads:
        return False
    kinds = _kinds(table)
    return not (
        kinds[columns.heads["date"]] == "day"
        and kinds[columns.heads["amount"]] == "amount"
        and kinds[columns.heads["description"]] == "text"
    )


def _by_cells(table: Table) -> dict[str, str]:
    """By what stands in the columns, where no heads name them."""
    kinds = _kinds(table)
    of_kind = {
        kind: [head for head in table.heads if kinds[head] == kind] for kind in ("day", "amount", "text")
    }
    found = dict(zip(("date",), of_kind["day"], strict=False))
    found |= _amounts(table, of_kind["amount"])
    longest = sorted(of_kind["text"], key=lambda head: -sum(map(len, _values(table, head)[:_LOOKED_AT])))
    return found | dict(zip(("description", "reference"), longest, strict=False))


def _amounts(table: Table, heads: Sequence[str]) -> Mapping[str, str]:
    """One amount; or an amount and a balance; or out, in and a balance where the first two are never filled together."""
    if len(heads) >= 2 and _apart(table, heads[0], heads[1]):
        return dict(zip(("money_out", "money_in", "balance"), heads, strict=False))
    return dict(zip(("amount", "balance"), heads, strict=False))


def _apart(table: Table, one: str, other: str) -> bool:
    return not any(row.cells[one] and row.cells[other] for row in table.rows[:_LOOKED_AT])


def _kinds(table: Table) -> dict[str, str]:
    return {head: _kind(_values(table, head)[:_LOOKED_AT]) for head in table.heads}


def _kind(cells: Sequence[str]) -> str:
    few, of = _MOSTLY
    if not cells:
        return "empty"
    if sum(map(is_day, cells)) * of >= len(cells) * few:
        return "day"
    return "amount" if sum(map(is_amount, cells)) * of >= len(cells) * few else "text"
