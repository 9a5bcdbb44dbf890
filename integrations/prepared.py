"""Statements of the hot path, kept prepared on the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Cursor


def fetch_row(sql: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """Run a statement as `fetch_rows` does, and give its first row."""
    rows = fetch_rows(sql, values)
    return rows[0] if rows else None


def fetch_rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement and give its rows, in the caller's transaction or in one of its own.

    Goes past Django's cursor, because only psycopg's own can keep a statement prepared. `sql` must be constant.
    """
    wrapper = connections[DEFAULT_DB_ALIAS]
    wrapper.ensure_connection()
    with wrapper.wrap_database_errors, Cursor(wrapper.connection) as cursor:
        rows: list[tuple[Any, ...]] = cursor.execute(sql, values, prepare=True).fetchall()
    return rows
