"""Conditions: `when` of rows and collections, and the checks of a document, in the language of `rule-engine`.

They read fields by the same paths as rows do: `total > 100 and customer.billing_address.country == "GB"`,
`context:status == "DRAFT"`, `lines[].quantity > 1` (inside a for-each over `lines`). Comparisons are typed by the source
schema, amounts are Decimal. A comparison with a missing value is not met, whatever stands beside it: in
`total > 100 or currency == "EUR"` the second can hold where there is no total. Test for it with `== null`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rule_engine import Context, DataType, Rule, ast
from rule_engine.errors import EngineError, EvaluationError

from mapping.core.paths import Path, parse_path
from mapping.core.problems import TransformError
from mapping.core.schemas.schema import FieldType
from mapping.core.values import as_datetime, as_decimal, as_text

TypeOf = Callable[[str], FieldType | None]
"""The declared type of a path, or None when nothing is known of it."""

_TOKEN: Final = re.compile(
    r"""(?P<text>[bdst]?"(?:[^"\\]|\\.)*"|[bdst]?'(?:[^'\\]|\\.)*')"""
    r"""|(?P<builtin>\$\w+)"""
    r"""|(?<![.\w])(?P<path>(?:context:|work:)?[A-Za-z_]\w*(?:\[\d*\])?(?:\.\w+(?:\[\d*\])?)*)"""
)
_WORDS: Final = frozenset(
    {"and", "or", "not", "in", "is", "for", "if", "else", "null", "true", "false", "inf", "nan"}
)
_CLOCKS: Final = frozenset({"$now", "$today"})
_LOCAL: Final = re.compile(r"\bfor\s+([A-Za-z_]\w*)\s+in\b")
# What rule-engine offers after a dot on texts, dates, lists and numbers: not a part of the path.
_ATTRIBUTES: Final = frozenset(
    [
        "length",
        "is_empty",
        "as_lower",
        "as_upper",
        "starts_with",
        "ends_with",
        "to_str",
        "to_flt",
        "to_int",
        "to_ary",
        "to_set",
        "to_epoch",
        "date",
        "day",
        "month",
        "year",
        "hour",
        "minute",
        "second",
        "weekday",
        "zone_name",
        "ceiling",
        "floor",
        "is_nan",
        "keys",
        "values",
    ]
)
_TYPES: Final[dict[FieldType, Any]] = {
    "decimal": DataType.FLOAT,
    "integer": DataType.FLOAT,
    "flag": DataType.BOOLEAN,
    "date": DataType.DATETIME,
    "moment": DataType.DATETIME,
    "text": DataType.STRING,
    "choice": DataType.STRING,
    "guid": DataType.STRING,
    "email": DataType.STRING,
    "url": DataType.STRING,
}


# What rule-engine raises over a value it cannot compare; the last two over a missing text, date or list.
_UNJUDGED: Final = (EvaluationError, TypeError, AttributeError)


class ConditionError(ValueError):
    """A condition that cannot be read or compares what cannot be compared."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition; `paths` are the fields it reads, by the symbol that stands for each."""

    text: str
    paths: Mapping[str, Path]
    types: Mapping[str, FieldType | None]
    rule: Rule

    def holds(self, read: Callable[[str], Any]) -> bool:
        """Whether it is met; `read` gives the raw value of a symbol. Raises TransformError if it cannot be judged."""
        values = {symbol: _typed(read(symbol), self.types[symbol]) for symbol in self.paths}
        try:
            return bool(self.rule.matches(values))
        except _UNJUDGED as error:
            if None in values.values():
                return self._holds_where_there_are_values(self.rule.statement.expression, values)
            raise self._unjudged(error) from None

    def _holds_where_there_are_values(self, part: ast.ExpressionBase, values: Mapping[str, Any]) -> bool:
        """Judge comparison by comparison, so that one about a missing value does not decide about the others."""
        judge = self._holds_where_there_are_values
        if isinstance(part, ast.LogicExpression):
            several = all if part.type == "and" else any
            return several(judge(side, values) for side in (part.left, part.right))
        if isinstance(part, ast.UnaryExpression) and part.type == "not":
            return not judge(part.right, values)
        try:
            return bool(part.evaluate(values))
        except _UNJUDGED:
            return False

    def _unjudged(self, error: Exception) -> TransformError:
        why = _with_paths(getattr(error, "message", ""), self.paths, otherwise="it compares unlike values")
        return TransformError(f"The condition “{self.text}” cannot be judged: {why}.", "mapping")


def compile_condition(text: str, type_of: TypeOf) -> Condition:
    """Compile a condition once for many evaluations. Raises ConditionError, worded for the person who wrote it."""
    if any(match["builtin"] in _CLOCKS for match in _TOKEN.finditer(text)):
        raise ConditionError(
            "Conditions give the same answer on every day: use context:today instead of the clock."
        )
    symbols = _Symbols(type_of, frozenset(_LOCAL.findall(text)))
    plain = _TOKEN.sub(symbols.replace, text)
    types = {symbol: type_of(str(path)) for symbol, path in symbols.paths.items()}
    context = Context(
        resolver=_resolve,
        type_resolver=lambda symbol: _TYPES.get(types.get(symbol) or "object", DataType.UNDEFINED),
        default_timezone="utc",
        default_value=None,
    )
    try:
        rule = Rule(plain, context=context)
    except EngineError as error:
        raise ConditionError(
            f"“{text}” cannot be read: {_with_paths(error.message, symbols.paths)}."
        ) from None
    return Condition(text, symbols.paths, types, rule)


def _resolve(values: Mapping[str, Any], symbol: str) -> Any:
    return values.get(symbol)


class _Symbols:
    """Gives every path of a condition a plain symbol, which rule-engine resolves some twenty times faster."""

    def __init__(self, type_of: TypeOf, local: frozenset[str]) -> None:
        self.type_of = type_of
        self.local = local
        self.paths: dict[str, Path] = {}

    def replace(self, match: re.Match[str]) -> str:
        token = match["path"]
        if token is None or re.split(r"[.\[]", token)[0] in _WORDS | self.local:
            return match[0]
        path, attributes = self._split(token)
        return self._symbol(path) + attributes

    def _split(self, token: str) -> tuple[str, str]:
        head, attributes = token, ""
        while "." in head and self.type_of(head) is None and head.rpartition(".")[2] in _ATTRIBUTES:
            head, _, last = head.rpartition(".")
            attributes = f".{last}{attributes}"
        return head, attributes

    def _symbol(self, path: str) -> str:
        parsed = parse_path(path)
        for symbol, known in self.paths.items():
            if known == parsed:
                return symbol
        symbol = f"field_{len(self.paths)}"
        self.paths[symbol] = parsed
        return symbol


def _typed(value: Any, kind: FieldType | None) -> Any:
    if value is None or kind is None:
        return value
    if kind in ("decimal", "integer"):
        return None if value == "" else as_decimal(value)
    if kind in ("date", "moment"):
        return None if value == "" else as_datetime(value)
    if _TYPES.get(kind) is DataType.STRING:
        return as_text(value)
    return value


def _with_paths(
    message: object, paths: Mapping[str, Path], otherwise: str = "it is not a complete condition"
) -> str:
    text = message if isinstance(message, str) and message else otherwise
    return re.sub(r"\bfield_\d+\b", lambda match: str(paths.get(match[0], match[0])), text)
