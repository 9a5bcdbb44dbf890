"""From a mapping document to something that runs, with everything that stands in the way found at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from integrations.xero.core.chart import Books
from mapping.core.checks import Known, static_problems
from mapping.core.coercion import coercion
from mapping.core.conditions import Condition, ConditionError, TypeOf, compile_condition
from mapping.core.document import Check, Collection, MappingDocument, Row
from mapping.core.evaluate import CompiledCheck, CompiledCollection, CompiledMapping, CompiledRow
from mapping.core.paths import Path, PathError, Place, parse_path, place
from mapping.core.problems import MappingInvalidError, Problem, errors
from mapping.core.readers import Reader, reader, writer
from mapping.core.requirements import requirements
from mapping.core.schemas import SOURCES, TARGETS, Schema
from mapping.core.schemas.context import CONTEXT
from mapping.core.schemas.schema import FieldType
from mapping.core.steps import CompiledStep, ParameterError, compile_step

WORK = "work"


def compile_mapping(
    document: MappingDocument, *, source: Schema | None = None, target: Schema | None = None
) -> CompiledMapping:
    """Make a mapping ready to evaluate. Raises MappingInvalidError with every error of the document.

    `source` and `target` replace the schemas the document names (an inferred source schema, for example).
    """
    found = _compile(document, source, target)
    problems = (
        found.problems if found.known is None else (*found.problems, *static_problems(document, found.known))
    )
    if found.compiled is None or errors(problems):
        raise MappingInvalidError(problems)
    return found.compiled


def compile_draft(
    document: MappingDocument, *, source: Schema | None = None, target: Schema | None = None
) -> CompiledMapping:
    """Make a mapping ready to try while it is written: what cannot run yet is left out.

    Never for posting. Raises MappingInvalidError when nothing of it can run: an unknown source or target.
    """
    compilation = _compile(document, source, target)
    if compilation.compiled is None:
        raise MappingInvalidError(compilation.problems)
    return compilation.compiled


def check_document(
    document: MappingDocument,
    *,
    source: Schema | None = None,
    context: Schema = CONTEXT,
    settings: Mapping[str, Any] | None = None,
    chart: Books | None = None,
    samples: Sequence[Mapping[str, Any]] = (),
) -> tuple[Problem, ...]:
    """Everything wrong or doubtful in a mapping, each problem tied to its row; empty when there is nothing.

    What is not given is not checked. `source` replaces the schema the document names; `context` is the schema of what
    the blueprint's tables and flows add (`context_schema`); `settings` the context's values, as documents are made with;
    `chart` Xero's accounts and tax rates; `samples` records, to see how long and fine their values are.
    """
    found = _compile(document, source, None)
    if found.known is None:
        return found.problems
    known = replace(found.known, context=context, settings=settings or {}, chart=chart, samples=samples)
    return (*found.problems, *static_problems(document, known))


class _Compilation(NamedTuple):
    compiled: CompiledMapping | None
    problems: tuple[Problem, ...]
    known: Known | None = None


def _compile(document: MappingDocument, source: Schema | None, target: Schema | None) -> _Compilation:
    target = target or TARGETS.get(document.target)
    if target is None:
        known = ", ".join(TARGETS)
        return _Compilation(None, (Problem(f"“{document.target}” is not a target; there are {known}."),))
    source = source or SOURCES.get(document.source)
    if source is None and document.source:
        return _Compilation(
            None, (Problem(f"The source “{document.source}” is not known: give a sample of it."),)
        )
    compiler = _Compiler(document, source, target)
    compiled = compiler.compiled()
    return _Compilation(compiled, tuple(compiler.problems), Known(source, target))


class _Compiler:
    def __init__(self, document: MappingDocument, source: Schema | None, target: Schema) -> None:
        self.document = document
        self.target = target
        self.problems: list[Problem] = []
        self.type_of: TypeOf = declared_types(source)

    def compiled(self) -> CompiledMapping:
        rows = [row for row in self.document.rows if _is_path(row.target)]
        work = [row for row in rows if parse_path(row.target).namespace == WORK]
        single = [row for row in rows if row not in work and parse_path(row.target).collection() is None]
        written = [str(parse_path(row.target)) for row in rows]
        return CompiledMapping(
            document=self.document,
            work=tuple(self._row(row, None) for row in work),
            rows=tuple(self._row(row, None) for row in single),
            collections=tuple(self._collections(rows)),
            checks=tuple(self._checks()),
            requirements=requirements(self.target, _row_of_field(rows)),
            has_gaps=any(
                step.index is not None and step.index >= 0
                for text in written
                for step in parse_path(text).steps
            ),
        )

    def _row(self, row: Row, each: Path | None) -> CompiledRow:
        target = parse_path(row.target)
        sources = tuple(self._paths(row))
        when, when_readers = self._condition(row.when, each, row.id)
        return CompiledRow(
            id=row.id,
            target=place(target),
            sources=tuple(place(path) if each is not None else Place(str(path)) for path in sources),
            readers=tuple(reader(path, each) for path in sources),
            steps=tuple(self._steps(row, each)),
            when=when,
            when_readers=when_readers,
            coerce=coercion(None if target.namespace else self.target.field(row.target)),
            write=writer(target.inside()),
        )

    def _paths(self, row: Row) -> list[Path]:
        paths: list[Path] = []
        for text in row.sources:
            try:
                paths.append(parse_path(text))
            except PathError as error:
                self._problem(error, row.id)
        return paths

    def _steps(self, row: Row, each: Path | None) -> list[CompiledStep]:
        steps: list[CompiledStep] = []
        for use in row.transforms:
            try:
                steps.append(compile_step(use, each))
            except ParameterError as error:
                self._problem(error, row.id)
        return steps

    def _condition(
        self, text: str, each: Path | None, row: str = ""
    ) -> tuple[Condition | None, Mapping[str, Reader]]:
        if not text:
            return None, {}
        try:
            condition = compile_condition(text, self.type_of)
        except (ConditionError, PathError) as error:
            self._problem(error, row)
            return None, {}
        return condition, {symbol: reader(path, each) for symbol, path in condition.paths.items()}

    def _collections(self, rows: list[Row]) -> list[CompiledCollection]:
        return [
            made for item in self.document.collections if (made := self._collection(item, rows)) is not None
        ]

    def _collection(self, item: Collection, rows: list[Row]) -> CompiledCollection | None:
        try:
            target, source = parse_path(item.target), parse_path(item.source)
        except PathError as error:
            self._problem(error)
            return None
        when, when_readers = self._condition(item.when, source)
        inside = [row for row in rows if parse_path(row.target).collection() == target]
        return CompiledCollection(
            read=reader(source),
            when=when,
            when_readers=when_readers,
            rows=tuple(self._row(row, source) for row in inside),
            write=writer(target.steps),
        )

    def _checks(self) -> list[CompiledCheck]:
        return [made for check in self.document.checks if (made := self._check(check)) is not None]

    def _check(self, check: Check) -> CompiledCheck | None:
        must, readers = self._condition(check.must, None)
        if must is None:
            return None
        return CompiledCheck(must, readers, check.otherwise, check.effect == "stop")

    def _problem(self, error: Exception, row: str = "") -> None:
        target = self.document.row(row).target if row else ""
        self.problems.append(Problem(str(error), row, target))


def _is_path(text: str) -> bool:
    try:
        parse_path(text)
    except PathError:
        return False
    return True


def declared_types(source: Schema | None) -> TypeOf:
    """The types that conditions and rows of a mapping go by: of the source's fields, its lists' elements and the context."""

    def type_of(text: str) -> FieldType | None:
        path = parse_path(text)
        if path.namespace == WORK:
            return None
        schema: Any = CONTEXT if path.namespace == "context" else source
        field = schema.by_path.get(_bare(path)) if schema else None
        return field.type if field else None

    return type_of


def _bare(path: Path) -> str:
    """The pattern of a path without its namespace."""
    return Path(path.steps).pattern()


def _row_of_field(rows: list[Row]) -> dict[str, str]:
    return {parse_path(row.target).pattern(): row.id for row in rows}
