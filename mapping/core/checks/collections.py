"""Do the for-eaches fit the lists of source and target, and does no field get two values?"""

from __future__ import annotations

from collections.abc import Iterator

from mapping.core.checks.known import Known, bare, did_you_mean, fault, parsed, work_name
from mapping.core.document import Collection, MappingDocument, Row
from mapping.core.problems import Problem


def problems(document: MappingDocument, known: Known) -> Iterator[Problem]:
    """Everything wrong with the for-eaches, then fields that two rows fill."""
    seen: set[str] = set()
    for item in document.collections:
        yield from _target_problems(item, known)
        yield from _source_problems(item, document, known)
        if item.target in seen:
            yield Problem(f"“{item.target}” is made twice: one for-each for each list.", target=item.target)
        seen.add(item.target)
    for row in document.rows:
        path = parsed(row.target)
        collection = path.collection() if path is not None else None
        if collection is not None and str(collection) not in seen:
            yield fault(row, f"Nothing says what “{collection}” is repeated for: add a for-each.")
    yield from _duplicates(document)


def _target_problems(item: Collection, known: Known) -> Iterator[Problem]:
    found = known.target.field(item.target) or known.target.field(f"{item.target}[]")
    if found is None or found.type != "list":
        yield Problem(f"{known.target.title} has no list “{item.target}” to repeat.", target=item.target)


def _source_problems(item: Collection, document: MappingDocument, known: Known) -> Iterator[Problem]:
    path = parsed(item.source)
    if path is None:
        return  # the compiler reports it
    name = work_name(item.source)
    if name is not None:
        if not any(work_name(row.target) == name for row in document.rows):
            yield Problem(f"The for-each reads “{item.source}”, which is made by no row.", target=item.target)
        return
    schema = known.context if path.namespace else known.source
    if schema is None or (path.namespace and not known.knows_tables):
        return
    found = schema.field(bare(path))
    if found is None:
        near = did_you_mean(bare(path), list(schema.by_path))
        yield Problem(f"{schema.title} has no list “{item.source}” to repeat.{near}", target=item.target)
    elif found.type != "list":
        yield Problem(f"“{item.source}” is not a list: it cannot be repeated.", target=item.target)


def _duplicates(document: MappingDocument) -> Iterator[Problem]:
    seen: dict[str, Row] = {}
    for row in document.rows:
        first = seen.setdefault(row.target, row)
        if first is not row and not (row.when or first.when):
            yield fault(row, f"“{row.target}” is filled in twice: by this row and by “{first.id}”.")
