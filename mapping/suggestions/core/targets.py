"""The fields of a Xero object that can be linked, with what they are called elsewhere and what kind of value they take.

Read-only fields, ids that are only known on delivery, objects and lists are no targets. Phones and addresses have a
place for each kind: `Addresses[0]` is where the invoice goes (Xero's POBOX), `Addresses[1]` where the goods go (STREET).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from mapping.core.schemas import TARGETS, Field
from mapping.suggestions.core import data
from mapping.suggestions.core.lexicon import lexicon
from mapping.suggestions.core.names import roles_of

_BY_CLICK_KINDS: Final = frozenset({"money", "currency", "rate", "percent", "category", "quantity"})
_BY_TABLE_KINDS: Final = frozenset({"status", "category"})


class UnknownTargetError(ValueError):
    """A target that there are no suggestions for, in words."""

    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is not a target: choose one of {', '.join(sorted(names()))}.")


@dataclass(frozen=True, slots=True)
class Alias:
    """One way the field is called elsewhere. `rank`: how usual it is, from 0 (most)."""

    words: tuple[str, ...]
    written: str
    rank: int
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """A field to be linked. `wants`: whose the source field should be. `kind`: see fits.py."""

    path: str
    field: Field
    aliases: tuple[Alias, ...]
    wants: frozenset[str]
    kind: str

    @property
    def in_lines(self) -> bool:
        """Whether it belongs to the lines of the document."""
        return self.path.startswith("LineItems[]")

    @property
    def by_click_only(self) -> bool:
        """Money, currencies, accounts and tax are linked by a person's own click, never all at once."""
        return self.kind in _BY_CLICK_KINDS or self.field.vat

    @property
    def needs_table(self) -> bool:
        """Whether the values have to be translated one by one (statuses, categories to accounts)."""
        return self.kind in _BY_TABLE_KINDS


def names() -> tuple[str, ...]:
    """The Xero objects that there are suggestions for."""
    return tuple(_facts())


@lru_cache(maxsize=16)
def targets_of(name: str) -> tuple[Target, ...]:
    """The linkable fields of `xero:Invoice` (or just `Invoice`). Raises UnknownTargetError."""
    full = name if name.startswith("xero:") else f"xero:{name}"
    if full not in _facts():
        raise UnknownTargetError(name)
    schema = TARGETS[full]
    found = []
    for path, fact in _facts()[full].items():
        field = schema.field(path)
        if field is not None and is_linkable(field):
            found.append(_target(path, field, fact))
    return tuple(found)


def is_linkable(field: Field) -> bool:
    """Whether a mapping may write the field from a source's value."""
    return not (field.read_only or field.on_delivery or field.type in ("object", "list"))


def plain_path(path: str) -> str:
    """The path with every position written `[]`."""
    return re.sub(r"\[\d+\]", "[]", path)


@lru_cache(maxsize=1)
def _facts() -> dict[str, dict[str, dict[str, Any]]]:
    facts: dict[str, dict[str, dict[str, Any]]] = data.read("targets.json")
    return {
        name: {path: _resolved(facts, fact) for path, fact in each.items()} for name, each in facts.items()
    }


def _resolved(facts: dict[str, dict[str, dict[str, Any]]], fact: dict[str, Any]) -> dict[str, Any]:
    if "like" not in fact:
        return fact
    name, path = fact["like"].split(" ", 1)
    return facts[name][path]


def _target(path: str, field: Field, fact: dict[str, Any]) -> Target:
    aliases = tuple(_alias(text, rank) for rank, text in enumerate(fact["names"].split("|")))
    return Target(path, field, aliases, frozenset(fact["wants"].split()), fact["kind"])


def _alias(text: str, rank: int) -> Alias:
    words = lexicon().tokens(text)
    return Alias(tuple(dict.fromkeys(words)), text, rank, roles_of(words))
