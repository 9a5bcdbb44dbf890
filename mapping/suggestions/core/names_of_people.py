"""A full name made of first and last name, where the source has no field for it."""

from __future__ import annotations

from collections.abc import Sequence

from mapping.suggestions.core.sources import SourceField


def first_and_last(sources: Sequence[SourceField]) -> tuple[SourceField, SourceField] | None:
    """First and last name of the customer, else of the billing address, else of whoever has both."""
    firsts = [source for source in sources if "firstname" in source.name.leaf]
    lasts = [source for source in sources if "lastname" in source.name.leaf]
    couples = [(a, b) for a in firsts for b in lasts if _beside(a) == _beside(b)]
    return min(couples, key=lambda couple: _order(couple[0]), default=None)


def _beside(source: SourceField) -> tuple[str, ...]:
    around = (word for word, _ in source.name.words if word not in ("firstname", "lastname"))
    return (source.path.rpartition(".")[0], *sorted(around))


def _order(source: SourceField) -> int:
    roles = source.name.roles
    if "shipping" in roles or "merchant" in roles or "staff" in roles:
        return 3
    if "customer" in roles:
        return 0
    return 1 if "billing" in roles else 2
