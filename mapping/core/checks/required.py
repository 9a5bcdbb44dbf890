"""Which fields Xero insists on that no row fills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mapping.core.checks.known import parsed
from mapping.core.document import MappingDocument
from mapping.core.problems import Problem
from mapping.core.schemas.schema import Field, Schema


def problems(document: MappingDocument, schema: Schema) -> Iterator[Problem]:
    """Errors for required fields, warnings for those needed in some status or kind only."""
    filled = set(_filled(document))
    for item in schema.fields:
        if item.read_only or item.on_delivery or item.path in filled or not _is_expected(item, filled):
            continue
        if item.required:
            yield Problem(f"{item.label} is required by Xero and no row fills it.", target=item.path)
        elif item.required_when:
            yield Problem(
                f"{item.label} is needed to approve the document and no row fills it.",
                target=item.path,
                severity="warning",
            )


def _filled(document: MappingDocument) -> Iterable[str]:
    for row in document.rows:
        path = parsed(row.target)
        if path is None or path.namespace:
            continue
        pattern = path.pattern()
        yield pattern
        parts = pattern.split(".")
        for end in range(1, len(parts)):
            parent = ".".join(parts[:end])
            yield parent
            yield parent.removesuffix("[]")


def _is_expected(item: Field, filled: set[str]) -> bool:
    """A field inside an object or list matters only if the mapping makes that object or list at all."""
    parent, _, _ = item.path.rpartition(".")
    return not parent or parent in filled
