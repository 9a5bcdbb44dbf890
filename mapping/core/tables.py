"""Look-up tables: what people keep beside the mappings, such as product category → account code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Table:
    """A look-up table. The first of `columns` is the key; mappings read it as `context:tables.<id>` (key → second column,
    or key → {column: value} where there are more than two)."""

    id: str
    title: str
    columns: tuple[str, ...] = ("key", "value")
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""


def table_to_json(table: Table) -> dict[str, Any]:
    """Plain JSON values."""
    return {
        "id": table.id,
        "title": table.title,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "note": table.note,
    }
