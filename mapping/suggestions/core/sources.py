"""The fields of a source that can be linked: read from JSON samples or from a schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from mapping.core.paths import EVERY, Path, Step
from mapping.core.schemas import Schema
from mapping.core.schemas.inference import DEEPEST, MOST_FIELDS, SampleError
from mapping.suggestions.core.names import Name, name_of, words_of
from mapping.suggestions.core.values import MOST, Profile, profile

MOST_RECORDS: Final = 200
_LINE_WORDS: Final = frozenset({"line", "product"})
_LINE_PARTS: Final = frozenset(
    {"quantity", "price", "unitprice", "sku", "product", "description", "title", "name"}
)
_NO_LINE_WORDS: Final = frozenset(
    {
        "shipping",
        "tax",
        "discount",
        "coupon",
        "fee",
        "refund",
        "payment",
        "fulfilment",
        "total",
        "payout",
        "risk",
    }
)
_PAYMENT_WORDS: Final = frozenset(
    {"card", "authorisation", "gateway", "captured", "scheme", "lastfour", "settlement"}
)


@dataclass(frozen=True, slots=True)
class SourceField:
    """One field: its name, its values, and whether it is directly in the source's lines."""

    path: str
    name: Name
    values: Profile
    in_lines: bool
    lists_too_deep: int
    """Lists around the field beyond the record's own and, for lines, the list of lines."""
    in_other_list: bool
    has_lines: bool
    """Whether the source has a list of lines at all."""


@dataclass(frozen=True, slots=True)
class _Raw:
    path: str
    values: list[Any]


@dataclass(frozen=True, slots=True)
class _Record:
    lines: str
    wrapper: str
    root: str
    rows: int


def from_samples(samples: Sequence[Any]) -> tuple[SourceField, ...]:
    """The fields of records that look like `samples` (of many, the first 200). Raises SampleError."""
    records = samples[:MOST_RECORDS]
    if not records or not all(isinstance(record, Mapping) for record in records):
        raise SampleError("A sample has to be a JSON object with fields, or a list of such objects.")
    gathered: dict[tuple[Step, ...], list[Any]] = {}
    for record in records:
        _gather(record, (), gathered)
    return _described([_Raw(str(Path(at)), values) for at, values in gathered.items()], rows=len(records))


def from_schema(schema: Schema) -> tuple[SourceField, ...]:
    """The fields of a schema; their examples are their values."""
    raw = [
        _Raw(field.path, [] if field.example is None else [field.example])
        for field in schema.fields
        if field.type not in ("object", "list")
    ]
    return _described(raw, rows=1)


def from_values(values: Mapping[str, Sequence[Any]], *, rows: int) -> tuple[SourceField, ...]:
    """Fields given by path with the values seen there in `rows` records."""
    return _described([_Raw(path, list(seen)) for path, seen in values.items()], rows=rows)


def _gather(value: Any, at: tuple[Step, ...], into: dict[tuple[Step, ...], list[Any]]) -> None:
    if len(at) > DEEPEST:
        raise SampleError(f"The sample is nested deeper than {DEEPEST} levels.")
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key:
                _gather(item, (*at, Step(str(key))), into)
    elif isinstance(value, list):
        element = (*at[:-1], Step(at[-1].name, EVERY))
        for item in value[:MOST]:
            _gather(item, element, into)
    else:
        seen = into.setdefault(at, [])
        if len(into) > MOST_FIELDS:
            raise SampleError(f"The sample has more than {MOST_FIELDS} fields.")
        if len(seen) < MOST_RECORDS:
            seen.append(value)


def _described(raw: list[_Raw], *, rows: int) -> tuple[SourceField, ...]:
    wrapper = _wrapper([item.path for item in raw])
    bare = _with_last_names([name_of(item.path) for item in raw])
    lines = _lines_list(bare, wrapper)
    record = _Record(lines, wrapper, _root_role(bare, lines), rows)
    return tuple(_field(item, name, record) for item, name in zip(raw, bare, strict=True))


