"""Conditions as people build them: groups of comparisons inside groups, beside the text form of conditions.py.

A tree says exactly what its text says. `text.py` goes from one to the other; what has no place in a tree
(a calculation, a comprehension, a ternary) stays in it as a piece of text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from mapping.core.schemas.schema import FieldType

Kind = Literal["text", "number", "date", "flag", "list", "any"]
"""What a field is to somebody who compares it; "any" where nothing is known of it."""
ValueKind = Literal["text", "number", "date", "flag", "field"]
"""What stands on the right: a literal, or another field of the record."""
GroupKind = Literal["all", "any", "none"]
GROUP_KINDS: Final[tuple[GroupKind, ...]] = get_args(GroupKind)
VALUE_KINDS: Final[tuple[ValueKind, ...]] = get_args(ValueKind)

_KINDS: Final[dict[FieldType, Kind]] = {
    "decimal": "number",
    "integer": "number",
    "flag": "flag",
    "date": "date",
    "moment": "date",
    "list": "list",
    "object": "list",
    "text": "text",
    "choice": "text",
    "guid": "text",
    "email": "text",
    "url": "text",
}


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to compare. `values` is how many it takes (2 stands for any number); `labels` may differ by kind."""

    name: str
    label: str
    values: Literal[0, 1, 2] = 1
    date_label: str = ""

    def labelled(self, kind: Kind) -> str:
        """What it is called for a field of that kind."""
        return self.date_label if kind == "date" and self.date_label else self.label


OPERATORS: Final[dict[str, Operator]] = {
    item.name: item
    for item in (
        Operator("is", "is"),
        Operator("is_not", "is not"),
        Operator("more", "is more than", date_label="is after"),
        Operator("at_least", "is at least", date_label="is on or after"),
        Operator("less", "is less than", date_label="is before"),
        Operator("at_most", "is at most", date_label="is on or before"),
        Operator("one_of", "is one of", 2),
        Operator("not_one_of", "is none of", 2),
        Operator("contains", "contains"),
        Operator("not_contains", "does not contain"),
        Operator("starts_with", "starts with"),
        Operator("ends_with", "ends with"),
        Operator("matches", "matches the pattern"),
        Operator("not_matches", "does not match the pattern"),
        Operator("empty", "is empty", 0),
        Operator("filled", "is filled in", 0),
        Operator("missing", "is missing", 0),
        Operator("present", "is there", 0),
    )
}
_ORDERED: Final = ("is", "is_not", "more", "at_least", "less", "at_most")
_WORDS: Final = ("contains", "not_contains", "starts_with", "ends_with", "matches", "not_matches")
OPERATORS_OF: Final[dict[Kind, tuple[str, ...]]] = {
    "text": ("is", "is_not", "one_of", "not_one_of", *_WORDS, "empty", "filled", "missing", "present"),
    "number": (*_ORDERED, "one_of", "not_one_of", "missing", "present"),
    "date": (*_ORDERED, "missing", "present"),
    "flag": ("is", "is_not", "missing", "present"),
    "list": ("contains", "not_contains", "empty", "filled", "missing", "present"),
    "any": (*_ORDERED, "one_of", "not_one_of", *_WORDS, "empty", "filled", "missing", "present"),
}
"""The operators a field of each kind offers, in the order of a menu."""


@dataclass(frozen=True, slots=True)
class Value:
    """A literal as text (`100.00`, `2026-11-22`, `true`), or the path of a field."""

    kind: ValueKind
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field` compared by `operator` with no, one or several values."""

    field: str
    operator: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """A part of a condition that only its text can say."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """All of its members hold, any of them does, or none of them."""

    kind: GroupKind
    members: tuple[Node, ...] = ()


Node = Group | Comparison | Kept


class TreeError(ValueError):
    """A tree that says nothing yet; `at` leads to the unfinished part ("0.2": the third part of the first group)."""

    def __init__(self, message: str, at: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at


def kind_of(field_type: FieldType | None) -> Kind:
    """How a field of that type is compared."""
    return "any" if field_type is None else _KINDS[field_type]


def canonical(node: Node) -> Group:
    """The tree with the same meaning that its text gives back: no group of one inside, a group at the top."""
    simple = _simple(node)
    return simple if isinstance(simple, Group) else Group("all", (simple,))


def _simple(node: Node) -> Node:
    if not isinstance(node, Group):
        return node
    members = tuple(member for each in node.members if (member := _simple(each)) != Group("all"))
    only = members[0] if len(members) == 1 else None
    if node.kind == "none":
        if isinstance(only, Group) and only.kind == "any":
            return Group("none", only.members)
        return Group("none", members) if members else Group("all")
    if only is not None:
        return only
    return Group(node.kind, members) if members else Group("all")


def tree_to_json(node: Node) -> dict[str, Any]:
    """`{"all": [...]}`, `{"field", "operator", "value", "type"}` or `{"text"}`."""
    if isinstance(node, Group):
        return {node.kind: [tree_to_json(member) for member in node.members]}
    if isinstance(node, Kept):
        return {"text": node.text}
    compared: dict[str, Any] = {"field": node.field, "operator": node.operator}
    if node.values:
        texts = [value.text for value in node.values]
        compared |= {
            "value": texts if OPERATORS[node.operator].values == 2 else texts[0],
            "type": node.values[0].kind,
        }
    return compared


def tree_from_json(data: Any, at: str = "") -> Node:
    """Read a tree. Raises TreeError with the place of what is not of the form."""
    if not isinstance(data, Mapping):
        raise TreeError("A part of the condition is not of the expected form.", at)
    for kind in GROUP_KINDS:
        if kind in data:
            return Group(kind, _members(data[kind], at))
    if "text" in data:
        return Kept(str(data["text"]).strip())
    return _comparison(data, at)


def _members(data: Any, at: str) -> tuple[Node, ...]:
    if not isinstance(data, list):
        raise TreeError("A group of conditions has a list of parts.", at)
    return tuple(
        tree_from_json(item, f"{at}.{position}" if at else str(position))
        for position, item in enumerate(data)
    )


def _comparison(data: Mapping[str, Any], at: str) -> Comparison:
    name, operator = str(data.get("field") or ""), str(data.get("operator") or "")
    if not name:
        raise TreeError("Choose a field.", at)
    if operator not in OPERATORS:
        raise TreeError("Choose how to compare.", at)
    return Comparison(name, operator, _values(data, OPERATORS[operator], at))


def _values(data: Mapping[str, Any], operator: Operator, at: str) -> tuple[Value, ...]:
    if operator.values == 0:
        return ()
    kind = data.get("type") or "text"
    if kind not in VALUE_KINDS:
        raise TreeError(f"“{kind}” is no type of a value.", at)
    given = data.get("value")
    texts = given if isinstance(given, list) else [given]
    return tuple(Value(kind, _as_text(text)) for text in texts if text is not None)


def _as_text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
