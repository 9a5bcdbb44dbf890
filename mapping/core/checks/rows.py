"""Is each row's target a field that can be written, and are its sources fields that exist?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapping.core.checks.known import Known, bare, did_you_mean, fault, parsed, references
from mapping.core.document import MappingDocument, Row
from mapping.core.paths import EVERY, Path, PathError, parse_path
from mapping.core.problems import Problem
from mapping.core.schemas.context import TABLES
from mapping.core.schemas.schema import Schema
from mapping.core.transforms import REGISTRY

LAST_POSITION: Final = 99
"""The largest position a target list can be written at."""


def problems(row: Row, document: MappingDocument, known: Known) -> Iterator[Problem]:
    """Everything wrong with the paths of one row."""
    try:
        target = parse_path(row.target)
    except PathError as error:
        yield fault(row, str(error))
        return
    if target.namespace == "context" or (target.namespace == "work" and len(target.steps) > 1):
        yield fault(
            row, f"“{row.target}” cannot be written: a working value has one plain name, such as work:lines."
        )
    elif not target.namespace:
        yield from _target_problems(row, target, known.target)
    yield from _source_problems(row, target, document, known)
    yield from _combination_problems(row)


def _target_problems(row: Row, target: Path, schema: Schema) -> Iterator[Problem]:
    item = schema.field(row.target)
    if item is None:
        near = did_you_mean(target.pattern(), list(schema.by_path))
        yield fault(row, f"{schema.title} has no field “{row.target}”.{near}")
    elif item.read_only:
        yield fault(row, f"Xero sets {item.label} itself; it cannot be filled in.")
    elif item.on_delivery:
        yield fault(row, f"{item.label} is filled in when the document is sent; take this row out.")
    if sum(1 for step in target.steps if step.index == EVERY) > 1:
        yield fault(row, "A list inside a repeated line is written by position: Tracking[0].Name.")
    if any((step.index or 0) > LAST_POSITION for step in target.steps):
        yield fault(row, f"Positions in a list go up to {LAST_POSITION}.")


def _source_problems(row: Row, target: Path, document: MappingDocument, known: Known) -> Iterator[Problem]:
    each = _each(target, document)
    for text in (*row.sources, *references(row)):
        try:
            path = parse_path(text)
        except PathError as error:
            if text not in row.sources:  # else the compiler reports it
                yield fault(row, str(error))
            continue
        yield from _unknown(row, path, known)
        if target.collection() is not None and path.collection() not in (None, each):
            yield fault(row, f"“{text}” repeats another list than the one “{row.target}” is made from.")


def _each(target: Path, document: MappingDocument) -> Path | None:
    collection = target.collection()
    for item in document.collections:
        if collection is not None and item.target == str(collection):
            return parsed(item.source)
    return None


def _unknown(row: Row, path: Path, known: Known) -> Iterator[Problem]:
    words = unknown_field(path, known)
    if words:
        yield fault(row, words)


def unknown_field(path: Path, known: Known) -> str:
    """What to say of a source path that leads to nothing, with the nearest name; "" for one that is known."""
    plain = bare(path)
    if path.namespace == "context":
        return "" if _in_context(path, plain, known) else _unknown_setting(path, plain, known)
    if path.namespace or known.source is None or known.source.field(plain) is not None:
        return ""
    near = did_you_mean(plain, list(known.source.by_path))
    return f"{known.source.title} has no field “{path}”.{near}"


def _in_context(path: Path, plain: str, known: Known) -> bool:
    if plain in known.context.by_path:
        return True
    if known.knows_tables and path.steps[0].name == "enriched":
        return False
    if known.knows_tables and path.steps[0].name == "tables":
        return len(path.steps) > 2 and bare(Path(path.steps[:2])) in known.context.by_path
    return any(plain.startswith(f"{table}.") for table in TABLES)


def _unknown_setting(path: Path, plain: str, known: Known) -> str:
    if path.steps[0].name == "tables" and len(path.steps) > 1:
        ids = [item.path.split(".", 1)[1] for item in known.context.children("tables")]
        name = path.steps[1].name
        return f"There is no look-up table “{name}”: make it under Tables.{did_you_mean(name, ids)}"
    return f"The settings have no “{plain}”.{did_you_mean(plain, list(known.context.by_path))}"


def _combination_problems(row: Row) -> Iterator[Problem]:
    if len(row.sources) < 2:
        return
    first = REGISTRY.get(row.transforms[0].name) if row.transforms else None
    if first is None or not (first.takes_many or first.name == "constant"):
        yield fault(
            row, "Two sources meet in one field: say first how to combine them (join, first filled in, …)."
        )