def _field(item: _Raw, bare: Name, record: _Record) -> SourceField:
    lines, wrapper, root, rows = record.lines, record.wrapper, record.root, record.rows
    lists = tuple(each for each in bare.lists if each != wrapper)
    in_lines = bool(lines) and lines in lists
    expected = lists.index(lines) + 1 if in_lines else 0
    is_top = bare.depth == 1
    return SourceField(
        item.path,
        bare.of_record(root) if is_top and root else bare,
        profile(item.values, rows=rows if not lists else max(rows, len(item.values))),
        in_lines,
        max(0, len(lists) - expected),
        bool(lists) and not in_lines,
        bool(lines),
    )


def _with_last_names(fields: list[Name]) -> list[Name]:
    """“Name” beside a first name is the last name, and beside a last name the first, as in many languages."""
    groups: dict[tuple[str, ...], set[str]] = {}
    for name in fields:
        for word in ("firstname", "lastname"):
            if word in name.leaf:
                groups.setdefault(_around(name, word), set()).add(word)
    return [_with_last_name(name, groups.get(_around(name, "name"), set())) for name in fields]


def _around(name: Name, word: str) -> tuple[str, ...]:
    return (name.path.rpartition(".")[0], *(each for each in name.leaf if each != word))


def _with_last_name(name: Name, beside: set[str]) -> Name:
    if "name" not in name.leaf or len(beside) != 1:
        return name
    meant = "lastname" if "firstname" in beside else "firstname"
    leaf = tuple(meant if word == "name" else word for word in name.leaf)
    words = tuple((meant if word == "name" else word, weight) for word, weight in name.words)
    return replace(name, leaf=leaf, words=words)


def _wrapper(paths: Iterable[str]) -> str:
    """The list that holds the records themselves, as in {"orders": [{…}], "next": null}; "" for none."""
    heads = {path.split(".", 1)[0] for path in paths}
    lists = [head for head in heads if head.endswith("[]")]
    if len(lists) == 1 and len(heads) <= 3 and not _LINE_WORDS & set(words_of(lists[0])):
        return lists[0].removesuffix("[]")
    return ""


def _lines_list(fields: list[Name], wrapper: str) -> str:
    """The list that holds what was sold: the one most like lines by its name and its fields; "" for none."""
    inside: dict[str, set[str]] = {}
    for name in fields:
        if name.lists and name.lists[-1] != wrapper:
            inside.setdefault(name.lists[-1], set()).update(name.leaf)
        for each in name.lists[:-1]:
            if each != wrapper:
                inside.setdefault(each, set()).update(name.leaf)
    scored = sorted((_line_score(path, parts), -path.count("."), path) for path, parts in inside.items())
    return scored[-1][2] if scored and scored[-1][0] >= 2 else ""


def _line_score(path: str, parts: set[str]) -> float:
    words = set(words_of(path.rsplit(".", 1)[-1].removesuffix("[]")))
    score = float(len(parts & _LINE_PARTS))
    if words & _LINE_WORDS:
        score += 3
    if words & _NO_LINE_WORDS:
        score -= 3
    if "quantity" in parts:
        score += 1
    return score


def _root_role(fields: list[Name], lines: str) -> str:
    """What the record itself is: an order (it has lines), a payment, a customer, or "" when it does not say."""
    if lines:
        return "order"
    words = {word for name in fields for word, _ in name.words}
    top = {word for name in fields if name.depth <= 2 for word in name.leaf}
    has_money = bool(words & {"amount", "total", "price"}) and "currency" in words
    if (
        words & {"payout"}
        and words & {"arrival", "batch", "destination"}
        and not words & {"customer", "card"}
    ):
        return "payout"
    if has_money and (words & _PAYMENT_WORDS or "payment" in words):
        return "payment"
    if has_money or "total" in top:
        return "order"
    if top & {"email", "firstname", "lastname", "phone"}:
        return "customer"
    return ""
