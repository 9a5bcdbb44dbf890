"""Look-up tables out of JSON."""

from __future__ import annotations

from typing import Any

from mapping.core.reading.form import Form
from mapping.core.tables import MOST_COLUMNS, MOST_ROWS, Table


def table_of(form: Form, value: Any, where: str) -> Table:
    """One look-up table; faults go to `form`. Every row has as many cells as there are columns."""
    data = form.object(value, where)
    columns = _texts(form, form.list(data, "columns", where) or ["key", "value"], where, "columns")
    if len(set(columns)) < len(columns):
        form.fault(f"The columns of {where.lower()} must have different names.")
    if not 2 <= len(columns) <= MOST_COLUMNS:
        form.fault(f"{where} has {len(columns)} columns; it can have 2 to {MOST_COLUMNS}.")
    rows = form.list(data, "rows", where)
    if len(rows) > MOST_ROWS:
        form.fault(f"{where} has {len(rows):,} rows; it can have {MOST_ROWS:,} at most.")
        rows = []
    return Table(
        id=form.id(data, where),
        title=form.text(data, "title", where),
        columns=columns,
        rows=tuple(
            _row(form, item, f"Row {number} of {where.lower()}", len(columns))
            for number, item in enumerate(rows, 1)
        ),
        note=form.text(data, "note", where),
    )


def _row(form: Form, value: Any, where: str, width: int) -> tuple[str, ...]:
    if not isinstance(value, list):
        form.fault(f"{where} should be a list of {width} cells.")
        return ()
    if len(value) != width:
        form.fault(f"{where} has {len(value)} cells, but the table has {width} columns.")
    return _texts(form, value, where, "cells")


def _texts(form: Form, values: list[Any], where: str, key: str) -> tuple[str, ...]:
    return tuple(form.as_text(value, where, key) for value in values)
