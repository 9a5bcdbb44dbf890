"""Look-up tables: what people keep beside the mappings, such as product category → account code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mapping.core.document import MappingDocument
from mapping.core.problems import Problem

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 50
LONGEST_CELL: Final = 1_000
"""Characters of one cell."""


@dataclass(frozen=True, slots=True)
class Table:
    """A look-up table. The first of `columns` is the key; mappings read it as `context:tables.<id>` (key → second column,
    or key → {column: value} where there are more than two)."""

    id: str
    title: str
    columns: tuple[str, ...] = ("key", "value")
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


class Entries(dict[str, Any]):
    """A table as mappings read it; found whatever the case of the key without going through all of it."""

    @cached_property
    def folded(self) -> dict[str, Any]:
        """The entries by their keys in small letters; of two that differ only by case the first counts."""
        return {key.strip().casefold(): entry for key, entry in reversed(self.items())}


def table_to_json(table: Table) -> dict[str, Any]:
    """Plain JSON values."""
    return {
        "id": table.id,
        "title": table.title,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "note": table.note,
    }


def as_context(tables: Mapping[str, Table]) -> dict[str, Any]:
    """What the tables add to the context of a mapping: `{"tables": {id: key → entry}}`.

    Rows with a blank key are left out; of rows with the same key the first counts.
    """
    return {"tables": {name: entries(table) for name, table in tables.items()}}


def entries(table: Table) -> Entries:
    """One table as mappings read it: key → second column, or key → {column: value} for more than two columns."""
    found = Entries()
    for row in table.rows:
        if row and row[0].strip():
            found.setdefault(row[0].strip(), _entry(table.columns, row))
    return found


def _entry(columns: tuple[str, ...], row: tuple[str, ...]) -> Any:
    if len(columns) <= 2:
        return row[1] if len(row) > 1 else ""
    return dict(zip(columns[1:], row[1:], strict=False))


def check_table(table: Table, documents: Iterable[MappingDocument] | None = None) -> tuple[Problem, ...]:
    """What is wrong or doubtful in a table; with `documents` also whether any mapping reads it.

    `target` of each problem is the table's id; rows are named by their number, from 1.
    """
    problems = [*_key_problems(table), *_blank_values(table)]
    if documents is not None and not any(reads_table(document, table.id) for document in documents):
        problems.append(_doubt(table, f"No mapping reads the table “{table.title or table.id}”."))
    return tuple(problems)


def _key_problems(table: Table) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for number, row in enumerate(table.rows, 1):
        key = row[0].strip() if row else ""
        if not key:
            yield _fault(table, f"Row {number} has no {table.columns[0]}: fill it in, or take the row out.")
            continue
        first = seen.setdefault(key.casefold(), number)
        if first != number:
            yield _fault(table, f"Row {number} has the key “{key}” of row {first} again: only one can count.")


def _blank_values(table: Table) -> Iterator[Problem]:
    blank = [str(number) for number, row in enumerate(table.rows, 1) if row and not any(row[1:])]
    if blank:
        rows = f"Row {blank[0]} has" if len(blank) == 1 else f"Rows {_listed(blank)} have"
        yield _doubt(table, f"{rows} nothing beside the key.")


def _listed(numbers: list[str]) -> str:
    return ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def reads_table(document: MappingDocument, table_id: str) -> bool:
    """Whether a row, condition or check of the mapping reads `context:tables.<table_id>`."""
    pattern = re.compile(rf"\bcontext:tables\.\"?{re.escape(table_id)}\b")
    return any(pattern.search(text) for text in _texts(document))


def _texts(document: MappingDocument) -> Iterator[str]:
    for row in document.rows:
        yield from row.sources
        yield row.when
        for use in row.transforms:
            yield from (str(value) for value in use.parameters.values())
    yield from (item.when for item in document.collections)
    yield from (check.must for check in document.checks)


def _fault(table: Table, message: str) -> Problem:
    return Problem(message, target=table.id)


def _doubt(table: Table, message: str) -> Problem:
    return Problem(message, target=table.id, severity="warning")
