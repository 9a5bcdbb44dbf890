"""What a schema is: the fields of a source or of a Xero object, with types and the rules Xero applies to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from mapping.core.paths import PathError, parse_path

FieldType = Literal[
    "text", "decimal", "integer", "flag", "date", "moment", "choice", "guid", "email", "url", "object", "list"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `path` names it as a pattern: `LineItems[].UnitAmount`.

    `required`: must be filled in always (for a field of a list element: in every element). `required_when`: must be
    filled in when another field has one of the values ({"Status": ("AUTHORISED",)}). `read_only`: Xero sets it.
    `on_delivery`: filled in when the document is sent, because only then the id in Xero is known. `decimals`: the most
    decimals Xero keeps. `forbidden`: characters Xero refuses. `personal`: personal data. `vat`: decides a VAT figure.
    `optional`: was missing from some samples (inferred schemas). `format`: what its values stand for beyond their type
    ("currency", "minor_units", "epoch_seconds", …, see formats.py). `examples`: a few different values.
    """

    path: str
    type: FieldType
    label: str = ""
    required: bool = False
    required_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    read_only: bool = False
    on_delivery: bool = False
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    decimals: int | None = None
    forbidden: str = ""
    personal: bool = False
    vat: bool = False
    optional: bool = False
    example: Any = None
    format: str = ""
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Schema:
    """The fields of one kind of record, in the order people expect them."""

    name: str
    title: str
    fields: tuple[Field, ...]

    @cached_property
    def by_path(self) -> dict[str, Field]:
        """Fields under their pattern."""
        return {item.path: item for item in self.fields}

    def field(self, path: str) -> Field | None:
        """The field a concrete path (`Phones[0].PhoneNumber`) or pattern means, or None."""
        try:
            return self.by_path.get(parse_path(path).pattern())
        except PathError:
            return None

    def children(self, path: str) -> tuple[Field, ...]:
        """The fields directly inside the object or list at `path` ("" for the top)."""
        return tuple(item for item in self.fields if _parent(item.path) == path)


def _parent(path: str) -> str:
    head, _, _ = path.rpartition(".")
    return head.removesuffix("[]")
