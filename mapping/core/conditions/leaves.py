"""One comparison of a condition, read off what rule-engine makes of its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from rule_engine import ast

from mapping.core.conditions.compiling import ConditionError, TypeOf, compile_condition
from mapping.core.conditions.tree import Comparison, Value, kind_of
from mapping.core.conditions.values import date_text
from mapping.core.paths import Path, PathError

_Names = Mapping[str, Path]

_ORDER: Final = {"gt": "more", "ge": "at_least", "lt": "less", "le": "at_most"}
_TURNED: Final = {"gt": "less", "ge": "at_most", "lt": "more", "le": "at_least"}
_EQUAL: Final = {"eq": "is", "ne": "is_not"}
_FUZZY: Final = {"eq_fzm": "matches", "ne_fzm": "not_matches"}
_NOTHING: Final = {"eq": "missing", "ne": "present"}
_OPPOSITE: Final = {"one_of": "not_one_of", "contains": "not_contains"}


def comparison_of(text: str, type_of: TypeOf) -> Comparison | None:
    """The comparison that `text` is, or None where it is anything else."""
    try:
        condition = compile_condition(text, type_of)
    except (ConditionError, PathError):
        return None
    part = condition.rule.statement.expression
    for form, read in _FORMS:
        if isinstance(part, form):
            return read(part, condition.paths)
    return _flag(part, condition.paths, type_of)


def _flag(part: ast.ExpressionBase, names: _Names, type_of: TypeOf) -> Comparison | None:
    """A field that is yes or no, standing alone."""
    name = _field(part, names)
    if name is None or kind_of(type_of(name)) != "flag":
        return None
    return Comparison(name, "is", (Value("flag", "true"),))


def _ordered(part: ast.ArithmeticComparisonExpression, names: _Names) -> Comparison | None:
    if part.type == "gt" and (name := _blank(part.left, part.right, names)):
        return Comparison(name, "filled")
    return _sided(part, names, _ORDER[part.type], _TURNED[part.type])


def _equal(part: ast.ComparisonExpression, names: _Names) -> Comparison | None:
    name = _field(part.left, names)
    if name is not None and isinstance(part.right, ast.NullExpression):
        return Comparison(name, _NOTHING[part.type])
    if part.type == "eq" and (blank := _blank(part.left, part.right, names)):
        return Comparison(blank, "empty")
    return _sided(part, names, _EQUAL[part.type], _EQUAL[part.type])


def _fuzzy(part: ast.FuzzyComparisonExpression, names: _Names) -> Comparison | None:
    name, value = _field(part.left, names), _text(part.right)
    operator = _FUZZY.get(part.type)
    if name is None or value is None or operator is None:
        return None
    return Comparison(name, operator, (value,))


def _contained(part: ast.ContainsExpression, names: _Names) -> Comparison | None:
    name = _field(part.member, names)
    if name is not None and isinstance(part.container, ast.ArrayExpression):
        return _one_of(name, part.container, names)
    name, value = _field(part.container, names), _text(part.member)
    return Comparison(name, "contains", (value,)) if name is not None and value is not None else None


def _one_of(name: str, array: ast.ArrayExpression, names: _Names) -> Comparison | None:
    values = [_value(item, names) for item in array.value]
    known = tuple(value for value in values if value is not None and value.kind != "field")
    alike = len({value.kind for value in known}) == 1
    return Comparison(name, "one_of", known) if alike and len(known) == len(values) else None


def _not(part: ast.UnaryExpression, names: _Names) -> Comparison | None:
    """`… not in …`, which rule-engine reads as the opposite of `in`."""
    if part.type != "not" or not isinstance(part.right, ast.ContainsExpression):
        return None
    found = _contained(part.right, names)
    return Comparison(found.field, _OPPOSITE[found.operator], found.values) if found else None


def _called(part: ast.FunctionCallExpression, names: _Names) -> Comparison | None:
    function = part.function
    if not isinstance(function, ast.GetAttributeExpression) or len(part.arguments) != 1:
        return None
    name, value = _field(function.object, names), _text(part.arguments[0])
    if name is None or value is None or function.name not in ("starts_with", "ends_with") or function.safe:
        return None
    return Comparison(name, function.name, (value,))


_FORMS: Final[tuple[tuple[type, Callable[..., Comparison | None]], ...]] = (
    (ast.ArithmeticComparisonExpression, _ordered),
    (ast.FuzzyComparisonExpression, _fuzzy),
    (ast.ComparisonExpression, _equal),
    (ast.ContainsExpression, _contained),
    (ast.UnaryExpression, _not),
    (ast.FunctionCallExpression, _called),
)


def _sided(
    part: ast.LeftOperatorRightExpressionBase, names: _Names, operator: str, turned: str
) -> Comparison | None:
    """The field on the left; `100 < total` is read as `total > 100`."""
    left, right = _value(part.left, names), _value(part.right, names)
    if left is None or right is None:
        return None
    if left.kind == "field":
        return Comparison(left.text, operator, (right,))
    return Comparison(right.text, turned, (left,)) if right.kind == "field" else None


def _blank(side: ast.ExpressionBase, zero: ast.ExpressionBase, names: _Names) -> str | None:
    """The field of `(field ?? "").length` or `(field ?? []).length`, compared with 0."""
    if not isinstance(zero, ast.FloatExpression) or zero.value != 0:
        return None
    if not isinstance(side, ast.GetAttributeExpression) or side.name != "length" or side.safe:
        return None
    coalesced = side.object
    if not isinstance(coalesced, ast.CoalesceExpression):
        return None
    instead = coalesced.right
    is_blank = isinstance(instead, ast.StringExpression | ast.ArrayExpression) and len(instead.value) == 0
    return _field(coalesced.left, names) if is_blank else None


def _field(part: ast.ExpressionBase, names: _Names) -> str | None:
    if isinstance(part, ast.SymbolExpression) and part.name in names:
        return str(names[part.name])
    return None


def _text(part: ast.ExpressionBase) -> Value | None:
    return Value("text", part.value) if isinstance(part, ast.StringExpression) else None


def _value(part: ast.ExpressionBase, names: _Names) -> Value | None:
    match part:
        case ast.StringExpression():
            return Value("text", part.value)
        case ast.FloatExpression():
            return Value("number", format(part.value, "f")) if part.value.is_finite() else None
        case ast.BooleanExpression():
            return Value("flag", "true" if part.value else "false")
        case ast.DatetimeExpression():
            return Value("date", date_text(part.value))
    name = _field(part, names)
    return Value("field", name) if name is not None else None
