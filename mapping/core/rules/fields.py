"""Giving fields of a record other values, without changing the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapping.core.paths import EVERY, Step, parse_path


def with_fields(record: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the record in which the fields named by path have these values.

    `[]` means every element that is there; a position beyond the end, or a value where an object was expected, is
    left alone. Raises PathError for what is no path.
    """
    changed: Any = dict(record)
    for path, value in values.items():
        changed = _put(changed, parse_path(path).steps, value)
    return dict(changed)


def _put(place: Any, steps: tuple[Step, ...], value: Any) -> Any:
    if place is None:
        place = {}
    if not isinstance(place, Mapping):
        return place
    first, rest = steps[0], steps[1:]
    found = place.get(first.name)
    if first.index is None:
        return {**place, first.name: _put(found, rest, value) if rest else value}
    if not isinstance(found, list):
        return place
    return {**place, first.name: [_element(item, at, first, rest, value) for at, item in enumerate(found)]}


def _element(item: Any, at: int, step: Step, rest: tuple[Step, ...], value: Any) -> Any:
    if step.index not in (EVERY, at):
        return item
    return _put(item, rest, value) if rest else value
