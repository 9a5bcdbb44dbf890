"""From the text of a condition to its tree, and from a tree to the text that is stored.

`text_of(tree_of(text))` means the same as `text`, and `tree_of(text_of(tree))` is `canonical(tree)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mapping.core.conditions.compiling import ConditionError, TypeOf, compile_condition
from mapping.core.conditions.leaves import comparison_of
from mapping.core.conditions.tree import (
    OPERATORS,
    OPERATORS_OF,
    Comparison,
    Group,
    GroupKind,
    Kept,
    Node,
    TreeError,
    canonical,
    kind_of,
)
from mapping.core.conditions.values import FIELD, tidy, unfinished, value_text
from mapping.core.paths import PathError

_PIECE: Final = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<open>[(\[{])|(?P<close>[)\]}])"""
    r"""|(?P<word>(?:context:|work:)?[A-Za-z_$]\w*)|(?P<coalesce>\?\?)|(?P<other>[?:#])"""
)
_SIGNS: Final = {"is": "==", "is_not": "!=", "more": ">", "at_least": ">=", "less": "<", "at_most": "<="}
_JOINED: Final[dict[GroupKind, str]] = {"all": " and ", "any": " or "}


def tree_of(text: str, type_of: TypeOf) -> Group:
    """The condition as a tree. Raises ConditionError when the text is no condition at all."""
    if not text.strip():
        return Group("all")
    compile_condition(text, type_of)
    return canonical(_node(text.strip(), type_of))


def text_of(tree: Node, type_of: TypeOf) -> str:
    """The text of a tree; empty for a tree without conditions. Raises TreeError at the part that says nothing yet."""
    _must_be_finished(tree, type_of)
    node = canonical(_tidied(tree))
    text = _group_text(node, top=True)
    if _means(text, node, type_of):
        return text
    raise TreeError("This cannot be written as a condition: write it as text instead.")


def _means(text: str, node: Group, type_of: TypeOf) -> bool:
    try:
        return tree_of(text, type_of) == node
    except (ConditionError, PathError) as error:
        raise TreeError(str(error)) from None


# From text to tree: the structure from the words and brackets, each comparison from what rule-engine reads.


def _node(text: str, type_of: TypeOf) -> Node:
    words = list(_outer(text))
    if any(word in ("#", "?", ":", "for", "if") for word, _ in words):
        return Kept(text)
    for word, kind in (("or", "any"), ("and", "all")):
        parts = _split(text, word, words)
        if len(parts) > 1:
            return Group("any" if kind == "any" else "all", tuple(_node(part, type_of) for part in parts))
    if words and words[0] == ("not", 0):
        return _negated(_node(text[3:].strip(), type_of))
    if _is_wrapped(text):
        return _node(text[1:-1].strip(), type_of)
    return comparison_of(text, type_of) or Kept(text)


def _negated(node: Node) -> Group:
    is_any = isinstance(node, Group) and node.kind == "any"
    return Group("none", node.members if isinstance(node, Group) and is_any else (node,))


def _outer(text: str) -> Iterator[tuple[str, int]]:
    """The words and signs outside all brackets and quotes, with their positions."""
    depth = 0
    for match in _PIECE.finditer(text):
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth -= 1
        elif depth == 0 and (word := match["word"] or match["other"]) and not _is_part_of_path(text, match):
            yield word, match.start()
        elif match["other"] == "#":
            yield "#", match.start()


def _is_part_of_path(text: str, match: re.Match[str]) -> bool:
    return match.start() > 0 and text[match.start() - 1] == "."


def _split(text: str, by: str, words: list[tuple[str, int]]) -> list[str]:
    parts, start = [], 0
    for word, position in words:
        if word == by:
            parts.append(text[start:position].strip())
            start = position + len(by)
    return [*parts, text[start:].strip()]


def _is_wrapped(text: str) -> bool:
    """Whether one pair of round brackets holds all of it."""
    depth = 0
    for match in _PIECE.finditer(text):
        depth += bool(match["open"]) - bool(match["close"])
        if depth == 0:
            return text.startswith("(") and match["close"] == ")" and match.end() == len(text)
    return False


# From tree to text.


def _tidied(node: Node) -> Node:
    if isinstance(node, Group):
        return Group(node.kind, tuple(_tidied(member) for member in node.members))
    if isinstance(node, Comparison):
        return Comparison(node.field, node.operator, tuple(tidy(value) for value in node.values))
    return node


def _group_text(group: Group, *, top: bool = False) -> str:
    if group.kind == "none":
        inner = [_node_text(member) for member in group.members]
        return f"not ({' or '.join(inner)})"
    text = _JOINED[group.kind].join(_node_text(member) for member in group.members)
    if top and len(group.members) == 1 and isinstance(group.members[0], Kept):
        return group.members[0].text
    return text if top else f"({text})"


def _node_text(node: Node) -> str:
    if isinstance(node, Group):
        return _group_text(node)
    if isinstance(node, Kept):
        return f"({node.text})"
    return comparison_text(node)


def comparison_text(item: Comparison) -> str:
    """One finished comparison in the language of conditions."""
    name, values = item.field, [value_text(value) for value in item.values]
    match item.operator:
        case "one_of":
            return f"{name} in [{', '.join(values)}]"
        case "not_one_of":
            return f"{name} not in [{', '.join(values)}]"
        case "contains":
            return f"{values[0]} in {name}"
        case "not_contains":
            return f"{values[0]} not in {name}"
        case "starts_with" | "ends_with":
            return f"{name}.{item.operator}({values[0]})"
        case "matches":
            return f"{name} =~ {values[0]}"
        case "not_matches":
            return f"{name} !~ {values[0]}"
    return _sign_text(item, values)


def _sign_text(item: Comparison, values: list[str]) -> str:
    match item.operator:
        case "missing":
            return f"{item.field} == null"
        case "present":
            return f"{item.field} != null"
        case "empty":
            return f'({item.field} ?? "").length == 0'
        case "filled":
            return f'({item.field} ?? "").length > 0'
    return f"{item.field} {_SIGNS[item.operator]} {values[0]}"


# What is not finished yet.


def _must_be_finished(node: Node, type_of: TypeOf, at: str = "") -> None:
    if isinstance(node, Group):
        for position, member in enumerate(node.members):
            _must_be_finished(member, type_of, f"{at}.{position}" if at else str(position))
    elif isinstance(node, Kept):
        if not node.text:
            raise TreeError("Write the condition.", at)
    else:
        _comparison_must_be_finished(node, type_of, at)


def _comparison_must_be_finished(item: Comparison, type_of: TypeOf, at: str) -> None:
    if not FIELD.fullmatch(item.field):
        raise TreeError("This field's name cannot be used in a condition.", at)
    operator = OPERATORS[item.operator]
    if item.operator not in OPERATORS_OF[kind_of(type_of(item.field))]:
        raise TreeError(f"“{operator.label}” does not suit this field.", at)
    if operator.values and not item.values:
        raise TreeError("Give a value.", at)
    for value in item.values:
        may_be_blank = value.kind != "text" or value.text or item.operator in ("is", "is_not")
        if message := unfinished(value) if may_be_blank else "Give a value.":
            raise TreeError(message, at)
