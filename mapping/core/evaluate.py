"""Evaluation of a mapping: a record and a context in, a Xero document, its trace and its problems out.

Deterministic: the same mapping, record and context give the same result on every machine and day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mapping.core.conditions import Condition
from mapping.core.document import MappingDocument
from mapping.core.paths import Place
from mapping.core.problems import Noted, Problem, TransformError
from mapping.core.readers import Reader, Scope, Writer, without_gaps
from mapping.core.requirements import Requirements
from mapping.core.steps import CompiledStep


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One transform as it ran: what went in, what came out, what it remarked."""

    transform: str
    sentence: str
    before: Any
    after: Any
    remark: str = ""


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """How one target field came about. `sources` are concrete paths with the values found there."""

    target: str
    row: str
    sources: tuple[tuple[str, Any], ...]
    steps: tuple[TraceStep, ...]
    value: Any
    error: str = ""


@dataclass(frozen=True)
class Evaluation:
    """The result. `document` holds str, bool, Decimal, dict and list only; missing values are left out of it.

    `trace` is worked out when first asked for, by evaluating again: do not change source or context in between.
    """

    document: dict[str, Any]
    problems: tuple[Problem, ...]
    retrace: Callable[[], tuple[TraceEntry, ...]] = field(repr=False, compare=False)

    @cached_property
    def trace(self) -> tuple[TraceEntry, ...]:
        """One entry per target field that a row was evaluated for, in the order of the mapping."""
        return self.retrace()

    @property
    def is_usable(self) -> bool:
        """Whether the document may be posted: no problem is an error."""
        return not any(problem.stops for problem in self.problems)


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """A row ready to run. `sources` name in the trace what `readers` find."""

    id: str
    target: Place
    sources: tuple[Place, ...]
    readers: tuple[Reader, ...]
    steps: tuple[CompiledStep, ...]
    when: Condition | None
    when_readers: Mapping[str, Reader]
    coerce: Callable[[Any], Any]
    write: Writer


@dataclass(frozen=True, slots=True)
class CompiledCollection:
    """A for-each ready to run: `rows` fill one element of the list `target` for each element `read` finds."""

    read: Reader
    when: Condition | None
    when_readers: Mapping[str, Reader]
    rows: tuple[CompiledRow, ...]
    write: Writer


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """A check ready to run."""

    must: Condition
    readers: Mapping[str, Reader]
    otherwise: str
    stops: bool


class _Run:
    """What one evaluation gathers. `entries` is None when no trace is wanted."""

    __slots__ = ("entries", "index", "position", "problems", "scope")

    def __init__(self, scope: Scope, *, traced: bool) -> None:
        self.scope = scope
        self.problems: list[Problem] = []
        self.entries: list[TraceEntry] | None = [] if traced else None
        self.index = 0
        self.position = 0


@dataclass(frozen=True)
class CompiledMapping:
    """A mapping document compiled once and evaluated many times; safe to share between threads."""

    document: MappingDocument
    work: tuple[CompiledRow, ...]
    rows: tuple[CompiledRow, ...]
    collections: tuple[CompiledCollection, ...]
    checks: tuple[CompiledCheck, ...]
    requirements: Requirements
    has_gaps: bool

    def evaluate(
        self, source: Mapping[str, Any], context: Mapping[str, Any], *, trace: bool = False
    ) -> Evaluation:
        """Map one record. Never raises for what is in `source` or `context`: see `problems`.

        With `trace` the trace is gathered on the way, else when it is first asked for.
        """
        result, run = self._evaluate(source, context, traced=trace)
        gathered = tuple(run.entries) if run.entries is not None else None
        return Evaluation(
            result,
            tuple(run.problems),
            lambda: self.trace(source, context) if gathered is None else gathered,
        )

    def trace(self, source: Mapping[str, Any], context: Mapping[str, Any]) -> tuple[TraceEntry, ...]:
        """The trace of evaluating `source` in `context`."""
        _, run = self._evaluate(source, context, traced=True)
        return tuple(run.entries or ())

    def _evaluate(
        self, source: Mapping[str, Any], context: Mapping[str, Any], *, traced: bool
    ) -> tuple[dict[str, Any], _Run]:
        run = _Run(Scope(source, context), traced=traced)
        document: dict[str, Any] = {}
        for row in self.work:
            _run_row(row, run, run.scope.work)
        for row in self.rows:
            _run_row(row, run, document)
        for collection in self.collections:
            _run_collection(collection, run, document)
        if self.has_gaps:
            document = without_gaps(document)
        for check in self.checks:
            _run_check(check, run)
        run.problems.extend(self.requirements.missing(document, run.problems))
        return document, run


