"""A schema out of JSON samples: which fields there are, of which type, always there or not, with examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, NamedTuple

from mapping.core.paths import EVERY, Path, Step
from mapping.core.schemas.formats import PERSONAL, SeenType, format_of, snake, type_of
from mapping.core.schemas.schema import Field, FieldType, Schema

MOST_FIELDS: Final = 2000
DEEPEST: Final = 16
LARGEST: Final = 5_000_000
"""Bytes of a pasted sample."""
_EXAMPLES: Final = 5

# Kinds of value that one wider type covers.
_WIDER: Final[dict[frozenset[SeenType], FieldType]] = {
    frozenset({"digits"}): "text",
    frozenset({"integer", "decimal"}): "decimal",
    frozenset({"integer", "digits"}): "integer",
    frozenset({"decimal", "digits"}): "decimal",
    frozenset({"integer", "decimal", "digits"}): "decimal",
    frozenset({"date", "moment"}): "moment",
}


class SampleError(ValueError):
    """Samples that no schema can be read from, in words for the person who pasted them."""


class Sample(NamedTuple):
    """A pasted sample: the records in it (one, or those of a list) and their schema."""

    records: tuple[Mapping[str, Any], ...]
    schema: Schema


def infer_from_text(text: str, *, name: str = "", title: str = "Sample") -> Sample:
    """Read a JSON object, or a list of them, and its schema. Numbers become int or Decimal.

    Raises SampleError for text over 5 MB, that is not JSON (with line and column), or that holds no object.
    """
    size = len(text.encode())
    if size > LARGEST:
        raise SampleError(
            f"The sample has {size / 1_000_000:.1f} MB; at most {LARGEST // 1_000_000} MB are read."
        )
    if not text.strip():
        raise SampleError("There is no sample to read fields from.")
    try:
        value = json.loads(text.removeprefix("\ufeff"), parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise SampleError(
            f"The sample is not JSON: {_in_words(error.msg)} in line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise SampleError(f"The sample is nested deeper than {DEEPEST} levels.") from None
    except SampleError:
        raise
    except ValueError:
        raise SampleError("The sample has a number that is too long to read.") from None
    records = value if isinstance(value, list) else [value]
    return Sample(tuple(records), infer_schema(records, name=name, title=title))


_WORDS: Final = {
    "Expecting value": "a value is missing",
    "Expecting ',' delimiter": "a comma is missing",
    "Expecting ':' delimiter": "a colon is missing",
    "Expecting property name enclosed in double quotes": "a name in double quotation marks is missing",
    "Illegal trailing comma before end of object": "there is a comma too many",
    "Illegal trailing comma before end of array": "there is a comma too many",
    "Extra data": "there is more text after the end",
    "Unterminated string starting at": "a text without closing quotation mark begins",
    "Invalid control character at": "there is a line end or control character inside a text",
    "Invalid \\escape": "there is a backslash that stands for nothing",
}


def _refuse(constant: str) -> Any:
    raise SampleError(f"The sample is not JSON: {constant} is not a number JSON knows.")


def _in_words(message: str) -> str:
    return _WORDS.get(message.rstrip(": "), message)


def infer_schema(samples: Sequence[Any], *, name: str = "", title: str = "Sample") -> Schema:
    """The schema of JSON objects that look like `samples`.

    Raises SampleError when there is no sample, one is not an object, or they are too deep or too wide.
    """
    if not samples:
        raise SampleError("There is no sample to read fields from.")
    root, count = _Node(), _Count()
    for sample in samples:
        if not isinstance(sample, Mapping):
            raise SampleError("A sample has to be a JSON object: { … }.")
        _see_object(root, sample, 0, count)
    return Schema(name, title, tuple(_fields(root, ())))


@dataclass(slots=True)
class _Count:
    fields: int = 0


@dataclass(slots=True)
class _Node:
    """What the samples hold at one place. `objects` counts the objects there, `filled` the values that say something.

    `element` is what stands in the list there, if it is one. An empty list says little: some languages write {} as [].
    """

    types: set[SeenType] = field(default_factory=set)
    filled: int = 0
    objects: int = 0
    examples: list[Any] = field(default_factory=list)
    children: dict[str, _Node] = field(default_factory=dict)
    element: _Node | None = None
    has_empty_list: bool = False


def _see_object(node: _Node, value: Mapping[str, Any], depth: int, count: _Count) -> None:
    if depth >= DEEPEST:
        raise SampleError(f"The sample is nested deeper than {DEEPEST} levels.")
    node.objects += 1
    children = node.children
    for key, item in value.items():
        child = children.get(key)
        if child is None:
            if not key:
                continue
            child = children[key] = _Node()
            count.fields += 1
            if count.fields > MOST_FIELDS:
                raise SampleError(f"The sample has more than {MOST_FIELDS} fields.")
        _see_value(child, item, depth + 1, count)


def _see_value(node: _Node, value: Any, depth: int, count: _Count) -> None:
    if value is None or value == "":
        return
    node.filled += 1
    if isinstance(value, Mapping):
        node.types.add("object")
        _see_object(node, value, depth, count)
    elif isinstance(value, list):
        _see_list(node, value, depth, count)
    else:
        node.types.add(type_of(value))
        if len(node.examples) < _EXAMPLES and value not in node.examples:
            node.examples.append(value)


def _see_list(node: _Node, items: list[Any], depth: int, count: _Count) -> None:
    if not items:
        node.has_empty_list = True
        return
    node.types.add("list")
    node.element = element = node.element or _Node()
    for item in items:
        if isinstance(item, Mapping):
            _see_object(element, item, depth, count)
        elif not isinstance(item, list):
            _see_value(element, item, depth, count)


def _fields(node: _Node, at: tuple[Step, ...]) -> Iterator[Field]:
    for name, child in node.children.items():
        here = (*at, Step(name))
        yield _field(here, child, optional=child.filled < node.objects)
        yield from _fields(child, here)
        if child.element is not None:
            element = (*at, Step(name, EVERY))
            if child.element.types:
                yield _field(element, child.element, optional=False)
            yield from _fields(child.element, element)


def _field(at: tuple[Step, ...], node: _Node, *, optional: bool) -> Field:
    kind, name = _kind(node), at[-1].name
    return Field(
        str(Path(at)),
        kind,
        _label(name),
        optional=optional,
        personal=kind == "email" or (kind not in ("object", "list") and bool(PERSONAL.search(snake(name)))),
        example=node.examples[0] if node.examples else None,
        examples=tuple(node.examples),
        format=format_of(name, kind, node.examples),
    )


def _kind(node: _Node) -> FieldType:
    types = node.types
    if not types:
        return "list" if node.has_empty_list else "text"
    for shape in ("object", "list"):
        # What is an object in one sample and a plain value in another cannot be used as a value.
        if shape in types:
            return "object" if shape == "object" else "list"
    wider = _WIDER.get(frozenset(types))
    if wider is not None:
        return wider
    (only, *others) = types
    return "text" if others or only == "digits" else only


def _label(name: str) -> str:
    """`unit_price` and `unitPrice` as "Unit price"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-\s]+", " ", name).strip()
    return words[:1].upper() + words[1:].lower() if words else name
