"""Does what a row gives fit the type of its target, and each value it can give the choices Xero knows?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapping.core.checks.known import Known, doubt, fault, parsed
from mapping.core.checks.outcomes import possible_values
from mapping.core.coercion import coercion
from mapping.core.document import Row
from mapping.core.problems import Problem, TransformError
from mapping.core.schemas.schema import Field, FieldType
from mapping.core.transforms import REGISTRY

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
# Types of text that stand for something other than an amount or a day.
_NO_NUMBER: Final[frozenset[FieldType]] = frozenset({"email", "url", "guid"})
_WORDS: Final = {
    "number": "a number",
    "flag": "yes or no",
    "date": "a date",
    "list": "a list",
    "lines": "a list of lines",
    "object": "an object",
    "text": "text",
}
_KINDS: Final = {"email": "an e-mail address", "url": "a web address", "guid": "an id"}


def problems(row: Row, known: Known) -> Iterator[Problem]:
    """Type mismatches and impossible values of one row."""
    target = parsed(row.target)
    item = known.target.field(row.target) if target is not None and not target.namespace else None
    if item is None:
        return
    yield from _type_problems(row, item, known)
    yield from _value_problems(row, item, known)


def _type_problems(row: Row, item: Field, known: Known) -> Iterator[Problem]:
    gives = _gives(row, known)
    takes = _TARGET_TAKES.get(item.type, _TEXT_TAKES)
    if gives != "any" and gives not in takes:
        wants = next(iter(sorted(takes - {"any"})))
        yield fault(
            row, f"{item.label} wants {_WORDS[wants]}, but the row gives {_WORDS[gives]}: add a transform."
        )
    elif not row.transforms and len(row.sources) == 1:
        yield from _kind_problems(row, item, known.source_field(row.sources[0]))


def _kind_problems(row: Row, item: Field, source: Field | None) -> Iterator[Problem]:
    """Texts of one kind where another kind is wanted; both are text, but no value of the one fits the other."""
    if source is None:
        return
    if item.type in ("decimal", "integer", "date", "guid") and source.type in _NO_NUMBER - {item.type}:
        wants = _WORDS.get(_SOURCE_GIVES.get(item.type, ""), "an id of Xero's")
        yield fault(row, f"{item.label} wants {wants}, but {source.label} is {_KINDS[source.type]}.")
    elif item.type == "date" and source.type == "moment":
        yield fault(
            row,
            f"{item.label} wants a day, but {source.label} is a time: use the date transform with a zone.",
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
    path, item = parsed(row.sources[0]), known.source_field(row.sources[0])
    if path is None or item is None:
        return "any"
    target = parsed(row.target)
    repeated = path.collection() is not None and (target is None or target.collection() is None)
    return "list" if repeated else _SOURCE_GIVES.get(item.type, "text")


def _value_problems(row: Row, item: Field, known: Known) -> Iterator[Problem]:
    outcomes = possible_values(row, known)
    check = coercion(item)
    said: set[str] = set()
    for value in outcomes.values:
        try:
            check(value)
        except TransformError as error:
            if str(error) not in said:
                said.add(str(error))
                yield fault(row, str(error)) if value in outcomes.certain else doubt(row, str(error))
