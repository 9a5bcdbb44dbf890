"""Conditions of rows, checks, rules and flows: compiled, as a tree for the builder, as words, and judged on values."""

from mapping.core.conditions.compiling import Condition, ConditionError, TypeOf, compile_condition

__all__ = ["Condition", "ConditionError", "TypeOf", "compile_condition"]
