"""Texts that may be too long for Xero, amounts that may be too fine for it, and transforms that throw something away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from string import Formatter
from typing import Any, Final

from integrations.core.currencies import EXPONENTS
from mapping.core.checks.known import Known, bare, doubt, literal, parsed
from mapping.core.document import MappingDocument, Row, TransformUse
from mapping.core.problems import Problem
from mapping.core.schemas.schema import Field

_UNBOUNDED: Final = 99
"""Decimals of a quotient: more than anything keeps."""

Most = int | None
"""The most characters or decimals there can be, as far as schemas and samples tell; None for unknown."""
_Step = Callable[[Sequence[Most], TransformUse], Most]


def problems(document: MappingDocument, known: Known) -> Iterator[Problem]:
    """Warnings about lengths and decimals, row by row."""
    for row in document.rows:
        target = parsed(row.target)
        item = known.target.field(row.target) if target is not None and not target.namespace else None
        if item is not None and item.max_length is not None:
            yield from _length_problems(row, item, item.max_length, known)
        elif item is not None and item.decimals is not None:
            yield from _decimal_problems(row, item, item.decimals, known)


def _length_problems(row: Row, item: Field, most: int, known: Known) -> Iterator[Problem]:
    lengths: list[Most] = [_longest(text, known) for text in row.sources]
    for use in row.transforms:
        before = max((length for length in lengths if length is not None), default=0)
        cut = literal(use, "length") if use.name == "truncate" else None
        if isinstance(cut, int) and cut < min(before, most):
            yield doubt(row, f"Text is lost: values of up to {before} characters are shortened to {cut}.")
        lengths = [_LENGTHS.get(use.name, _unknown)(lengths, use)]
    length = lengths[0] if len(lengths) == 1 else None
    if length is not None and length > most:
        yield doubt(
            row,
            f"{item.label} can have {length} characters here, Xero takes {most}: add “Shorten”, or such records stop.",
        )


def _longest(text: str, known: Known) -> Most:
    path, item = parsed(text), known.source_field(text)
    if path is None or path.namespace:
        return None
    declared = item.max_length if item is not None else None
    seen = known.observed.get(bare(path))
    lengths = [length for length in (declared, seen.length if seen else None) if length is not None]
    return max(lengths, default=None)


def _decimal_problems(row: Row, item: Field, most: int, known: Known) -> Iterator[Problem]:
    decimals: list[Most] = [_finest(text, known) for text in row.sources]
    for use in row.transforms:
        before = max((number for number in decimals if number is not None), default=0)
        kept = literal(use, "decimals") if use.name == "round" else None
        if isinstance(kept, int) and kept < min(before, most):
            yield doubt(
                row, f"Precision is lost: {before} decimals are rounded to {kept}, and Xero keeps {most}."
            )
        decimals = [_DECIMALS.get(use.name, _unknown)(decimals, use)]
    finest = decimals[0] if len(decimals) == 1 else None
    if finest is not None and finest > most:
        can = "any number of" if finest == _UNBOUNDED else str(finest)
        yield doubt(
            row,
            f"{item.label} can have {can} decimals here, Xero keeps {most}: add “Round”, or such records stop.",
        )


def _finest(text: str, known: Known) -> Most:
    path, item = parsed(text), known.source_field(text)
    if path is None or path.namespace:
        return None
    declared = item.decimals if item is not None else None
    seen = known.observed.get(bare(path))
    numbers = [n for n in (declared, seen.decimals if seen else None) if n is not None]
    return max(numbers, default=None)


def _unknown(_before: Sequence[Most], _use: TransformUse) -> Most:
    return None


def _same(before: Sequence[Most], _use: TransformUse) -> Most:
    return before[0] if len(before) == 1 else None


def _largest(before: Sequence[Most], _use: TransformUse) -> Most:
    known = [number for number in before if number is not None]
    return max(known) if known and len(known) == len(before) else None


def _at_least_known(before: Sequence[Most], _use: TransformUse) -> Most:
    """The first of several may be any of them, so the longest known one can come through."""
    return max((number for number in before if number is not None), default=None)


def _truncated(before: Sequence[Most], use: TransformUse) -> Most:
    cut = literal(use, "length")
    if not isinstance(cut, int):
        return None
    return cut if not before or before[0] is None else min(cut, before[0])


def _joined(before: Sequence[Most], use: TransformUse) -> Most:
    separator = use.parameters.get("separator", " ")
    if not isinstance(separator, str) or None in before:
        return None
    return sum(number or 0 for number in before) + len(separator) * (len(before) - 1)


def _written(before: Sequence[Most], use: TransformUse) -> Most:
    text = literal(use, "text")
    if not isinstance(text, str) or None in before:
        return None
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None  # the compiler reports it
    places = [int(name) for _, name, _, _ in parts if name and name.isdigit()]
    if any(not 1 <= place <= len(before) for place in places):
        return None
    return sum(len(part) for part, _, _, _ in parts) + sum(before[place - 1] or 0 for place in places)


def _rounded(_before: Sequence[Most], use: TransformUse) -> Most:
    decimals = use.parameters.get("decimals", 2)
    return decimals if isinstance(decimals, int) else None


def _calculated(before: Sequence[Most], use: TransformUse) -> Most:
    by = literal(use, "by")
    numbers = [*before, *([_places(by)] if by is not None else [])]
    operation = use.parameters.get("operation")
    if operation == "divide":
        return _UNBOUNDED
    if None in numbers or not numbers:
        return None
    found = [number or 0 for number in numbers]
    return sum(found) if operation == "multiply" else max(found)


def _places(number: Any) -> int:
    _, _, decimals = str(number).partition(".")
    return len(decimals)


def _of_currency(_before: Sequence[Most], use: TransformUse) -> Most:
    return EXPONENTS.get(str(literal(use, "currency")))


_LENGTHS: Final[dict[str, _Step]] = {
    "truncate": _truncated,
    "concatenate": _joined,
    "template": _written,
    "first_of": _at_least_known,
    **dict.fromkeys(("trim", "tidy", "case", "default", "regex", "split", "email"), _same),
}
_DECIMALS: Final[dict[str, _Step]] = {
    "round": _rounded,
    "arithmetic": _calculated,
    "from_minor_units": _of_currency,
    "first_of": _largest,
    **dict.fromkeys(("number", "negate", "absolute", "default"), _same),
}
