"""Any JSON value as source fields: one record, a list of records, one of our schemas, a JSON Schema, a list of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mapping.core.schemas.inference import DEEPEST, SampleError
from mapping.suggestions.core.sources import SourceField, from_samples, from_values

_NAMES: Final = ("path", "name", "field", "key", "column")
_ABOUT: Final = frozenset(
    {
        *_NAMES, "type", "format", "description", "label", "title", "required", "example", "examples", "values", "sample",
        "samples", "enum", "choices", "optional", "nullable", "max_length", "maxLength", "default", "read_only",
    }
)  # fmt: skip
_EXAMPLES: Final = ("examples", "values", "samples", "enum", "choices")
_EXAMPLE: Final = ("example", "sample", "default")


def fields_of(value: Any) -> tuple[SourceField, ...]:
    """The fields a JSON value has or describes. Raises SampleError."""
    if isinstance(value, Mapping) and isinstance(value.get("properties"), Mapping):
        return _from_described(_properties(value, value, "", 0))
    if isinstance(value, Mapping) and _describes(value.get("fields")):
        return _from_described(dict(map(_described, value["fields"])))
    if _describes(value):
        return _from_described(dict(map(_described, value)))
    return from_samples(value if isinstance(value, list) else [value])


def _from_described(values: dict[str, list[Any]]) -> tuple[SourceField, ...]:
    if not values:
        raise SampleError("The schema has no fields.")
    return from_values(values, rows=max(1, max(len(seen) for seen in values.values())))


def _describes(value: Any) -> bool:
    """Whether it is a list of names, or of descriptions of fields, rather than of records."""
    if not isinstance(value, list) or not value:
        return False
    if all(isinstance(item, str) and item for item in value):
        return True
    return all(_is_description(item) for item in value)


def _is_description(item: Any) -> bool:
    if not isinstance(item, Mapping) or not set(item) <= _ABOUT:
        return False
    named = any(isinstance(item.get(name), str) and item[name] for name in _NAMES)
    return named and ("path" in item or "type" in item or any(key in item for key in (*_EXAMPLES, *_EXAMPLE)))


def _described(item: str | Mapping[str, Any]) -> tuple[str, list[Any]]:
    if isinstance(item, str):
        return item, []
    name = next(str(item[key]) for key in _NAMES if item.get(key))
    return name, _examples(item)


def _examples(item: Mapping[str, Any]) -> list[Any]:
    for key in _EXAMPLES:
        if isinstance(item.get(key), Sequence) and not isinstance(item[key], str):
            return [each for each in item[key] if not isinstance(each, Mapping | list)]
    single = next((item[key] for key in _EXAMPLE if item.get(key) is not None), None)
    return [] if single is None or isinstance(single, Mapping | list) else [single]


def _properties(
    schema: Mapping[str, Any], whole: Mapping[str, Any], at: str, depth: int
) -> dict[str, list[Any]]:
    """The fields of a JSON Schema object, with its own references followed."""
    if depth > DEEPEST:
        raise SampleError(f"The schema is nested deeper than {DEEPEST} levels.")
    found: dict[str, list[Any]] = {}
    for name, each in (schema.get("properties") or {}).items():
        part, path = _resolved(each, whole), f"{at}.{name}" if at else name
        if isinstance(part.get("items"), Mapping):
            part, path = _resolved(part["items"], whole), f"{path}[]"
        if isinstance(part.get("properties"), Mapping):
            found.update(_properties(part, whole, path, depth + 1))
        else:
            found[path] = _examples(part)
    return found


def _resolved(part: Any, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(part, Mapping):
        return {}
    reference = part.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return part
    found: Any = whole
    for step in reference[2:].split("/"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}
