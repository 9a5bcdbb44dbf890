"""How good matching is on worlds apart: precision and coverage of `auto`, calibration, by class and by world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from reconciliation.core.matching.matching import match
from reconciliation.core.matching.model import Model
from reconciliation.core.matching.outcome import Outcome
from reconciliation.learning.judging import Judge, judge_of
from reconciliation.learning.settings_of_worlds import JUDGED, judged_world
from reconciliation.worlds.world import Truth, World

_BINS: Final = 10
SEED: Final = 1


@dataclass(slots=True)
class Tally:
    """Counts over worlds. `kinds`: by kind of truth [true, found automatically, found at all, wrong automatically]."""

    auto: int = 0
    auto_wrong: int = 0
    shown: int = 0
    shown_wrong: int = 0
    ambiguous_auto: int = 0
    surviving: int = 0
    surviving_auto: int = 0
    kinds: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0, 0]))
    bins: list[list[float]] = field(default_factory=lambda: [[0.0, 0.0, 0.0] for _ in range(_BINS)])
    wrong: list[str] = field(default_factory=list)

    def report(self) -> dict[str, Any]:
        """The figures."""
        return {
            "auto": self.auto,
            "auto_wrong": self.auto_wrong,
            "auto_precision": _share(self.auto - self.auto_wrong, self.auto),
            "coverage_where_references_survive": _share(self.surviving_auto, self.surviving),
            "ambiguous_auto": self.ambiguous_auto,
            "shown": self.shown,
            "shown_precision": _share(self.shown - self.shown_wrong, self.shown),
            "calibration_error": round(self.calibration_error(), 4),
            "by_class": {kind: _class(counts) for kind, counts in sorted(self.kinds.items())},
        }

    def calibration_error(self) -> float:
        """Expected calibration error over ten bins: |mean probability - share right|, weighted by matches."""
        total = sum(count for count, _, _ in self.bins)
        return sum(abs(said - right) for _, said, right in self.bins) / total if total else 0.0


def report(
    model: Model | None = None, seeds: Iterable[int] = (SEED,), names: Iterable[str] = JUDGED
) -> dict[str, Any]:
    """All judged worlds, each and together."""
    together = Tally()
    worlds = {}
    for number, name in enumerate(names):
        tally = Tally()
        for seed in seeds:
            world = judged_world(name, seed + 100 * number)
            outcome = match(world.expected, world.observed, model=model)
            for each in (tally, together):
                count(world, outcome, each)
        worlds[name] = tally.report()
    return {**together.report(), "worlds": worlds, "wrong": together.wrong}


def count(world: World, outcome: Outcome, tally: Tally) -> None:
    """Add a world to the tally."""
    judge = judge_of(world.truth)
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}
    for each in outcome.matches:
        right = judge.is_right(each)
        truths = judge.truths(each)
        found[each.expected, each.observed] = each.decision
        tally.shown += 1
        tally.shown_wrong += not right
        in_bin = tally.bins[min(_BINS - 1, int(each.probability * _BINS))]
        in_bin[0], in_bin[1], in_bin[2] = in_bin[0] + 1, in_bin[1] + each.probability, in_bin[2] + right
        if each.decision == "auto":
            _count_auto(tally, each.expected + each.observed, truths, right=right)
    for truth in world.truth:
        _count_truth(tally, truth, found)


def _count_auto(tally: Tally, ids: tuple[str, ...], truths: list[Truth], *, right: bool) -> None:
    tally.auto += 1
    tally.ambiguous_auto += any(truth.kind in ("twin", "doubled", "extra") and not right for truth in truths)
    if not right:
        tally.auto_wrong += 1
        tally.wrong.append(f"{', '.join(ids)}: {', '.join(truth.kind for truth in truths)}")
        for truth in truths:
            tally.kinds[truth.kind][3] += 1


def _count_truth(
    tally: Tally, truth: Truth, found: dict[tuple[tuple[str, ...], tuple[str, ...]], str]
) -> None:
    if not truth.expected or not truth.observed:
        return
    decision = found.get((tuple(sorted(truth.expected)), tuple(sorted(truth.observed))))
    counts = tally.kinds[truth.kind]
    counts[0] += 1
    counts[1] += decision == "auto"
    counts[2] += decision is not None
    if truth.reference == "whole" and truth.certain:
        tally.surviving += 1
        tally.surviving_auto += decision == "auto"


def _class(counts: list[int]) -> dict[str, Any]:
    true, auto, shown, wrong = counts
    return {"true": true, "auto": _share(auto, true), "shown": _share(shown, true), "auto_wrong": wrong}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 5) if whole else 0.0


__all__ = ["SEED", "Judge", "Tally", "count", "report"]
