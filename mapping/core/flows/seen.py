"""Data before and after a step, field by field, for people to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """One field by its path; None where it was not there."""

    path: str
    before: str | None
    after: str | None

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def fields_seen(before: Any, after: Any) -> tuple[FieldSeen, ...]:
    """Every field of the two values, in the order of the later one; those that are gone come last."""
    was, now = dict(_flat(before, "")), dict(_flat(after, ""))
    paths = [*now, *(path for path in was if path not in now)]
    return tuple(FieldSeen(path, was.get(path), now.get(path)) for path in paths)


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _flat(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple) and value:
        for place, item in enumerate(value):
            yield from _flat(item, f"{path}[{place}]")
    elif path or value not in (None, {}, []):
        yield path, _written(value)


def _written(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping | list | tuple):
        return "empty"
    return str(value)
