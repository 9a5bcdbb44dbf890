"""Writing many rows in one statement, whatever their number: they travel as one JSON text, which PostgreSQL takes apart.

Django's own ways (an array per column, or a CASE per row and field) spend several times as long on quoting each value as
PostgreSQL does on storing it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.db.models import Field, Model
from psycopg.types.json import Jsonb

if TYPE_CHECKING:
    Column = Field[Any, Any]


def insert_rows(rows: Sequence[Model], *, update: Sequence[str] = (), key: Sequence[str] = ()) -> None:
    """Insert the rows and give them their ids; a row whose `key` is there already only has its `update` fields stored.

    No signals and no `save` are run. Raises IntegrityError for any other conflict.
    """
    if not rows:
        return
    ids = _insert(rows, f"{_on_conflict(rows[0], update, key)} RETURNING {_quoted_column(_key(rows[0]))}")
    for row, (pk,) in zip(rows, ids, strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias


def insert_missing(rows: Sequence[Model]) -> None:
    """Insert the rows that are not there yet, by any unique constraint; the others are left alone. Gives no ids."""
    if rows:
        _insert(rows, "ON CONFLICT DO NOTHING RETURNING 1")


def _insert(rows: Sequence[Model], ending: str) -> list[tuple[int]]:
    meta = type(rows[0])._meta
    columns = [field for field in meta.concrete_fields if not field.primary_key]
    names, table = _names(columns), _quote(meta.db_table)
    # All names come from our own models.
    statement = (
        f"INSERT INTO {table} ({names}) SELECT {names} "  # noqa: S608
        f"FROM json_populate_recordset(NULL::{table}, %s::json) {ending}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_json(rows, columns, adding=True)])
        return cast("list[tuple[int]]", cursor.fetchall())


def update_rows(rows: Sequence[Model], fields: Sequence[str]) -> None:
    """Store these fields, and no others, of rows that are there already."""
    if not rows:
        return
    table = _quote(type(rows[0])._meta.db_table)
    columns = [_field(rows[0], name) for name in fields]
    key = _key(rows[0])
    sets = ", ".join(f"{name} = new.{name}" for name in map(_quoted_column, columns))
    statement = (
        f"UPDATE {table} AS old SET {sets} "  # noqa: S608
        f"FROM json_populate_recordset(NULL::{table}, %s::json) AS new "
        f"WHERE old.{_quoted_column(key)} = new.{_quoted_column(key)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_json(rows, [key, *columns], adding=False)])


def _as_json(rows: Iterable[Model], columns: Sequence[Column], *, adding: bool) -> str:
    return f"[{','.join(_row(row, columns, adding=adding) for row in rows)}]"


def _row(row: Model, columns: Sequence[Column], *, adding: bool) -> str:
    plain: dict[str, Any] = {}
    documents = ""
    for field in columns:
        raw = field.pre_save(row, adding) if adding else getattr(row, field.attname)
        value = field.get_db_prep_save(raw, connection)
        if isinstance(value, Jsonb):
            # Already text as the field's encoder writes it: exact amounts stay exact.
            documents += f',"{field.column}":{_text(value)}'
        else:
            plain[str(field.column)] = value
    return f"{json.dumps(plain, default=_scalar)[:-1]}{documents}}}"


def _text(value: Jsonb) -> str:
    dumps = value.dumps or json.dumps
    text = dumps(value.obj)
    return text if isinstance(text, str) else text.decode()


def _scalar(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written in bulk.")


def _on_conflict(row: Model, update: Sequence[str], key: Sequence[str]) -> str:
    if not update:
        return ""
    target = _names([_field(row, name) for name in key])
    columns = map(_quoted_column, (_field(row, name) for name in update))
    return (
        f"ON CONFLICT ({target}) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in columns)}"
    )


def _field(row: Model, name: str) -> Column:
    return cast("Column", row._meta.get_field(name))


def _key(row: Model) -> Column:
    return row._meta.pk


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(map(_quoted_column, columns))


def _quoted_column(field: Column) -> str:
    return _quote(str(field.column))


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
