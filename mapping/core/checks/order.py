"""Working values are worked out in the order of the rows, so a row can only read those above it, and never a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mapping.core.checks.known import fault, references, work_name
from mapping.core.document import MappingDocument, Row
from mapping.core.problems import Problem


def problems(document: MappingDocument) -> Iterator[Problem]:
    """Working values that are read before they are made, go round in a circle, or are made by no row."""
    reads = _reads(document)
    made: set[str] = set()
    for row in document.rows:
        own = work_name(row.target)
        for name, text in _read_names(row):
            if (own is None and name in reads) or name in made:
                continue
            yield fault(row, _words(text, name, own, reads))
        if own is not None:
            made.add(own)


def _reads(document: MappingDocument) -> Mapping[str, set[str]]:
    """The working values that each working value is made from."""
    reads: dict[str, set[str]] = {}
    for row in document.rows:
        own = work_name(row.target)
        if own is not None:
            reads.setdefault(own, set()).update(name for name, _ in _read_names(row))
    return reads


def _read_names(row: Row) -> list[tuple[str, str]]:
    texts = (*row.sources, *references(row))
    return [(name, text) for text in texts if (name := work_name(text)) is not None]


def _words(text: str, name: str, own: str | None, reads: Mapping[str, set[str]]) -> str:
    if name not in reads:
        return f"The working value “{text}” is made by no row: add one, or choose another source."
    circle = _way_back(name, own, reads) if own is not None else ()
    if circle:
        way = " → ".join(f"work:{step}" for step in (own, *circle))
        return f"The working value “work:{own}” goes round in a circle ({way}): read one of them from the record."
    return f"The working value “{text}” is made by a later row: move the row that makes it above this one."


def _way_back(name: str, own: str | None, reads: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The names from `name` back to `own`, or nothing where there is no way."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        if way[-1] == own:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [(*way, step) for step in sorted(reads.get(way[-1], ()))]
    return ()
