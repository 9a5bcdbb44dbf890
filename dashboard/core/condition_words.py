"""Conditions of rules for bank lines as sentences."""

from __future__ import annotations

from mapping.core.conditions.compiling import ConditionError
from mapping.core.conditions.records import types_of
from mapping.core.conditions.text import tree_of
from mapping.core.conditions.words import words_of
from mapping.core.paths import PathError
from reconciliation.core.rules import LINE


def said_of_lines(condition: str) -> str:
    """`"RENT" in text` as “All texts in capitals contains “RENT””; the condition itself where it cannot be read."""
    type_of = types_of(LINE)
    try:
        return words_of(tree_of(condition, type_of), _label, type_of)
    except (ConditionError, PathError):
        return condition


def _label(path: str) -> str:
    field = LINE.by_path.get(path)
    return field.label if field and field.label else path