def _run_row(row: CompiledRow, run: _Run, place: dict[str, Any]) -> None:
    if row.when is not None and not _holds(row.when, row.when_readers, run, row):
        return
    values = [read(run.scope) for read in row.readers]
    steps: list[TraceStep] | None = None if run.entries is None else []
    value, error = None, ""
    try:
        value = _through(row, values, run, steps)
        if value is not None:
            value = row.coerce(value)
    except TransformError as problem:
        value, error = None, str(problem)
        run.problems.append(Problem(error, row.id, row.target.at(run.position), cause=problem.cause))
    if value is not None:
        row.write(place, value)
    if run.entries is not None:
        run.entries.append(_entry(row, run, values, steps or [], value, error))


def _through(row: CompiledRow, values: list[Any], run: _Run, trace: list[TraceStep] | None) -> Any:
    value: Any = values if len(values) > 1 else values[0] if values else None
    for step in row.steps:
        given = _many(value) if step.takes_many else value
        result = _apply(step, given, run.scope)
        remark = ""
        if type(result) is Noted:
            result, remark = result
            run.problems.append(Problem(remark, row.id, row.target.at(run.position), "warning", "record"))
        if trace is not None:
            trace.append(TraceStep(step.name, step.sentence, given, result, remark))
        value = result
    return value


def _apply(step: CompiledStep, value: Any, scope: Scope) -> Any:
    if not step.accepts_missing and _is_missing(value, many=step.takes_many):
        return None
    try:
        return step.apply(value, scope)
    except TransformError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise TransformError(f"“{step.sentence}” cannot handle this value ({error}).", "mapping") from error


def _is_missing(value: Any, *, many: bool) -> bool:
    if many:
        return all(item is None or (type(item) is str and not item) for item in value)
    return value is None or (type(value) is str and not value)


def _many(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _holds(condition: Condition, readers: Mapping[str, Reader], run: _Run, row: CompiledRow | None) -> bool:
    try:
        return condition.holds(lambda symbol: readers[symbol](run.scope))
    except TransformError as problem:
        where = (row.id, row.target.at(run.position)) if row else ("", "")
        run.problems.append(Problem(str(problem), *where, cause=problem.cause))
        return False


def _run_collection(collection: CompiledCollection, run: _Run, document: dict[str, Any]) -> None:
    items = collection.read(run.scope)
    if not isinstance(items, list | tuple):
        return
    made: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        run.scope.item, run.index, run.position = item, index, len(made)
        if collection.when is not None and not _holds(collection.when, collection.when_readers, run, None):
            continue
        element: dict[str, Any] = {}
        for row in collection.rows:
            _run_row(row, run, element)
        if element:
            made.append(element)
    run.scope.item = None
    if made:
        collection.write(document, made)


def _run_check(check: CompiledCheck, run: _Run) -> None:
    try:
        met = check.must.holds(lambda symbol: check.readers[symbol](run.scope))
    except TransformError as problem:
        run.problems.append(Problem(str(problem), cause=problem.cause))
        return
    if not met:
        run.problems.append(
            Problem(check.otherwise, severity="error" if check.stops else "warning", cause="record")
        )


def _entry(
    row: CompiledRow, run: _Run, values: list[Any], steps: list[TraceStep], value: Any, error: str
) -> TraceEntry:
    named = zip(row.sources, values, strict=True)
    sources = tuple((source.at(run.index), found) for source, found in named)
    return TraceEntry(row.target.at(run.position), row.id, sources, tuple(steps), value, error)
