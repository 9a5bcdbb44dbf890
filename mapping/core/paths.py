"""Paths into sources and targets: `customer.email`, `lines[].sku`, `Phones[0].PhoneNumber`, `context:pair.zone`.

A path without namespace reads the source record; `context:` reads what the pair's settings and the posting step
supply; `work:` reads a value that an earlier row of the same mapping worked out. `[]` means every element, `[2]` the
third. A name that holds dots, brackets, colons or quotes is written in double quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

EVERY: Final = -1
"""The index of a step written `[]`."""

NAMESPACES: Final = ("context", "work")

_STEP: Final = re.compile(r'(?:"((?:[^"\\]|\\.)+)"|([^.\[\]":]+))(?:\[(\d*)\])?')
_PLAIN: Final = re.compile(r'[^.\[\]":]+')


class PathError(ValueError):
    """A path that cannot be read."""

    def __init__(self, text: object) -> None:
        super().__init__(f"“{text}” is not a field path: write it like customer.email or lines[].sku.")
        self.text = text


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a path, with `index` None, a position from 0, or EVERY."""

    name: str
    index: int | None = None

    def __str__(self) -> str:
        name = self.name if _PLAIN.fullmatch(self.name) else _quoted(self.name)
        if self.index is None:
            return name
        return f"{name}[]" if self.index == EVERY else f"{name}[{self.index}]"


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path; `str()` gives back the text it came from."""

    steps: tuple[Step, ...]
    namespace: str = ""

    def __str__(self) -> str:
        text = ".".join(str(step) for step in self.steps)
        return f"{self.namespace}:{text}" if self.namespace else text

    @property
    def leaf(self) -> str:
        """The last name."""
        return self.steps[-1].name

    def collection(self) -> Path | None:
        """The list of the first `[]`, written without it; None when the path repeats nothing."""
        for position, step in enumerate(self.steps):
            if step.index == EVERY:
                return Path((*self.steps[:position], Step(step.name)), self.namespace)
        return None

    def inside(self) -> tuple[Step, ...]:
        """The steps after the first `[]`: what is read from, or written to, one element."""
        for position, step in enumerate(self.steps):
            if step.index == EVERY:
                return self.steps[position + 1 :]
        return self.steps

    def pattern(self) -> str:
        """The text with every position written `[]`, as schemas name fields."""
        steps = (Step(step.name, None if step.index is None else EVERY) for step in self.steps)
        return str(Path(tuple(steps), self.namespace))


@dataclass(frozen=True, slots=True)
class Place:
    """A path as text, ready to be named with a position where it has its first `[]`."""

    before: str
    after: str | None = None

    def at(self, position: int) -> str:
        """The concrete path: `lines[2].sku`; the path itself where it repeats nothing."""
        return self.before if self.after is None else f"{self.before}{position}{self.after}"


def place(path: Path) -> Place:
    """The text of `path`, split at its first `[]`."""
    text = str(path)
    collection = path.collection()
    if collection is None:
        return Place(text)
    split = len(str(collection)) + 1
    return Place(text[:split], text[split:])


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Path:
    """Read a path. Raises PathError."""
    if not text:
        raise PathError(text)
    namespace, rest = _namespace(text)
    steps: list[Step] = []
    position = 0
    while True:
        match = _STEP.match(rest, position)
        if match is None:
            raise PathError(text)
        steps.append(_step(match))
        position = match.end()
        if position == len(rest):
            return Path(tuple(steps), namespace)
        if rest[position] != ".":
            raise PathError(text)
        position += 1


def _namespace(text: str) -> tuple[str, str]:
    for namespace in NAMESPACES:
        if text.startswith(f"{namespace}:"):
            return namespace, text[len(namespace) + 1 :]
    return "", text


def _step(match: re.Match[str]) -> Step:
    quoted, plain, index = match.groups()
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain
    if index is None:
        return Step(name)
    return Step(name, int(index) if index else EVERY)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
