"""Writing a few columns of many rows in one statement, without sending the rest of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection
from django.db.models import Field, Model


def update_rows(rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Store these fields of rows that exist already; one UPDATE from arrays, whatever their number.

    `bulk_update` builds a CASE per row and field, and an upsert sends whole rows: both cost several
    times as much when rows carry documents.
    """
    if not rows:
        return
    meta = type(rows[0])._meta
    columns = [cast("Field[Any, Any]", meta.get_field(name)) for name in fields]
    quote = connection.ops.quote_name
    names = [quote(str(field.column)) for field in columns]
    sets = ", ".join(f"{name} = new.{name}" for name in names)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in columns)
    # All names come from our own models.
    statement = (
        f"UPDATE {quote(meta.db_table)} AS old SET {sets} "  # noqa: S608
        f"FROM unnest(%s::bigint[], {arrays}) AS new(id, {', '.join(names)}) WHERE old.id = new.id"
    )
    values = [[row.pk for row in rows], *([_prepared(field, row) for row in rows] for field in columns)]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _prepared(field: Field[Any, Any], row: Model) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)
