"""What a document is judged against, and small questions about rows that several checks ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from integrations.xero.core.chart import Books
from mapping.core.checks.observed import Observed, observe
from mapping.core.document import MappingDocument, Row, TransformUse
from mapping.core.paths import Path, PathError, parse_path
from mapping.core.problems import Problem
from mapping.core.readers import Scope, reader
from mapping.core.schemas.context import CONTEXT
from mapping.core.schemas.schema import Field, Schema
from mapping.core.steps import reference


@dataclass(frozen=True)
class Known:
    """The schemas a document is judged against, and what else is known.

    `source` None means that nothing is known of the source. `chart`: Xero's chart of accounts and tax rates.
    `settings`: values of the context (accounts, tax types). `samples`: records, to see how long and fine values are.
    """

    source: Schema | None
    target: Schema
    context: Schema = CONTEXT
    chart: Books | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    samples: Sequence[Mapping[str, Any]] = ()

    @cached_property
    def observed(self) -> Mapping[str, Observed]:
        """What the samples hold, by source pattern."""
        return observe(self.samples)

    @property
    def knows_tables(self) -> bool:
        """Whether the context is that of one blueprint, so that tables it does not list do not exist."""
        return self.context is not CONTEXT

    def source_field(self, text: str) -> Field | None:
        """The field of the record or of the context that a path reads."""
        path = parsed(text)
        if path is None or path.namespace == "work":
            return None
        schema = self.context if path.namespace == "context" else self.source
        return schema.field(bare(path)) if schema else None

    def setting(self, text: str) -> Any:
        """The value of a `context:` path in the settings at hand; None for other paths and where there is none."""
        path = parsed(text)
        if path is None or path.namespace != "context":
            return None
        return reader(path)(Scope({}, self.settings))


def parsed(text: str) -> Path | None:
    """The path, or None where it cannot be read (the compiler reports that)."""
    try:
        return parse_path(text)
    except PathError:
        return None


def bare(path: Path) -> str:
    """The pattern of a path without its namespace."""
    return Path(path.steps).pattern()


def references(row: Row) -> Iterator[str]:
    """The paths that the row's transforms read their parameters from."""
    for use in row.transforms:
        for value in use.parameters.values():
            path = reference(value)
            if path is not None:
                yield path


def work_name(text: str) -> str | None:
    """The name of the working value a path reads or writes, else None."""
    path = parsed(text)
    return path.steps[0].name if path is not None and path.namespace == "work" else None


def rows_for(document: MappingDocument, pattern: str) -> list[Row]:
    """The rows that fill a target field, named as schemas name it."""
    return [row for row in document.rows if (path := parsed(row.target)) and path.pattern() == pattern]


def way_to(document: MappingDocument, row: Row) -> list[TransformUse]:
    """The transforms a value goes through to this row, those of the working values it is read from first."""
    return _way(document, row, frozenset())


def _way(document: MappingDocument, row: Row, seen: frozenset[str]) -> list[TransformUse]:
    before: list[TransformUse] = []
    for text in row.sources:
        name = work_name(text)
        if name is None or name in seen:
            continue
        for maker in document.rows:
            if work_name(maker.target) == name:
                before += _way(document, maker, seen | {name})
    return [*before, *row.transforms]


def literal(use: TransformUse, name: str) -> Any:
    """A parameter that is fixed in the mapping; None where it is missing or read from somewhere."""
    value = use.parameters.get(name)
    return None if reference(value) is not None else value


def did_you_mean(name: str, among: Iterator[str] | Sequence[str]) -> str:
    """ " Did you mean …?", or nothing when no name comes near."""
    names = list(among)
    near = get_close_matches(name, names, n=1, cutoff=0.6) or _same_leaf(name, names)
    return f" Did you mean {near[0]}?" if near else ""


def _same_leaf(name: str, among: Sequence[str]) -> list[str]:
    leaf = name.rpartition(".")[2].casefold()
    return [path for path in among if path.rpartition(".")[2].casefold() == leaf][:1]


def fault(row: Row, message: str) -> Problem:
    """An error of a row."""
    return Problem(message, row.id, row.target)


def doubt(row: Row, message: str) -> Problem:
    """A warning about a row."""
    return Problem(message, row.id, row.target, severity="warning")
