"""Static checks of a mapping document: what can be known to go wrong before any record is mapped."""

from __future__ import annotations

from mapping.core.checks import (
    collections,
    conditions,
    losses,
    order,
    required,
    rows,
    tax_types,
    totals,
    types,
)
from mapping.core.checks.known import Known
from mapping.core.document import MappingDocument
from mapping.core.problems import Problem

__all__ = ["Known", "static_problems"]


def static_problems(document: MappingDocument, known: Known) -> tuple[Problem, ...]:
    """All problems of rows and collections, then those of the document as a whole."""
    return (
        *(problem for row in document.rows for problem in rows.problems(row, document, known)),
        *(problem for row in document.rows for problem in types.problems(row, known)),
        *order.problems(document),
        *collections.problems(document, known),
        *conditions.problems(document, known),
        *losses.problems(document, known),
        *tax_types.problems(document, known),
        *totals.problems(document, known),
        *required.problems(document, known.target),
    )
