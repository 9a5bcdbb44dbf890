"""Which fields of a document Xero insists on, and which of them an evaluation left empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapping.core.paths import EVERY, parse_path
from mapping.core.problems import Problem
from mapping.core.schemas.schema import Field, Schema


@dataclass(frozen=True, slots=True)
class _Required:
    """A field that must be there. `list_names` lead to the list whose elements need it; None for a document field."""

    field: Field
    list_names: tuple[str, ...] | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Requirements:
    """The required fields of one target, prepared for checking."""

    fields: tuple[_Required, ...]
    rows: Mapping[str, str]

    def missing(self, document: Mapping[str, Any], known: Sequence[Problem]) -> Iterable[Problem]:
        """A problem for every required field without a value, unless `known` already explains that field."""
        explained = {problem.target for problem in known}
        for required in self.fields:
            if not _applies(required.field, document):
                continue
            for target in _empty(required, document):
                if target not in explained:
                    yield _problem(required.field, target, self.rows.get(required.field.path, ""))


def requirements(schema: Schema, rows: Mapping[str, str]) -> Requirements:
    """What `schema` requires of a mapping; `rows` gives the id of the row that fills each field pattern."""
    wanted = [item for item in schema.fields if _is_ours(item)]
    return Requirements(tuple(_prepared(item) for item in wanted), rows)


def _is_ours(item: Field) -> bool:
    if item.read_only or item.on_delivery:
        return False
    return item.required or bool(item.required_when)


def _prepared(item: Field) -> _Required:
    path = parse_path(item.path)
    for position, step in enumerate(path.steps):
        if step.index == EVERY:
            lead = tuple(step.name for step in path.steps[: position + 1])
            return _Required(item, lead, tuple(step.name for step in path.inside()))
    return _Required(item, None, tuple(step.name for step in path.steps))


def _applies(item: Field, document: Mapping[str, Any]) -> bool:
    if item.required:
        return True
    return any(document.get(name) in values for name, values in item.required_when.items())


def _empty(required: _Required, document: Mapping[str, Any]) -> Iterable[str]:
    if required.list_names is None:
        if _value(document, required.names) is None:
            yield required.field.path
        return
    for index, element in enumerate(_value(document, required.list_names) or ()):
        if isinstance(element, Mapping) and _value(element, required.names) is None:
            yield required.field.path.replace("[]", f"[{index}]", 1)


def _value(place: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        place = place.get(name) if isinstance(place, Mapping) else None
    return place


def _problem(item: Field, target: str, row: str) -> Problem:
    label = item.label or item.path
    why = "Xero needs it" if item.required else "Xero needs it before the document can be approved"
    return Problem(
        f"{label} is missing: {why}, and the record has nothing to fill it with.", row, target, cause="record"
    )
