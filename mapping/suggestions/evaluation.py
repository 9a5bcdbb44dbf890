"""How good the suggestions are: on sources held out, and on each development source by a model that never saw it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from threadpoolctl import threadpool_limits

from mapping.suggestions.core.links import ACCEPT, OFFER, Suggestion, suggestions
from mapping.suggestions.core.model import Model, shipped
from mapping.suggestions.core.sources import from_values
from mapping.suggestions.training import blocks_of, folds, without, word_weights
from mapping.suggestions.vocabulary import ROWS, Vocabulary, development, held_out, samples, vocabularies

_BINS: Final = 10
_CLICKS_WITHOUT: Final = 2
"""Clicks to link a field by hand: pick the source, pick the target."""


@dataclass
class Tally:
    """Counts over sources and Xero objects.

    `ranks`: the place of the true source among the candidates of its target, 0 for not among them. A candidate that
    the facts call neither right nor wrong is passed over. `accepted`: right or wrong for each link above the
    threshold, also those of fields that must stay unmapped. `offered`: (confidence, right) of each target's first
    candidate that is shown.
    """

    ranks: list[int] = field(default_factory=list)
    accepted: list[bool] = field(default_factory=list)
    offered: list[tuple[float, bool]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    links: int = 0
    undecided: int = 0
    """Links whose target was given to a field that is neither right nor wrong; recall leaves them out."""
    wrong: list[str] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """The figures, each rounded to four places."""
        right = sum(self.accepted)
        figures = {
            "links": self.links,
            "hit_at_1": _share(sum(rank == 1 for rank in self.ranks), len(self.ranks)),
            "hit_at_3": _share(sum(1 <= rank <= 3 for rank in self.ranks), len(self.ranks)),
            "mrr": _share(sum(1 / rank for rank in self.ranks if rank), len(self.ranks)),
            "precision": _share(right, len(self.accepted)),
            "recall": _share(right, self.links - self.undecided),
            "undecided": self.undecided,
            "calibration_error": self._calibration_error(),
            "clicks_saved": self._clicks_saved(right),
            "milliseconds_median": sorted(self.milliseconds)[len(self.milliseconds) // 2],
        }
        return {name: round(value, 4) for name, value in figures.items()}

    def _calibration_error(self) -> float:
        """Expected calibration error in ten bins of equal width."""
        bins: dict[int, list[tuple[float, bool]]] = {}
        for confidence, right in self.offered:
            bins.setdefault(min(_BINS - 1, int(confidence * _BINS)), []).append((confidence, right))
        gaps = (abs(sum(c for c, _ in each) - sum(r for _, r in each)) for each in bins.values())
        return _share(sum(gaps), len(self.offered))

    def _clicks_saved(self, right: int) -> float:
        """The share of clicks saved: one for all accepted at once per object, two to undo and redo each wrong one."""
        offered = sum(hit for confidence, hit in self.offered if OFFER <= confidence < ACCEPT)
        wrong = len(self.accepted) - right
        by_hand = self.links - right - offered
        used = 1 + offered + _CLICKS_WITHOUT * by_hand + _CLICKS_WITHOUT * wrong
        return 1 - _share(used, _CLICKS_WITHOUT * self.links)


def held_out_report() -> dict[str, Any]:
    """The shipped model on the sources that it was not trained on."""
    tally = Tally()
    model = shipped()
    with threadpool_limits(1):
        for vocabulary in vocabularies():
            if vocabulary.name in held_out():
                judge(vocabulary, model, tally)
    return {"sources": sorted(held_out()), **tally.report(), "wrong": tally.wrong}


def left_out_report(progress: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Each development source by a model learned from the sources of the other folds."""
    tally = Tally()
    known = {vocabulary.name: vocabulary for vocabulary in development()}
    with threadpool_limits(1):
        words = word_weights(known.values())
        blocks = {name: blocks_of(vocabulary, words) for name, vocabulary in known.items()}
        for number, fold in enumerate(folds(known), 1):
            model = without(blocks, fold, words, shipped())
            for name in fold:
                judge(known[name], model, tally)
            progress(f"fold {number} done")
    return {"sources": len(known), **tally.report(), "wrong": tally.wrong}


def judge(vocabulary: Vocabulary, model: Model, tally: Tally, targets: Iterable[str] = ()) -> None:
    """Add what the model says about one source to the tally."""
    for target in targets or vocabulary.targets:
        started = time.perf_counter()
        found = suggestions(from_values(samples(vocabulary), rows=ROWS), f"xero:{target}", model)
        tally.milliseconds.append((time.perf_counter() - started) * 1000)
        _count(vocabulary, target, found, tally)


def _count(vocabulary: Vocabulary, target: str, found: Sequence[Suggestion], tally: Tally) -> None:
    links, passed_over = vocabulary.links(target), vocabulary.acceptable(target)
    single = [
        each for each in found if len(each.sources) == 1 and (each.source, each.target) not in passed_over
    ]
    tally.links += len(links)
    tally.undecided += len(
        {
            each.target
            for each in found
            if each.confidence >= ACCEPT and (each.source, each.target) in passed_over
        }
        & links.keys()
    )
    for path, source in links.items():
        candidates = [each.source for each in single if each.target == path]
        rank = candidates.index(source) + 1 if source in candidates else 0
        tally.ranks.append(rank)
        if rank != 1:
            first = candidates[0] if candidates else "nothing"
            tally.wrong.append(
                f"{vocabulary.name}: {target} {path} is {source} (place {rank}, first {first})"
            )
    _count_offers(vocabulary.name, target, links, single, tally)


def _count_offers(
    name: str, target: str, links: dict[str, str], single: Sequence[Suggestion], tally: Tally
) -> None:
    seen: set[str] = set()
    for each in single:
        if each.target in seen:
            continue
        seen.add(each.target)
        right = links.get(each.target) == each.source
        if each.confidence >= OFFER / _BINS:
            tally.offered.append((each.confidence, right))
        if each.confidence >= ACCEPT:
            tally.accepted.append(right)
            if not right:
                tally.wrong.append(f"{name}: {target} {each.target} ← {each.source} at {each.confidence}")


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
