"""Why a condition is met by a record, or which part of it is not and what the record has there instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from mapping.core.conditions.compiling import Condition, ConditionError, TypeOf, compile_condition
from mapping.core.conditions.text import comparison_text
from mapping.core.conditions.tree import Comparison, Group, Node
from mapping.core.paths import Path, PathError, parse_path
from mapping.core.problems import TransformError

Read = Callable[[Path], Any]
"""The raw value of a path in the record (or in the element of the list) at hand."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one part holds (None: it cannot be judged, `error` says why) and the value `found` in its field."""

    holds: bool | None
    found: Any = None
    error: str = ""
    members: tuple[Verdict, ...] = ()


def judge(condition: Condition, read: Read) -> Verdict:
    """The whole condition in one answer."""
    try:
        return Verdict(condition.holds(lambda symbol: read(condition.paths[symbol])))
    except TransformError as error:
        return Verdict(None, error=str(error))


def explain(node: Node, type_of: TypeOf, read: Read) -> Verdict:
    """Every part of a finished tree judged by itself, in the order of the tree."""
    if not isinstance(node, Group):
        return _part(node, type_of, read)
    members = tuple(explain(member, type_of, read) for member in node.members)
    return Verdict(_together(node, [member.holds for member in members]), members=members)


def _part(node: Node, type_of: TypeOf, read: Read) -> Verdict:
    text = comparison_text(node) if isinstance(node, Comparison) else getattr(node, "text", "")
    found = _found(node, read)
    try:
        verdict = judge(compile_condition(text, type_of), read)
    except (ConditionError, PathError) as error:
        return Verdict(None, found, str(error))
    return Verdict(verdict.holds, found, verdict.error)


def _found(node: Node, read: Read) -> Any:
    return read(parse_path(node.field)) if isinstance(node, Comparison) else None


def _together(group: Group, holds: Iterable[bool | None]) -> bool | None:
    judged = list(holds)
    decided = group.kind != "all"
    if decided in judged:
        return decided if group.kind != "none" else False
    if None in judged:
        return None
    return group.kind != "any"
