"""From scores to suggestions: each field given away once, ranked candidates, bands, and what people decided before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from mapping.suggestions.core.assignment import assign
from mapping.suggestions.core.conversions import Record, Use, conversion, whole_record
from mapping.suggestions.core.features import FEATURES, Pairs, pairs
from mapping.suggestions.core.memory import EMPTY_MEMORY, Memory
from mapping.suggestions.core.model import NEVER, Model
from mapping.suggestions.core.names_of_people import first_and_last
from mapping.suggestions.core.reasons import Evidence, reasons
from mapping.suggestions.core.side import Mask, Side, Table, side_of
from mapping.suggestions.core.sources import SourceField
from mapping.suggestions.core.targets import Target

Band = Literal["accept", "offer", "weak"]

ACCEPT: Final = 0.9
"""From here a link is offered to be accepted together with others."""
OFFER: Final = 0.5
"""From here a link is shown at all."""
MOST_PER_TARGET: Final = 5
_MOST_BY_TABLE: Final = 0.89
"""Links that need a table of values are never accepted unseen."""
_MOST_GUESSED: Final = 0.49
_SAME_LETTERS: Final = 0.9
_REMEMBERED: Final = 0.98
_MADE: Final = ("Name", "Contact.Name")
_MOST_MADE: Final = 0.89
"""Making one field of two is a decision, so it is offered, never accepted unseen."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A link that could be made. `sources` are all fields it reads (mostly just `source`); `transforms` as in a mapping.

    `collection`: the for-each that the link needs in the mapping ({"target", "source"}), None outside lists.
    `by_click_only`: money, currency, account and tax; never among those accepted all at once.
    """

    target: str
    source: str
    confidence: float
    reasons: tuple[str, ...]
    transforms: tuple[dict[str, Any], ...] = ()
    sources: tuple[str, ...] = ()
    band: Band = "weak"
    by_click_only: bool = False
    collection: Mapping[str, str] | None = None


def band_of(confidence: float) -> Band:
    """accept, offer or weak."""
    if confidence >= ACCEPT:
        return "accept"
    return "offer" if confidence >= OFFER else "weak"


def suggestions(
    sources: Sequence[SourceField], target: str, model: Model, *, memory: Memory = EMPTY_MEMORY
) -> list[Suggestion]:
    """Candidates for the fields of a Xero object ("xero:Contact"), the surest first, at most five per field.

    One candidate per target at most is the one chosen; its rivals follow with what is left of their probability.
    Raises UnknownTargetError.
    """
    return suggestions_for(sources, side_of(target, model.words), model, memory=memory)


def suggestions_for(
    sources: Sequence[SourceField], side: Side, model: Model, *, memory: Memory = EMPTY_MEMORY
) -> list[Suggestion]:
    """The same for a prepared set of targets."""
    if not sources:
        return []
    found = pairs(sources, side, model.words)
    scores = memory.adjusted(model.scores(found), sources, side.targets)
    confidence, chosen = _confidences(model, scores, sources, side.targets, memory)
    guessed = _is_guess(found) & (confidence < _REMEMBERED)
    confidence = np.where(guessed, np.minimum(confidence, _MOST_GUESSED), confidence)
    record = whole_record(sources)
    made = [
        _suggestion(sources, side.targets, found, confidence, (row, column), (record, memory))
        for row, column in _shown(confidence, chosen)
    ]
    made += _made_names(sources, side.targets, confidence, record)
    return sorted(made, key=lambda each: (-each.confidence, each.target, each.source))


def _confidences(
    model: Model, scores: Table, sources: Sequence[SourceField], targets: Sequence[Target], memory: Memory
) -> tuple[Table, Mask]:
    single = np.where(scores > NEVER, model.any_pair(scores), 0.0)
    remembered, refused = memory.tables(sources, targets)
    single = np.where(remembered, _REMEMBERED, np.where(refused, 0.0, single))
    chosen = assign(single)
    given = np.where(chosen, model.given(scores), 0.0)
    given = np.where(chosen & remembered, _REMEMBERED, given)
    taken = np.maximum(given.max(axis=0, keepdims=True), given.max(axis=1, keepdims=True))
    confidence = np.where(chosen, given, single * (1.0 - taken))
    most = np.array([_MOST_BY_TABLE if target.needs_table else 1.0 for target in targets])
    capped = np.where(remembered, confidence, np.minimum(confidence, most[None, :]))
    return np.where(refused & ~remembered, 0.0, capped), chosen


def _is_guess(found: Pairs) -> Mask:
    """Where only what is around the field speaks for the link, and nothing in its own name."""
    anchored = found.values[:, :, FEATURES.index("anchored")]
    letters = found.values[:, :, FEATURES.index("letters")]
    guess: Mask = (anchored == 0) & (letters < _SAME_LETTERS)
    return guess


def _shown(confidence: Table, chosen: Mask) -> list[tuple[int, int]]:
    shown = set()
    for column in range(confidence.shape[1]):
        best = np.argsort(-confidence[:, column], kind="stable")[:MOST_PER_TARGET]
        shown |= {(int(row), column) for row in best}
    shown |= {(int(row), int(column)) for row, column in zip(*chosen.nonzero(), strict=True)}
    return sorted(pair for pair in shown if confidence[pair] > 0)


def _suggestion(
    sources: Sequence[SourceField],
    targets: Sequence[Target],
    found: Pairs,
    confidence: Table,
    at: tuple[int, int],
    around: tuple[Record, Memory],
) -> Suggestion:
    row, column = at
    source, target = sources[row], targets[column]
    record, memory = around
    use = conversion(source, target, record)
    evidence = Evidence(
        source, target, found, at, _rival(sources, confidence, at), memory.similar(source, target.path)
    )
    link = Suggestion(
        target.path,
        source.path,
        round(float(confidence[at]), 4),
        tuple(reasons(evidence, use, remembered=memory.said(source, target.path) is True)),
        by_click_only=target.by_click_only,
    )
    return _from_use(link, use, record)


def _made_names(
    sources: Sequence[SourceField], targets: Sequence[Target], confidence: Table, record: Record
) -> list[Suggestion]:
    """Name (or Contact.Name) of first and last name, where no field is likely to be the full name."""
    couple = first_and_last(sources)
    if couple is None:
        return []
    first, last = couple
    use = Use(({"name": "concatenate", "parameters": {"separator": " "}},), (first.path, last.path))
    reason = f"first and last name together ({first.path}, {last.path})"
    return [
        _from_use(Suggestion(target.path, first.path, _MOST_MADE, (reason,)), use, record)
        for column, target in enumerate(targets)
        if target.path in _MADE and confidence[:, column].max() < OFFER
    ]


def _from_use(link: Suggestion, use: Use, record: Record) -> Suggestion:
    return replace(
        link,
        transforms=use.transforms,
        sources=use.sources or (link.source,),
        band=band_of(link.confidence),
        collection=record.collection_for(link.target, link.source),
    )


def _rival(sources: Sequence[SourceField], confidence: Table, at: tuple[int, int]) -> tuple[str, float]:
    """The next best source for the same target, and its confidence."""
    column = confidence[:, at[1]].copy()
    column[at[0]] = -1.0
    best = int(np.argmax(column))
    return (sources[best].path, float(column[best])) if len(sources) > 1 else ("", 0.0)
