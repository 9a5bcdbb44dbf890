"""Paths compiled to functions that read from a record, and to functions that write into a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mapping.core.paths import EVERY, Path, Step


class Scope:
    """What one evaluation reads from: the record, the context, the working values and the element at hand.

    `settled` keeps what stays the same during the evaluation, such as parameters read from the context.
    """

    __slots__ = ("context", "item", "settled", "source", "work")

    def __init__(self, source: Mapping[str, Any], context: Mapping[str, Any]) -> None:
        self.source = source
        self.context = context
        self.work: dict[str, Any] = {}
        self.settled: dict[int, dict[str, Any]] = {}
        self.item: Any = None


Reader = Callable[[Scope], Any]
Writer = Callable[[dict[str, Any], Any], None]


def reader(path: Path, each: Path | None = None) -> Reader:
    """A function reading `path`; inside a for-each over `each`, paths below its `[]` read the element at hand.

    What is missing, or not of the shape the path expects, reads as None. Elsewhere `[]` gives the list of all values.
    """
    if each is not None and path.collection() == each:
        return _of_item(path.inside())
    descend = _descend(path.steps)
    if path.namespace == "context":
        return lambda scope: descend(scope.context)
    if path.namespace == "work":
        return lambda scope: descend(scope.work)
    return lambda scope: descend(scope.source)


def _of_item(steps: Sequence[Step]) -> Reader:
    if len(steps) == 1 and steps[0].index is None:
        name = steps[0].name

        def read(scope: Scope) -> Any:
            item = scope.item
            return item.get(name) if type(item) is dict else _member(item, name)

        return read
    descend = _descend(steps)
    return lambda scope: descend(scope.item)


def _descend(steps: Sequence[Step]) -> Callable[[Any], Any]:
    if all(step.index is None for step in steps):
        return _by_names(tuple(step.name for step in steps))
    return _by_steps(tuple(steps))


def _by_names(names: tuple[str, ...]) -> Callable[[Any], Any]:
    if len(names) == 1:
        only = names[0]

        def one(value: Any) -> Any:
            return value.get(only) if type(value) is dict else _member(value, only)

        return one

    def several(value: Any) -> Any:
        for name in names:
            if value is None:
                return None
            value = value.get(name) if type(value) is dict else _member(value, name)
        return value

    return several


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _by_steps(steps: tuple[Step, ...]) -> Callable[[Any], Any]:
    first, rest = steps[0], steps[1:]
    below = _descend(rest) if rest else None

    def read(value: Any) -> Any:
        found = _member(value, first.name)
        if first.index is None:
            return below(found) if below else found
        if not isinstance(found, Sequence) or isinstance(found, str):
            return None
        if first.index == EVERY:
            return [below(item) if below else item for item in found]
        if first.index >= len(found):
            return None
        return below(found[first.index]) if below else found[first.index]

    return read


def writer(steps: Sequence[Step]) -> Writer:
    """A function putting a value at `steps` of a document, making the objects and lists on the way."""
    if len(steps) == 1 and steps[0].index is None:
        name = steps[0].name

        def put(document: dict[str, Any], value: Any) -> None:
            document[name] = value

        return put
    return _deep_writer(tuple(steps))


def _deep_writer(steps: tuple[Step, ...]) -> Writer:
    *way, last = steps

    def put(document: dict[str, Any], value: Any) -> None:
        place = document
        for step in way:
            place = _enter(place, step)
        if last.index is None:
            place[last.name] = value
        else:
            _grow(place.setdefault(last.name, []), last.index)[last.index] = value

    return put


def _enter(place: dict[str, Any], step: Step) -> dict[str, Any]:
    if step.index is None:
        inner: dict[str, Any] = place.setdefault(step.name, {})
        return inner
    items = _grow(place.setdefault(step.name, []), step.index)
    if items[step.index] is None:
        items[step.index] = {}
    element: dict[str, Any] = items[step.index]
    return element


def _grow(items: list[Any], index: int) -> list[Any]:
    items.extend([None] * (index + 1 - len(items)))
    return items


def without_gaps(document: dict[str, Any]) -> dict[str, Any]:
    """The document without list positions that nothing was written to."""
    return {key: _closed(value) for key, value in document.items()}


def _closed(value: Any) -> Any:
    if isinstance(value, dict):
        return without_gaps(value)
    if isinstance(value, list):
        return [_closed(item) for item in value if item is not None]
    return value
