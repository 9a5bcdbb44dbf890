"""What is signed at the end of a month: figures in one canonical form, their hash, and what changed since. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

FORMAT: Final = "tillbridge-month-1"


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way in which a document is written: UTF-8 JSON, keys sorted, no spaces.

    Raises TypeError for what has no exact form in JSON, such as a float.
    """
    _refuse_floats(document)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def proof_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form, in lower-case hex."""
    return sha256(canonical(document)).hexdigest()


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("Money is never a float.")
    if isinstance(value, Mapping):
        for each in value.values():
            _refuse_floats(each)
    elif isinstance(value, list | tuple):
        for each in value:
            _refuse_floats(each)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a month: `minor` units of `currency`, and of how many documents; `name` says what of."""

    name: str
    currency: str
    minor: int
    count: int

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "currency": self.currency, "minor": self.minor, "count": self.count}


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure that is not any more what was signed."""

    name: str
    currency: str
    then_minor: int
    then_count: int
    now_minor: int
    now_count: int

    @property
    def minor(self) -> int:
        """By how much."""
        return self.now_minor - self.then_minor


def changed(signed: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> list[Changed]:
    """The figures that differ, in the order of their names."""
    before = {(row["name"], row["currency"]): (row["minor"], row["count"]) for row in signed}
    after = {(row["name"], row["currency"]): (row["minor"], row["count"]) for row in now}
    nothing = (0, 0)
    return [
        Changed(*key, *before.get(key, nothing), *after.get(key, nothing))
        for key in sorted(before.keys() | after.keys())
        if before.get(key, nothing) != after.get(key, nothing)
    ]
