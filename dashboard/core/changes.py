"""What an edited document changes, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Final, Literal

_CONTEXT: Final = 3
_KINDS: Final[dict[str, Literal["added", "removed", "same"]]] = {"+": "added", "-": "removed", " ": "same"}


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a diff; `sign` is what people read, also those who see no colours."""

    kind: Literal["added", "removed", "same"]
    sign: str
    text: str


def changed_lines(before: str, after: str) -> list[DiffLine]:
    """The changes with three lines around them; empty when nothing changed."""
    return list(_lines(before, after))


def _lines(before: str, after: str) -> Iterator[DiffLine]:
    diff = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=_CONTEXT)
    for line in list(diff)[2:]:
        if line.startswith("@@"):
            continue
        sign = line[:1]
        yield DiffLine(_KINDS[sign], {"-": "\N{MINUS SIGN}"}.get(sign, sign), line[1:])
