"""Two versions of one mapping evaluated together: what both say alike is worked out once.

Most drafts change a row or two. A row that stands in both mappings, and reads nothing that differs between them, gives the
same value in both; the second evaluation takes it over from the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mapping.core.document import MappingDocument, Row
from mapping.core.evaluate import CompiledCollection, CompiledMapping, CompiledRow, Evaluation
from mapping.core.paths import Path, parse_path
from mapping.core.readers import Scope
from mapping.core.steps import CompiledStep

_WORK = "work"
_Cell = dict[int, Any]
"""The values a row gave, by the identity of the element at hand (of None outside a for-each)."""
_Change = Callable[[tuple[CompiledRow, ...]], tuple[CompiledRow, ...]]


class Twins:
    """Two compiled mappings ready to be evaluated for the same record and context."""

    def __init__(self, before: CompiledMapping, after: CompiledMapping) -> None:
        self.after = after
        self._cells: dict[str, _Cell] = {row_id: {} for row_id in shared_rows(before, after)}
        self._names = {row.id: _first_name(row) for row in after.document.rows}
        self._recording = _replaced(before, self._recorded)
        self._replaying = replace(_replaced(after, self._replayed), work=tuple(map(self._player, after.work)))

    def evaluate(
        self, source: Mapping[str, Any], context: Mapping[str, Any]
    ) -> tuple[Evaluation, Evaluation]:
        """What each of the two makes of the record, exactly as if it were evaluated alone."""
        for cell in self._cells.values():
            cell.clear()
        first = self._recording.evaluate(source, context)
        # A problem of a shared row is one of both; only then it matters which row said what.
        second = self.after if first.problems else self._replaying
        return first, second.evaluate(source, context)

    def _recorded(self, rows: tuple[CompiledRow, ...]) -> tuple[CompiledRow, ...]:
        return tuple(map(self._recorder, rows))

    def _replayed(self, rows: tuple[CompiledRow, ...]) -> tuple[CompiledRow, ...]:
        """The rows with those taken over as one; apart stay those that write into what others write."""
        own = {self._names[row.id] for row in rows if row.id not in self._cells}
        together = [row for row in rows if row.id in self._cells and self._names[row.id] not in own]
        if len(together) < 2:
            return tuple(map(self._player, rows))
        taken = {row.id for row in together}
        return (self._players(together), *(self._player(row) for row in rows if row.id not in taken))

    def _players(self, rows: Sequence[CompiledRow]) -> CompiledRow:
        """Many rows taken over at once: going through each by itself would cost most of what is saved."""
        parts = [(row.write, self._cells[row.id]) for row in rows]

        def write(place: dict[str, Any], key: Any) -> None:
            for write_one, cell in parts:
                if key in cell:
                    write_one(place, cell[key])

        first = self._player(rows[0])
        return replace(first, readers=(lambda scope: id(scope.item),), write=write)

    def _recorder(self, row: CompiledRow) -> CompiledRow:
        cell = self._cells.get(row.id)
        if cell is None:
            return row

        def keep(value: Any, scope: Scope) -> Any:
            if value is not None:
                value = cell[id(scope.item)] = row.coerce(value)
            return value

        step = CompiledStep("", "", keep, takes_many=False, accepts_missing=True, references=())
        return replace(row, steps=(*row.steps, step), coerce=_as_it_is)

    def _player(self, row: CompiledRow) -> CompiledRow:
        cell = self._cells.get(row.id)
        if cell is None:
            return row
        return replace(
            row,
            sources=(),
            readers=(lambda scope: cell.get(id(scope.item)),),
            steps=(),
            when=None,
            coerce=_as_it_is,
        )


def _first_name(row: Row) -> str:
    """The field of the document, or of its element, that a row writes into."""
    inside = parse_path(row.target).inside()
    return inside[0].name if inside else ""


def _as_it_is(value: Any) -> Any:
    return value


def _replaced(mapping: CompiledMapping, change: _Change) -> CompiledMapping:
    return replace(
        mapping,
        work=change(mapping.work),
        rows=change(mapping.rows),
        collections=tuple(replace(item, rows=change(item.rows)) for item in mapping.collections),
    )


def shared_rows(before: CompiledMapping, after: CompiledMapping) -> set[str]:
    """The ids of the rows that give the same value in both mappings, whatever the record."""
    old, new = _by_id(before.document), _by_id(after.document)
    if old is None or new is None or _ends(before) != _ends(after):
        return set()
    same = {row_id for row_id, row in new.items() if _says_same(row, old.get(row_id))}
    shared, differing = _shared_work(before, after, same)
    collections = _shared_collections(before, after, differing)
    for row in (*after.rows, *(row for collection in collections for row in collection.rows)):
        if row.id in same and not _reads(row, new[row.id]) & differing:
            shared.add(row.id)
    return shared


def _ends(mapping: CompiledMapping) -> tuple[str, str]:
    return mapping.document.source, mapping.document.target


def _by_id(document: MappingDocument) -> dict[str, Row] | None:
    """The rows by id; None where two have the same, so that a value might be taken for another row's."""
    rows = {row.id: row for row in document.rows}
    return rows if len(rows) == len(document.rows) else None


def _says_same(row: Row, other: Row | None) -> bool:
    # By their text: in Python 1, True and Decimal(1) are equal, and a transform may tell them apart.
    return other is not None and repr(replace(row, note="")) == repr(replace(other, note=""))


def _shared_work(
    before: CompiledMapping, after: CompiledMapping, same: set[str]
) -> tuple[set[str], set[str]]:
    """Rows of working values that both mappings begin with, and the names of the values that others write."""
    shared: set[str] = set()
    for old, new in zip(before.work, after.work, strict=False):
        if old.id != new.id or new.id not in same:
            break
        shared.add(new.id)
    return shared, {_work_name(row) for row in (*before.work, *after.work) if row.id not in shared}


def _work_name(row: CompiledRow) -> str:
    return parse_path(row.target.at(0)).steps[0].name


def _shared_collections(
    before: CompiledMapping, after: CompiledMapping, differing: set[str]
) -> Iterator[CompiledCollection]:
    """The for-eaches that go over the same elements in both."""
    old = list(before.document.collections)
    new = list(after.document.collections)
    if len(before.collections) != len(old) or len(after.collections) != len(new):
        return
    for item, compiled in zip(new, after.collections, strict=True):
        paths = [parse_path(item.source), *(compiled.when.paths.values() if compiled.when else ())]
        if old.count(item) == 1 and new.count(item) == 1 and not _work_names(paths) & differing:
            yield compiled


def _reads(compiled: CompiledRow, row: Row) -> set[str]:
    """The working values a row reads: as sources, as parameters, in its condition."""
    paths = [parse_path(text) for text in row.sources]
    paths += [path for step in compiled.steps for path in step.references]
    paths += compiled.when.paths.values() if compiled.when else ()
    return _work_names(paths)


def _work_names(paths: list[Path]) -> set[str]:
    return {path.steps[0].name for path in paths if path.namespace == _WORK}
