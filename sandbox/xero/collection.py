"""Rows of one kind in one organisation: in order of change, indexed, and undone when a batch fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sandbox.kernel.store import Row, Table

Key = Callable[[Row], str | None]


class Undo:
    """What the current call has changed, newest last, so that all or part of it can be taken back."""

    def __init__(self) -> None:
        self._steps: list[tuple[Collection, str, Row | None]] = []

    def record(self, collection: Collection, key: str, before: Row | None) -> None:
        self._steps.append((collection, key, before))

    def savepoint(self) -> int:
        return len(self._steps)

    def rollback(self, savepoint: int = 0) -> None:
        """Take back everything since the savepoint, the newest first."""
        while len(self._steps) > savepoint:
            collection, key, before = self._steps.pop()
            collection.restore(key, before)

    def commit(self) -> None:
        """Write each changed row to the store, once."""
        written = set()
        for collection, key, _ in self._steps:
            if (collection, key) not in written:
                written.add((collection, key))
                collection.write(key)
        self._steps.clear()


class Collection:
    """Rows of one table that belong to one organisation.

    Rows are values: a change is a new row put in place of the old one. They stay in the order of
    `Updated`, because clients ask for what has changed since.
    """

    def __init__(self, table: Table, key: str, undo: Undo, prefix: str = "", **indexes: Key) -> None:
        """`prefix` sets rows apart in the table where the key is unique only within an organisation."""
        self.key = key
        self._prefix = prefix
        self.rows: dict[str, Row] = {}
        self._table = table
        self._undo = undo
        self._keys = indexes
        self._indexes: dict[str, dict[str, dict[str, None]]] = {name: {} for name in indexes}
        self._ordered = True

    def load(self, row: Row) -> None:
        """Take a row that is already in the store."""
        self.rows[row[self.key]] = row
        self._index(row)
        self._ordered = False

    def put(self, row: Row) -> Row:
        """Set a row in place of the one with its key; it becomes the most recently changed."""
        key = row[self.key]
        before = self.rows.pop(key, None)
        self._undo.record(self, key, before)
        if before is not None:
            self._unindex(before)
        self.rows[key] = row
        self._index(row)
        return row

    def replace(self, row: Row) -> Row:
        """Set a row without making it the most recently changed: for what `UpdatedDateUTC` ignores."""
        key = row[self.key]
        before = self.rows[key]
        self._undo.record(self, key, before)
        self._unindex(before)
        self.rows[key] = row
        self._index(row)
        return row

    def restore(self, key: str, before: Row | None) -> None:
        """Undo one `put`."""
        self._unindex(self.rows.pop(key))
        if before is not None:
            self.rows[key] = before
            self._index(before)
            self._ordered = False

    def write(self, key: str) -> None:
        row = self.rows.get(key)
        if row is None:
            self._table.delete(self._prefix + key)
        else:
            self._table.put(self._prefix + key, row)

    def get(self, key: str) -> Row | None:
        return self.rows.get(key)

    def __getitem__(self, key: str) -> Row:
        return self.rows[key]

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, index: str, value: str) -> list[Row]:
        """Rows with that value under an index, the oldest first."""
        return [self.rows[key] for key in self._indexes[index].get(value, ())]

    def first(self, index: str, value: str) -> Row | None:
        for key in self._indexes[index].get(value, ()):
            return self.rows[key]
        return None

    def all(self) -> list[Row]:
        """Every row, the least recently changed first."""
        self._sort()
        return list(self.rows.values())

    def since(self, at: datetime) -> list[Row]:
        """Rows changed at or after that instant, in order of change; reads no others."""
        self._sort()
        recent = []
        for row in reversed(self.rows.values()):
            if row["Updated"] < at:
                break
            recent.append(row)
        recent.reverse()
        return recent

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def _sort(self) -> None:
        if not self._ordered:
            self.rows = dict(sorted(self.rows.items(), key=lambda item: (item[1]["Updated"], item[0])))
            self._ordered = True

    def _index(self, row: Row) -> None:
        for name, key in self._keys.items():
            value = key(row)
            if value:
                self._indexes[name].setdefault(value, {})[row[self.key]] = None

    def _unindex(self, row: Row) -> None:
        for name, key in self._keys.items():
            value = key(row)
            if value:
                held = self._indexes[name][value]
                held.pop(row[self.key], None)
                if not held:
                    del self._indexes[name][value]


def field(name: str) -> Key:
    """An index by one property as it stands."""
    return lambda row: row.get(name)


def folded(name: str) -> Key:
    """An index by one property, case aside."""
    return lambda row: (row.get(name) or "").lower()


def when(test: Callable[[Row], Any], key: Key) -> Key:
    """An index of only the rows that pass a test."""
    return lambda row: key(row) if test(row) else None
