"""Static checks of a mapping document: what can be known to go wrong before any record is mapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from mapping.core.coercion import coercion
from mapping.core.document import MappingDocument, Row, TransformUse
from mapping.core.paths import EVERY, Path, PathError, parse_path
from mapping.core.problems import Problem, Severity, TransformError
from mapping.core.schemas.context import CONTEXT, TABLES
from mapping.core.schemas.schema import Field, FieldType, Schema
from mapping.core.steps import reference
from mapping.core.transforms import REGISTRY

LAST_POSITION: Final = 99
"""The largest position a target list can be written at."""

_SOURCE_GIVES: Final[dict[FieldType, str]] = {
    "decimal": "number",
    "integer": "number",
    "flag": "flag",
    "date": "date",
    "moment": "date",
    "list": "list",
    "object": "object",
}
_TARGET_TAKES: Final[dict[FieldType, frozenset[str]]] = {
    "decimal": frozenset({"number", "text", "any"}),
    "integer": frozenset({"number", "text", "any"}),
    "date": frozenset({"date", "text", "any"}),
    "flag": frozenset({"flag", "any"}),
    "list": frozenset({"list", "any"}),
    "object": frozenset({"object", "any"}),
}
_TEXT_TAKES: Final = frozenset({"text", "number", "date", "any"})
_WORDS: Final = {
    "number": "a number",
    "flag": "yes or no",
    "date": "a date",
    "list": "a list",
    "lines": "a list of lines",
    "object": "an object",
    "text": "text",
}


@dataclass(frozen=True, slots=True)
class Known:
    """The schemas a document is judged against; `source` None means that nothing is known of the source."""

    source: Schema | None
    target: Schema


def static_problems(document: MappingDocument, known: Known) -> tuple[Problem, ...]:
    """All problems of rows and collections, then those of the document as a whole."""
    return (
        *(problem for row in document.rows for problem in _row_problems(row, document, known)),
        *_order_problems(document),
        *_collection_problems(document, known),
        *_duplicates(document),
        *_unfilled(document, known.target),
    )


def _row_problems(row: Row, document: MappingDocument, known: Known) -> Iterator[Problem]:
    try:
        target = parse_path(row.target)
    except PathError as error:
        yield _problem(row, str(error))
        return
    if target.namespace == "context" or (target.namespace == "work" and len(target.steps) > 1):
        yield _problem(
            row, f"“{row.target}” cannot be written: a working value has one plain name, such as work:lines."
        )
    elif not target.namespace:
        yield from _target_problems(row, target, known.target)
    yield from _source_problems(row, target, document, known)
    yield from _combination_problems(row)
    yield from _type_problems(row, target, known)
    yield from _constant_problems(row, target, known.target)


def _target_problems(row: Row, target: Path, schema: Schema) -> Iterator[Problem]:
    field = schema.field(row.target)
    if field is None:
        yield _problem(row, f"{schema.title} has no field “{row.target}”.")
    elif field.read_only:
        yield _problem(row, f"Xero sets {field.label} itself; it cannot be filled in.")
    elif field.on_delivery:
        yield _problem(row, f"{field.label} is filled in when the document is sent; take this row out.")
    if sum(1 for step in target.steps if step.index == EVERY) > 1:
        yield _problem(row, "A list inside a repeated line is written by position: Tracking[0].Name.")
    if any((step.index or 0) > LAST_POSITION for step in target.steps):
        yield _problem(row, f"Positions in a list go up to {LAST_POSITION}.")


def _source_problems(row: Row, target: Path, document: MappingDocument, known: Known) -> Iterator[Problem]:
    each = _each(target, document)
    for text in (*row.sources, *_references(row)):
        try:
            path = parse_path(text)
        except PathError as error:
            if text in row.sources:
                continue  # the compiler reports it
            yield _problem(row, str(error))
            continue
        yield from _unknown(row, path, known)
        if target.collection() is not None and path.collection() not in (None, each):
            yield _problem(row, f"“{text}” repeats another list than the one “{row.target}” is made from.")


def _each(target: Path, document: MappingDocument) -> Path | None:
    collection = target.collection()
    for item in document.collections:
        if collection is not None and item.target == str(collection):
            return _parsed(item.source)
    return None


def _parsed(text: str) -> Path | None:
    try:
        return parse_path(text)
    except PathError:
        return None


def _references(row: Row) -> Iterator[str]:
    for use in row.transforms:
        for value in use.parameters.values():
            path = reference(value)
            if path is not None:
                yield path


def _unknown(row: Row, path: Path, known: Known) -> Iterator[Problem]:
    plain = Path(path.steps).pattern()
    if path.namespace == "context":
        if plain not in CONTEXT.by_path and not any(plain.startswith(f"{table}.") for table in TABLES):
            yield _problem(row, f"The settings have no “{plain}”.")
    elif not path.namespace and known.source is not None and known.source.field(plain) is None:
        yield _problem(row, f"{known.source.title} has no field “{path}”.")


def _combination_problems(row: Row) -> Iterator[Problem]:
    if len(row.sources) < 2:
        return
    first = REGISTRY.get(row.transforms[0].name) if row.transforms else None
    if first is None or not (first.takes_many or first.name == "constant"):
        yield _problem(
            row, "Two sources meet in one field: say first how to combine them (join, first filled in, …)."
        )


def _type_problems(row: Row, target: Path, known: Known) -> Iterator[Problem]:
    field = known.target.field(row.target) if not target.namespace else None
    if field is None:
        return
    gives = _gives(row, known)
    takes = _TARGET_TAKES.get(field.type, _TEXT_TAKES)
    if gives != "any" and gives not in takes:
        wants = next(iter(sorted(takes - {"any"})))
        yield _problem(
            row, f"{field.label} wants {_WORDS[wants]}, but the row gives {_WORDS[gives]}: add a transform."
        )


def _gives(row: Row, known: Known) -> str:
    gives = _source_gives(row, known)
    for use in row.transforms:
        spec = REGISTRY.get(use.name)
        if spec is None:
            return "any"
        if spec.gives != "same":
            gives = spec.gives
    return gives


def _source_gives(row: Row, known: Known) -> str:
    if len(row.sources) != 1:
        return "any"
    path = _parsed(row.sources[0])
    if path is None or path.namespace == "work":
        return "any"
    schema = CONTEXT if path.namespace == "context" else known.source
    field = schema.field(Path(path.steps).pattern()) if schema else None
    if field is None:
        return "any"
    repeated = path.collection() is not None and parse_path(row.target).collection() is None
    return "list" if repeated else _SOURCE_GIVES.get(field.type, "text")


def _constant_problems(row: Row, target: Path, schema: Schema) -> Iterator[Problem]:
    last = row.transforms[-1] if row.transforms else TransformUse("")
    value = last.parameters.get("value")
    if target.namespace or last.name not in ("constant", "when_present", "default") or value is None:
        return
    if reference(value) is not None:
        return
    try:
        coercion(schema.field(row.target))(value)
    except TransformError as error:
        yield _problem(row, str(error))


def _order_problems(document: MappingDocument) -> Iterator[Problem]:
    """Working values are worked out in the order of the rows, so a row can only read those above it."""
    made: set[str] = set()
    names = {_work_name(row.target) for row in document.rows} - {None}
    for row in document.rows:
        own = _work_name(row.target)
        for text in (*row.sources, *_references(row)):
            name = _work_name(text)
            if name is None or (own is None and name in names) or name in made:
                continue
            why = "is made by a later row or by itself" if name in names else "is made by no row"
            yield _problem(
                row, f"The working value “{text}” {why}: move the row that makes it above this one."
            )
        if own is not None:
            made.add(own)


def _work_name(text: str) -> str | None:
    path = _parsed(text)
    return path.steps[0].name if path is not None and path.namespace == "work" else None


def _collection_problems(document: MappingDocument, known: Known) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in document.collections:
        field = known.target.field(f"{item.target}")
        field = field or known.target.field(f"{item.target}[]")
        if field is None or field.type != "list":
            yield Problem(f"{known.target.title} has no list “{item.target}” to repeat.", target=item.target)
        if item.target in seen:
            yield Problem(f"“{item.target}” is made twice: one for-each for each list.", target=item.target)
        seen.add(item.target)
    for row in document.rows:
        path = _parsed(row.target)
        collection = path.collection() if path is not None else None
        if collection is not None and str(collection) not in seen:
            yield _problem(row, f"Nothing says what “{collection}” is repeated for: add a for-each.")


def _duplicates(document: MappingDocument) -> Iterator[Problem]:
    seen: dict[str, Row] = {}
    for row in document.rows:
        first = seen.setdefault(row.target, row)
        if first is not row and not (row.when or first.when):
            yield _problem(row, f"“{row.target}” is filled in twice: by this row and by “{first.id}”.")


def _unfilled(document: MappingDocument, schema: Schema) -> Iterator[Problem]:
    filled = set(_filled(document))
    for field in schema.fields:
        if field.read_only or field.on_delivery or field.path in filled or not _is_expected(field, filled):
            continue
        if field.required:
            yield Problem(f"{field.label} is required by Xero and no row fills it.", target=field.path)
        elif field.required_when:
            message = f"{field.label} is needed to approve the document and no row fills it."
            yield _warning(message, field)


def _warning(message: str, field: Field) -> Problem:
    severity: Severity = "warning"
    return Problem(message, target=field.path, severity=severity)


def _filled(document: MappingDocument) -> Iterable[str]:
    for row in document.rows:
        path = _parsed(row.target)
        if path is None or path.namespace:
            continue
        pattern = path.pattern()
        yield pattern
        parts = pattern.split(".")
        for end in range(1, len(parts)):
            parent = ".".join(parts[:end])
            yield parent
            yield parent.removesuffix("[]")


def _is_expected(field: Field, filled: set[str]) -> bool:
    """A field inside an object or list matters only if the mapping makes that object or list at all."""
    parent, _, _ = field.path.rpartition(".")
    return not parent or parent in filled


def _problem(row: Row, message: str) -> Problem:
    return Problem(message, row.id, row.target)
