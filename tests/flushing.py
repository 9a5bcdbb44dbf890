"""Emptying the test database after a test that committed: rows are deleted, which for a few rows is far quicker.

TRUNCATE, Django's way, gives every table new files: 0.25 s for our hundred tables, however empty they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql.operations import DatabaseOperations

_truncate = DatabaseOperations.sql_flush
_GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


def delete_instead(self: DatabaseOperations, style: Any, tables: Sequence[str], **how: bool) -> list[str]:
    """The statements that empty `tables`. Their guards against deletion stand aside meanwhile."""
    if not tables or how.get("reset_sequences"):
        return list(_truncate(self, style, tables, **how))
    guarded = _guarded(self)
    steps = [
        *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in guarded),
        *(" ".join(("DELETE FROM", self.quote_name(table))) for table in tables),
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in guarded),
    ]
    return ["; ".join(steps)]


def _guarded(operations: DatabaseOperations) -> list[str]:
    with operations.connection.cursor() as cursor:
        cursor.execute(_GUARDED)
        return [row[0] for row in cursor.fetchall()]
