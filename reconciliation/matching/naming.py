"""Reasons in which lines are called what people call them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from reconciliation.core.matching.lines import Line
from reconciliation.core.matching.outcome import Reason
from reconciliation.core.matching.words import money

Remarks = list[dict[str, str]]

_IDS: Final = re.compile(r"\b[sb][0-9]+\b")
_NAMING: Final = frozenset({"ambiguous", "nearest", "sum_explained", "several_fit"})
"""Reasons that name lines by their ids; in others such letters would be a bank's own text."""


def names_of(expected: Iterable[Line], observed: Iterable[Line]) -> dict[str, str]:
    """What people call the lines: settlements by their reference, bank lines by amount and day."""
    names = {line.id: line.reference or line.description for line in expected}
    for line in observed:
        names[line.id] = f"{money(line.minor, line.currency)} on {line.on.day} {line.on:%B}"
    return names


def in_words(reasons: Sequence[Reason], names: Mapping[str, str]) -> Remarks:
    """The reasons as they are kept."""
    return [{"code": reason.code, "words": _said(reason, names)} for reason in reasons]


def _said(reason: Reason, names: Mapping[str, str]) -> str:
    if reason.code not in _NAMING:
        return reason.words
    return _IDS.sub(lambda found: names.get(found[0], found[0]), reason.words)
