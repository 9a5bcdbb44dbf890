"""What the editor asks about a condition: is it one, how does it look as a tree, does the sample meet it, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mapping.core.compiler import compile_mapping
from mapping.core.conditions.compiling import Condition, ConditionError, TypeOf, compile_condition
from mapping.core.conditions.text import text_of, tree_of
from mapping.core.conditions.tree import Node, TreeError
from mapping.core.conditions.verdict import Read, Verdict, explain, judge
from mapping.core.document import MappingDocument
from mapping.core.paths import Path, PathError, parse_path
from mapping.core.problems import MappingInvalidError
from mapping.core.readers import Scope, reader
from mapping.core.schemas.schema import Schema


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a condition stands: the types it compares by, and the records (or elements of a list) to judge."""

    type_of: TypeOf
    reads: tuple[Read, ...] = ()
    is_each: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A condition seen from all sides. `error` and `at` say what is not finished, and in which part of the tree.

    `holds` is None without a record, or where it cannot be judged. Inside a for-each it is met by `met` of `of` elements,
    holds when it is met by any, and `verdict` is that of the first element which does not meet it.
    """

    text: str
    tree: Node | None
    error: str = ""
    at: str = ""
    fields: tuple[str, ...] = ()
    holds: bool | None = None
    verdict: Verdict | None = None
    met: int = 0
    of: int = 0


def about_text(text: str, standing: Standing) -> Answer:
    """The answer to a condition as text."""
    try:
        tree = tree_of(text, standing.type_of)
    except (ConditionError, PathError) as error:
        return Answer(text, None, str(error))
    return _judged(text, tree, standing)


def about_tree(tree: Node, standing: Standing) -> Answer:
    """The answer to a condition as a tree; the tree comes back as it was asked."""
    try:
        text = text_of(tree, standing.type_of)
    except TreeError as error:
        return Answer("", tree, error.message, error.at)
    return _judged(text, tree, standing)


def _judged(text: str, tree: Node, standing: Standing) -> Answer:
    if not text.strip():
        return Answer("", tree)
    condition = compile_condition(text, standing.type_of)
    fields = tuple(str(path) for path in condition.paths.values())
    if not standing.reads:
        return Answer(text, tree, fields=fields)
    return _met(Answer(text, tree, fields=fields), tree, condition, standing)


def _met(answer: Answer, tree: Node, condition: Condition, standing: Standing) -> Answer:
    judged = [judge(condition, read) for read in standing.reads]
    met = sum(verdict.holds is True for verdict in judged)
    shown = next((at for at, verdict in enumerate(judged) if verdict.holds is not True), 0)
    return replace(
        answer,
        holds=met > 0 if standing.is_each else judged[0].holds,
        verdict=explain(tree, standing.type_of, standing.reads[shown]),
        met=met,
        of=len(judged) if standing.is_each else 0,
    )


def reads_in_mapping(
    document: MappingDocument,
    subject: tuple[Mapping[str, Any], Mapping[str, Any]],
    each: str = "",
    schema: Schema | None = None,
) -> tuple[Read, ...]:
    """How conditions of a mapping read the subject (source and context): one for each element of `each`, else one.

    Working values are those the mapping comes to; where it cannot run, there are none.
    """
    source, context = subject
    scope = Scope(source, context)
    try:
        entries = compile_mapping(document, source=schema).trace(source, context)
    except MappingInvalidError:
        entries = ()
    for entry in entries:
        if entry.target.startswith("work:"):
            scope.work[entry.target.removeprefix("work:")] = entry.value
    if not each:
        return (_read(scope, None),)
    path = parse_path(each)
    items = reader(path)(scope)
    if not isinstance(items, Sequence) or isinstance(items, str):
        return ()
    return tuple(_read(_at(scope, item), path) for item in items)


def _at(scope: Scope, item: Any) -> Scope:
    element = Scope(scope.source, scope.context)
    element.work, element.item = scope.work, item
    return element


def _read(scope: Scope, each: Path | None) -> Read:
    return lambda path: reader(path, each)(scope)
