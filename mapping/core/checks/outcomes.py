"""Which values a row can give, as far as the mapping itself decides that: fixed values, tables, choices of the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mapping.core.checks.known import Known
from mapping.core.document import Row, TransformUse
from mapping.core.steps import reference
from mapping.core.transforms import REGISTRY


@dataclass(frozen=True, slots=True)
class Outcomes:
    """`values` can come out of a row; those `certain` were written by the mapping's author (not by the source's).

    `complete`: nothing else can come out.
    """

    values: tuple[Any, ...] = ()
    certain: tuple[Any, ...] = ()
    complete: bool = False


_UNKNOWN: Final = Outcomes()
_Step = Callable[[Outcomes, TransformUse, Known], Outcomes]


def possible_values(row: Row, known: Known) -> Outcomes:
    """What can come out of the last transform of a row."""
    outcomes = _of_source(row, known)
    for use in row.transforms:
        step = _STEPS.get(use.name)
        outcomes = step(outcomes, use, known) if step else _UNKNOWN
    return outcomes


def parameter(use: TransformUse, name: str, known: Known) -> Any:
    """A parameter's value: the literal, what the settings at hand hold at its path, or its default."""
    value = use.parameters.get(name)
    path = reference(value)
    if path is not None:
        return known.setting(path)
    if value is None and (spec := REGISTRY.get(use.name)) is not None:
        wanted = spec.parameter(name)
        return None if wanted is None or wanted.is_required else wanted.default
    return value


def _of_source(row: Row, known: Known) -> Outcomes:
    if len(row.sources) != 1:
        return _UNKNOWN
    value = known.setting(row.sources[0])
    if isinstance(value, str):
        return Outcomes((value,), (), complete=True)
    item = known.source_field(row.sources[0])
    return Outcomes(item.choices, (), complete=True) if item is not None and item.choices else _UNKNOWN


def _fixed(_before: Outcomes, use: TransformUse, known: Known) -> Outcomes:
    value = parameter(use, "value", known)
    if value is None or isinstance(value, Mapping | list):
        return _UNKNOWN
    return Outcomes((value,), (value,), complete=True)


def _default(before: Outcomes, use: TransformUse, known: Known) -> Outcomes:
    added = _fixed(before, use, known)
    return Outcomes(
        (*before.values, *added.values),
        (*before.certain, *added.certain),
        before.complete and added.complete,
    )


def _table(_before: Outcomes, use: TransformUse, known: Known) -> Outcomes:
    table = parameter(use, "table", known)
    if not isinstance(table, Mapping):
        return _UNKNOWN
    otherwise = parameter(use, "otherwise", known)
    found = (*table.values(), *(() if otherwise is None else (otherwise,)))
    values = tuple(value for value in found if isinstance(value, str | int) and value != "")
    return Outcomes(values, values, complete=True)


def _case(before: Outcomes, use: TransformUse, known: Known) -> Outcomes:
    style, function = parameter(use, "style", known), REGISTRY["case"].function
    if style not in ("upper", "lower", "title", "sentence"):
        return _UNKNOWN
    return Outcomes(
        tuple(function(value, style=style) for value in before.values),
        tuple(function(value, style=style) for value in before.certain),
        before.complete,
    )


def _same(before: Outcomes, _use: TransformUse, _known: Known) -> Outcomes:
    return before


_STEPS: Final[dict[str, _Step]] = {
    "constant": _fixed,
    "when_present": _fixed,
    "default": _default,
    "lookup": _table,
    "status_map": _table,
    "case": _case,
    "trim": _same,
    "tidy": _same,
    "first_of": _same,
}
