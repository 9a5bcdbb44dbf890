"""A schema out of JSON samples: which fields there are, of which type, always there or not, with examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from mapping.core.paths import EVERY, Path, Step
from mapping.core.schemas.schema import Field, FieldType, Schema

MOST_FIELDS: Final = 2000
DEEPEST: Final = 16
_EXAMPLES: Final = 5

_PATTERNS: Final[tuple[tuple[FieldType, re.Pattern[str]], ...]] = (
    ("moment", re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("guid", re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")),
    ("url", re.compile(r"https?://\S+")),
    ("decimal", re.compile(r"-?(0|[1-9]\d*)\.\d+")),
)
# Two kinds of value that one wider type covers.
_WIDER: Final[dict[frozenset[FieldType], FieldType]] = {
    frozenset({"integer", "decimal"}): "decimal",
    frozenset({"date", "moment"}): "moment",
}


class SampleError(ValueError):
    """Samples that no schema can be read from, in words for the person who pasted them."""


def infer_schema(samples: Sequence[Any], *, name: str = "", title: str = "Sample") -> Schema:
    """The schema of JSON objects that look like `samples`.

    Raises SampleError when there is no sample, one is not an object, or they are too deep or too wide.
    """
    if not samples:
        raise SampleError("There is no sample to read fields from.")
    seen = _Seen()
    for sample in samples:
        if not isinstance(sample, Mapping):
            raise SampleError("A sample has to be a JSON object: { … }.")
        seen.object(sample, ())
    return Schema(name, title, tuple(seen.fields(len(samples))))


@dataclass
class _Gathered:
    """What the samples hold at one path. `parents` counts the objects that could have had it."""

    types: set[FieldType] = field(default_factory=set)
    filled: int = 0
    examples: list[Any] = field(default_factory=list)


class _Seen:
    def __init__(self) -> None:
        self.paths: dict[tuple[Step, ...], _Gathered] = {}
        self.objects: dict[tuple[Step, ...], int] = {}

    def object(self, value: Mapping[str, Any], at: tuple[Step, ...]) -> None:
        if len(at) >= DEEPEST:
            raise SampleError(f"The sample is nested deeper than {DEEPEST} levels.")
        self.objects[at] = self.objects.get(at, 0) + 1
        for key, item in value.items():
            if key:
                self.value(item, (*at, Step(key)))

    def value(self, value: Any, at: tuple[Step, ...]) -> None:
        gathered = self.paths.setdefault(at, _Gathered())
        if len(self.paths) > MOST_FIELDS:
            raise SampleError(f"The sample has more than {MOST_FIELDS} fields.")
        if value is None or value == "":
            return
        gathered.filled += 1
        gathered.types.add(_type(value))
        if isinstance(value, Mapping):
            self.object(value, at)
        elif isinstance(value, list):
            self.elements(value, (*at[:-1], Step(at[-1].name, EVERY)))
        elif len(gathered.examples) < _EXAMPLES and value not in gathered.examples:
            gathered.examples.append(value)

    def elements(self, items: list[Any], at: tuple[Step, ...]) -> None:
        for item in items:
            if isinstance(item, Mapping):
                self.object(item, at)
            elif not isinstance(item, list):
                self.objects[at[:-1]] = self.objects.get(at[:-1], 0)
                self.value(item, at)

    def fields(self, samples: int) -> list[Field]:
        return [self._field(at, gathered, samples) for at, gathered in self.paths.items()]

    def _field(self, at: tuple[Step, ...], gathered: _Gathered, samples: int) -> Field:
        kind = _widest(gathered.types)
        is_element = at[-1].index == EVERY
        chances = samples if len(at) == 1 else self.objects.get(at[:-1], samples)
        return Field(
            str(Path(at)),
            kind,
            _label(at[-1].name),
            optional=not is_element and gathered.filled < chances,
            personal=kind == "email",
            example=gathered.examples[0] if gathered.examples else None,
        )


def _type(value: Any) -> FieldType:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Decimal | float):
        return "decimal"
    if isinstance(value, Mapping):
        return "object"
    if isinstance(value, list):
        return "list"
    text = str(value).strip()
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(text)), "text")


def _widest(types: set[FieldType]) -> FieldType:
    if len(types) == 1:
        return next(iter(types))
    return _WIDER.get(frozenset(types), "text")


def _label(name: str) -> str:
    """`unit_price` and `unitPrice` as "Unit price"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-\s]+", " ", name).strip()
    return words[:1].upper() + words[1:].lower() if words else name
