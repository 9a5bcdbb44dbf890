"""The training facts: what shops and gateways call their fields, what values look like, and what each means in Xero."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from mapping.suggestions.core import data

ROWS: Final = 8
"""Sample records made of each vocabulary."""


@dataclass(frozen=True, slots=True)
class Known:
    """One field of a source: the targets it is (`links`) and those it could be as well (`acceptable`), as `Payment:Date`."""

    path: str
    values: tuple[Any, ...]
    links: frozenset[str]
    acceptable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One source. `targets`: the Xero objects it is judged against."""

    name: str
    title: str
    kind: str
    targets: tuple[str, ...]
    fields: tuple[Known, ...]

    def links(self, target: str) -> dict[str, str]:
        """The true source path of each field of a Xero object ("Payment")."""
        return {
            link.split(":", 1)[1]: field.path
            for field in self.fields
            for link in sorted(field.links)
            if link.split(":", 1)[0] == target
        }

    def acceptable(self, target: str) -> set[tuple[str, str]]:
        """(source path, target path) that are neither right nor wrong."""
        prefix = f"{target}:"
        return {
            (field.path, link.removeprefix(prefix))
            for field in self.fields
            for link in field.acceptable
            if link.startswith(prefix)
        }


def held_out() -> frozenset[str]:
    """The sources that nothing is learned or chosen from."""
    return frozenset(data.read("held_out.json"))


@lru_cache(maxsize=1)
def vocabularies() -> tuple[Vocabulary, ...]:
    """All of them by name."""
    values = data.read("values.json")
    return tuple(
        _vocabulary(json.loads(path.read_bytes()), values)
        for path in sorted((data.FOLDER / "vocabularies").glob("*.json"))
    )


def development() -> tuple[Vocabulary, ...]:
    """What may be learned from."""
    return tuple(each for each in vocabularies() if each.name not in held_out())


def samples(vocabulary: Vocabulary, *, rows: int = ROWS, filled: bool = True) -> Mapping[str, Sequence[Any]]:
    """The values of each field in so many records; without `filled` none."""
    return {
        field.path: [field.values[row % len(field.values)] for row in range(rows)] if filled else []
        for field in vocabulary.fields
    }


def _vocabulary(facts: dict[str, Any], values: dict[str, list[Any]]) -> Vocabulary:
    return Vocabulary(
        facts["source"],
        facts["title"],
        facts["kind"],
        tuple(facts["targets"]),
        tuple(_known(row, values) for row in facts["fields"]),
    )


def _known(row: list[str], values: dict[str, list[Any]]) -> Known:
    path, kind, *links = row
    seen = kind[1:].split("|") if kind.startswith("=") else values[kind]
    return Known(
        path,
        tuple(seen),
        frozenset(link for link in links if not link.endswith("?")),
        frozenset(link.rstrip("?") for link in links if link.endswith("?")),
    )
