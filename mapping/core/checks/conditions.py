"""Do conditions read fields that exist, and compare them with values those can have?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapping.core.checks.known import Known
from mapping.core.checks.rows import unknown_field
from mapping.core.conditions import ConditionError, compile_condition
from mapping.core.conditions.text import tree_of
from mapping.core.conditions.tree import Comparison, Group, Node
from mapping.core.document import MappingDocument
from mapping.core.paths import PathError
from mapping.core.problems import Problem
from mapping.core.schemas.schema import FieldType

_COMPARES: Final = frozenset({"is", "is_not", "one_of", "not_one_of"})


def problems(document: MappingDocument, known: Known) -> Iterator[Problem]:
    """Unknown fields are errors; a comparison that can never be met, or always is, is a warning."""
    for row in document.rows:
        yield from _of_condition(row.when, known, row.id, row.target)
    for item in document.collections:
        yield from _of_condition(item.when, known, "", item.target)
    for check in document.checks:
        yield from _of_condition(check.must, known, "", "")


def _of_condition(text: str, known: Known, row: str, target: str) -> Iterator[Problem]:
    if not text:
        return

    def type_of(path: str) -> FieldType | None:
        item = known.source_field(path)
        return item.type if item else None

    try:
        paths = compile_condition(text, type_of).paths.values()
        tree = tree_of(text, type_of)
    except (ConditionError, PathError):
        return  # the compiler reports it
    for path in paths:
        words = unknown_field(path, known)
        if words:
            yield Problem(f"The condition “{text}” reads what is not there: {words}", row, target)
    for comparison in _comparisons(tree):
        yield from _impossible(comparison, known, row, target)


def _comparisons(node: Node) -> Iterator[Comparison]:
    if isinstance(node, Comparison):
        yield node
    elif isinstance(node, Group):
        for member in node.members:
            yield from _comparisons(member)


def _impossible(comparison: Comparison, known: Known, row: str, target: str) -> Iterator[Problem]:
    item = known.source_field(comparison.field)
    if item is None or not item.choices or comparison.operator not in _COMPARES:
        return
    for value in comparison.values:
        if value.kind == "text" and value.text not in item.choices:
            yield Problem(
                f"{item.label} is never “{value.text}”: it can be {', '.join(item.choices)}.",
                row,
                target,
                severity="warning",
            )
