"""The `where` and `order` parameters: a small parser for the expressions Xero documents.

Comparisons (`==`, `=`, `!=`, `<`, `<=`, `>`, `>=`), `AND`/`&&`, `OR`/`||`, parentheses, strings,
numbers, `true`, `false`, `null`, `Guid("…")`, `DateTime(…)`, `DateTime.Parse("…")`, and the string
methods `Contains`, `StartsWith`, `EndsWith` and `ToLower` (Xero Accounting API, Requests and
responses, "Retrieving a filtered resource").
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Test = Callable[[Any], bool]
Getter = Callable[[Any], Any]

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<operator>==|!=|<>|>=|<=|&&|\|\||[=<>!(),.])
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    )""",
    re.VERBOSE,
)
_COMPARISONS = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_METHODS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda held, part: part in held,
    "startswith": lambda held, part: held.startswith(part),
    "endswith": lambda held, part: held.endswith(part),
}
_CONSTANTS = {"null": None, "true": True, "false": False}


class BadQuery(ValueError):
    """An expression that Xero would not parse."""


@dataclass(frozen=True, slots=True)
class Field:
    """A property that may be filtered or ordered by; `fold` compares text without regard to case."""

    get: Getter
    fold: bool = False


Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Clause:
    """A parsed expression: a test, and the equalities every match must satisfy, for index look-ups."""

    test: Test
    equal: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise BadQuery(f"Unexpected character at position {at}")
        tokens.append(_Token(match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


def comparable(value: Any) -> Any:
    """A value in the form it is compared in: days and instants alike as instants without zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - Xero's literals have no zone
    return value


def _compare(field: Field, sign: str, wanted: Any) -> Test:
    compare = _COMPARISONS[sign]
    exact = sign in {"==", "=", "!=", "<>"}
    if field.fold and isinstance(wanted, str):
        wanted = wanted.lower()

    def test(row: Any) -> bool:
        held = comparable(field.get(row))
        if field.fold and isinstance(held, str):
            held = held.lower()
        if exact:
            return bool(compare(held, wanted))
        return held is not None and type(held) is type(wanted) and bool(compare(held, wanted))

    return test


class _Parser:
    def __init__(self, text: str, fields: Fields) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._fields = fields

    def parse(self) -> Clause:
        clause = self._either()
        if self._at != len(self._tokens):
            raise BadQuery(f"Unexpected '{self._tokens[self._at].text}'")
        return clause

    def _peek(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _take(self, *texts: str) -> bool:
        found = self._peek().lower() in texts and self._tokens[self._at].kind != "string"
        self._at += found
        return found

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise BadQuery(f"'{text}' expected")

    def _next(self) -> _Token:
        if self._at >= len(self._tokens):
            raise BadQuery("Expression expected")
        self._at += 1
        return self._tokens[self._at - 1]

    def _either(self) -> Clause:
        clauses = [self._both()]
        while self._take("or", "||"):
            clauses.append(self._both())
        if len(clauses) == 1:
            return clauses[0]
        tests = [clause.test for clause in clauses]
        return Clause(lambda row: any(test(row) for test in tests))

    def _both(self) -> Clause:
        clauses = [self._single()]
        while self._take("and", "&&"):
            clauses.append(self._single())
        if len(clauses) == 1:
            return clauses[0]
        tests = [clause.test for clause in clauses]
        equal = tuple(pair for clause in clauses for pair in clause.equal)
        return Clause(lambda row: all(test(row) for test in tests), equal)

    def _single(self) -> Clause:
        if self._take("("):
            clause = self._either()
            self._expect(")")
            return clause
        return self._comparison()

    def _path(self) -> list[str]:
        """The names of a dotted property path, a method at its end included."""
        names = []
        token = self._next()
        if token.kind != "name":
            raise BadQuery(f"Property expected, found '{token.text}'")
        names.append(token.text.lower())
        while self._peek() == ".":
            self._at += 1
            names.append(self._next().text.lower())
            if self._peek() == "(":
                break
        return names

    def _comparison(self) -> Clause:
        names = self._path()
        if self._peek() != "(":
            return self._compared(".".join(names), lower=False)
        method = names.pop()
        self._expect("(")
        path = ".".join(names)
        if method in {"tolower", "toupper"}:
            self._expect(")")
            if self._peek() == ".":
                return self._lowered_method(path)
            return self._compared(path, lower=True)
        return self._method(path, method, lower=False)

    def _lowered_method(self, path: str) -> Clause:
        self._expect(".")
        method = self._next().text.lower()
        self._expect("(")
        return self._method(path, method, lower=True)

    def _method(self, path: str, method: str, *, lower: bool) -> Clause:
        call = _METHODS.get(method)
        if call is None:
            raise BadQuery(f"No method '{method}' exists")
        field = self._field(path)
        part = self._value()
        self._expect(")")
        if not isinstance(part, str):
            raise BadQuery(f"Method '{method}' takes a string")
        fold = field.fold or lower
        if fold:
            part = part.lower()

        def test(row: Any) -> bool:
            held = field.get(row)
            if not isinstance(held, str):
                return False
            return call(held.lower() if fold else held, part)

        return Clause(test)

    def _compared(self, path: str, *, lower: bool) -> Clause:
        field = self._field(path)
        if lower:
            field = Field(field.get, fold=True)
        sign = self._peek()
        if sign not in _COMPARISONS:
            # a boolean property by itself
            return Clause(lambda row: field.get(row) is True)
        self._at += 1
        wanted = comparable(self._value())
        equal = ((path, wanted),) if sign in {"==", "="} and not lower else ()
        return Clause(_compare(field, sign, wanted), equal)

    def _field(self, path: str) -> Field:
        try:
            return self._fields[path]
        except KeyError:
            raise BadQuery(f"No property or field '{path}' exists") from None

    def _value(self) -> Any:
        token = self._next()
        if token.kind == "string":
            return token.text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        if token.kind == "number":
            return Decimal(token.text)
        word = token.text.lower()
        if word in _CONSTANTS:
            return _CONSTANTS[word]
        if word == "guid":
            return self._guid()
        if word == "datetime":
            return self._instant()
        raise BadQuery(f"Value expected, found '{token.text}'")

    def _guid(self) -> str:
        self._expect("(")
        value = self._next()
        self._expect(")")
        return guid(value.text.strip('"'))

    def _instant(self) -> datetime:
        if self._take("."):
            self._next()
            self._expect("(")
            text = self._next().text.strip('"')
            self._expect(")")
            try:
                return datetime.fromisoformat(text).replace(tzinfo=None)
            except ValueError:
                raise BadQuery(f"'{text}' is not a date") from None
        self._expect("(")
        parts = [self._next().text]
        while self._take(","):
            parts.append(self._next().text)
        self._expect(")")
        try:
            return datetime(*map(int, parts))  # type: ignore[arg-type]  # noqa: DTZ001
        except (ValueError, TypeError):
            raise BadQuery(f"DateTime({','.join(parts)}) is not a date") from None


def guid(text: str) -> str:
    """A GUID in Xero's form: lower case with dashes; clients leave them out in places."""
    plain = text.strip("{} ").lower().replace("-", "")
    if len(plain) != 32:
        return text.strip().lower()
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"


def parse(text: str, fields: Fields) -> Clause:
    """Parse a `where` expression over these properties; raise BadQuery if Xero would not."""
    return _Parser(text, fields).parse()


def ordering(text: str, fields: Fields) -> list[tuple[Getter, bool]]:
    """Parse an `order` value to (getter, descending) pairs; raise BadQuery for unknown properties."""
    keys = []
    for part in text.split(","):
        words = part.split()
        if not words:
            continue
        field = fields.get(words[0].lower())
        if field is None:
            raise BadQuery(f"No property or field '{words[0]}' exists")
        keys.append((field.get, len(words) > 1 and words[1].upper().startswith("DESC")))
    return keys
