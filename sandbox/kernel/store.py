"""All state of the sandbox: tables of rows in memory, each change a line in a journal on disk.

A restart replays the journal, so whatever a reply has told the outside is still true after a kill.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import orjson

Row = dict[str, Any]


def _encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"$d": str(value)}
    if isinstance(value, bytes):
        return {"$b": value.decode("latin-1")}
    if isinstance(value, datetime):
        return {"$t": value.isoformat()}
    if isinstance(value, date):
        return {"$y": value.isoformat()}
    raise TypeError(f"{type(value).__name__} has no place in the journal")


_DECODERS = {
    "$d": Decimal,
    "$b": lambda text: text.encode("latin-1"),
    "$t": datetime.fromisoformat,
    "$y": date.fromisoformat,
}


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1:
            tag, content = next(iter(value.items()))
            if tag in _DECODERS:
                return _DECODERS[tag](content)
        return {key: _decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_decode(item) for item in value]
    return value


class Table:
    """Rows by key, in order of first writing. A row changed in place must be `put` again."""

    def __init__(self, name: str, store: Store) -> None:
        self.name = name
        self._store = store
        self._rows: dict[str, Row] = {}

    def put(self, key: str, row: Row) -> Row:
        self._rows[key] = row
        self._store.write(self.name, key, row)
        return row

    def delete(self, key: str) -> None:
        if self._rows.pop(key, None) is not None:
            self._store.write(self.name, key, None)

    def get(self, key: str) -> Row | None:
        return self._rows.get(key)

    def __getitem__(self, key: str) -> Row:
        return self._rows[key]

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._rows))

    def values(self) -> list[Row]:
        return list(self._rows.values())

    def load(self, key: str, row: Row | None) -> None:
        """Take a row from the journal without writing it again."""
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row


class Store:
    """The tables and their journal. `path=None` keeps everything in memory only, for tests."""

    def __init__(self, path: Path | None = None) -> None:
        self._tables: dict[str, Table] = {}
        self._file: BinaryIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._replay(path)
            self._file = path.open("ab", buffering=1 << 16)

    def table(self, name: str) -> Table:
        """The table of that name, by convention `<system>.<plural>`, such as `xero.invoices`."""
        if name not in self._tables:
            self._tables[name] = Table(name, self)
        return self._tables[name]

    def write(self, table: str, key: str, row: Row | None) -> None:
        if self._file is not None:
            line = orjson.dumps(
                [table, key, row],
                default=_encode,
                option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_APPEND_NEWLINE,
            )
            self._file.write(line)

    def flush(self) -> None:
        """Hand the journal to the operating system; called before any reply leaves."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _replay(self, path: Path) -> None:
        if not path.exists():
            return
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) != len(data):
            path.write_bytes(whole)
        for line in whole.splitlines():
            table, key, row = orjson.loads(line)
            self.table(table).load(key, _decode(row))
