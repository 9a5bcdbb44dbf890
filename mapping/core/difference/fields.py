"""The fields in which two documents differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with its value before and after; None where the document has no such field.

    `path` is concrete ("LineItems[1].TaxType"). Values are str, bool or Decimal, or an empty list or object.
    """

    path: str
    before: Any
    after: Any

    @property
    def pattern(self) -> str:
        """The path with every element of its lists as one ("LineItems[].TaxType")."""
        return pattern_of(self.path)


_ABSENT: Final = object()


def pattern_of(path: str) -> str:
    """A concrete path with its positions left out: "LineItems[1].TaxType" → "LineItems[].TaxType"."""
    head, *rest = path.split("[")
    return head + "".join("[" + part[part.index("]") :] for part in rest)


def field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Every leaf in which the documents differ, in the order of `before`, then what only `after` has.

    Lists are compared position by position. Numbers are equal when their values are: 1.5 is 1.50.
    """
    return tuple(_changes("", before, after))


def _changes(path: str, before: Any, after: Any) -> Iterator[FieldChange]:
    if before is not _ABSENT and after is not _ABSENT and before == after:
        return
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        yield from _of_parts(path, before, after, _keyed)
    elif isinstance(before, list | tuple) or isinstance(after, list | tuple):
        yield from _of_parts(path, before, after, _numbered)
    else:
        yield FieldChange(path, _shown(before), _shown(after))


def _of_parts(path: str, before: Any, after: Any, parts_of: Any) -> Iterator[FieldChange]:
    old, new = parts_of(path, before), parts_of(path, after)
    if old is None or new is None:
        # One is a plain value where the other has parts: the plain one goes, the parts come, or the other way round.
        plain = before if old is None else after
        if plain is not _ABSENT:
            yield FieldChange(path, *((_shown(before), None) if old is None else (None, _shown(after))))
    old, new = old or {}, new or {}
    for name in [*old, *(name for name in new if name not in old)]:
        yield from _changes(name, old.get(name, _ABSENT), new.get(name, _ABSENT))


def _keyed(path: str, value: Any) -> dict[str, Any] | None:
    if not isinstance(value, Mapping):
        return None
    return {f"{path}.{key}" if path else str(key): item for key, item in value.items()}


def _numbered(path: str, value: Any) -> dict[str, Any] | None:
    if not isinstance(value, list | tuple):
        return None
    return {f"{path}[{index}]": item for index, item in enumerate(value)}


def _shown(value: Any) -> Any:
    return None if value is _ABSENT else value
