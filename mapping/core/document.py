"""The mapping document: which source fields fill which Xero field, through which transforms.

A document is data. It is read from and written to JSON without loss, compared field by field, and means the same
wherever it is evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

FORMAT: Final = 1

Effect = Literal["stop", "warn"]


@dataclass(frozen=True, slots=True)
class TransformUse:
    """One transform on the way from source to target, by its registered name, with its parameters.

    A parameter is a literal, or `{"from": "<path>"}` to read it from the source, the context or a working value.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """One link: `sources` → `transforms` → `target`.

    `target` is a path of the target schema, or `work:<name>` for a working value that later rows may read.
    `when` is a condition (see conditions.py); the row is skipped where it is not met. `id` is stable over edits.
    """

    id: str
    target: str
    sources: tuple[str, ...] = ()
    transforms: tuple[TransformUse, ...] = ()
    when: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """For each element of `source` make one element of the target list `target`, unless `when` is not met for it."""

    target: str
    source: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A validation rule: `must` has to be true, else `otherwise` is reported and the document stopped (or warned)."""

    must: str
    otherwise: str
    effect: Effect = "stop"


@dataclass(frozen=True, slots=True)
class MappingDocument:
    """A whole mapping from one source schema (by name, "" for any) to one target schema ("xero:Invoice")."""

    kind: str
    target: str
    source: str = ""
    name: str = ""
    rows: tuple[Row, ...] = ()
    collections: tuple[Collection, ...] = ()
    checks: tuple[Check, ...] = ()
    note: str = ""

    def row(self, row_id: str) -> Row:
        """The row with that id. Raises KeyError."""
        for row in self.rows:
            if row.id == row_id:
                return row
        raise KeyError(row_id)


def to_json(document: MappingDocument) -> dict[str, Any]:
    """Plain JSON values; `from_json` gives the identical document back."""
    return {
        "format": FORMAT,
        "kind": document.kind,
        "name": document.name,
        "source": document.source,
        "target": document.target,
        "note": document.note,
        "collections": [collection_json(item) for item in document.collections],
        "checks": [check_json(check) for check in document.checks],
        "rows": [row_json(row) for row in document.rows],
    }


def to_text(document: MappingDocument) -> str:
    """The document as indented JSON text, as exported files hold it."""
    return json.dumps(to_json(document), indent=1, ensure_ascii=False, default=str) + "\n"


def loads(text: str | bytes) -> Any:
    """JSON with every number as int or Decimal. Raises json.JSONDecodeError (a ValueError)."""
    return json.loads(text, parse_float=Decimal)


def collection_json(item: Collection) -> dict[str, Any]:
    """One for-each as plain JSON values."""
    return _without_blanks({"target": item.target, "source": item.source, "when": item.when})


def check_json(check: Check) -> dict[str, Any]:
    """One check as plain JSON values."""
    return {"must": check.must, "otherwise": check.otherwise, "effect": check.effect}


def row_json(row: Row) -> dict[str, Any]:
    """One row as plain JSON values; blanks are left out."""
    return _without_blanks(
        {
            "id": row.id,
            "target": row.target,
            "sources": list(row.sources),
            "transforms": [_transform_json(use) for use in row.transforms],
            "when": row.when,
            "note": row.note,
        }
    )


def _transform_json(use: TransformUse) -> dict[str, Any]:
    return {"name": use.name, "parameters": dict(use.parameters)} if use.parameters else {"name": use.name}


def _without_blanks(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if item not in ("", [])}
