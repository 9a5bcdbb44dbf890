"""A condition as a sentence: `total > 5000` reads “Total the customer pays is more than 5000”."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mapping.core.conditions.compiling import TypeOf
from mapping.core.conditions.tree import OPERATORS, Comparison, Group, GroupKind, Kept, Node, Value, kind_of

LabelOf = Callable[[str], str]
"""What people call the field of a path."""

_YES_OR_NO: Final = {"true": "yes", "false": "no"}
_JOINS: Final[dict[GroupKind, str]] = {"all": " and ", "any": " or ", "none": " or "}


def words_of(node: Node, label_of: LabelOf, type_of: TypeOf) -> str:
    """The condition in words; groups inside groups stand in brackets. Empty for a tree without conditions."""
    return _words(node, label_of, type_of, top=True)


def _words(node: Node, label_of: LabelOf, type_of: TypeOf, *, top: bool = False) -> str:
    if isinstance(node, Kept):
        return f"“{node.text}”"
    if isinstance(node, Comparison):
        return _comparison(node, label_of, type_of)
    return _group(node, [_words(member, label_of, type_of) for member in node.members], top=top)


def _group(group: Group, parts: list[str], *, top: bool) -> str:
    joined = _JOINS[group.kind].join(parts)
    if group.kind == "none":
        return f"not ({joined})"
    return joined if top or len(parts) < 2 else f"({joined})"


def _comparison(item: Comparison, label_of: LabelOf, type_of: TypeOf) -> str:
    operator = OPERATORS[item.operator]
    label = operator.labelled(kind_of(type_of(item.field)))
    values = [_value(value, label_of) for value in item.values]
    last = f" or {values[-1]}" if len(values) > 1 else ""
    listed = (", ".join(values[:-1]) if last else ", ".join(values)) + last
    return f"{label_of(item.field)} {label} {listed}".strip()


def _value(value: Value, label_of: LabelOf) -> str:
    match value.kind:
        case "field":
            return label_of(value.text)
        case "text":
            return f"“{value.text}”"
        case "flag":
            return _YES_OR_NO.get(value.text, value.text)
    return value.text
