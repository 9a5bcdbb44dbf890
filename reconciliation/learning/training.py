"""Training: from made-up worlds to the numbers of the model. The same worlds give the same file, byte for byte."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import sklearn
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from reconciliation.core.matching.blocking import Candidates
from reconciliation.core.matching.evidence import LEVELS as ALONE_LEVELS
from reconciliation.core.matching.evidence import Evidence, feature_table
from reconciliation.core.matching.lines import CAREFUL, NOTHING_REMEMBERED, pairings
from reconciliation.core.matching.matching import certain_rungs, match
from reconciliation.core.matching.model import Curve, Forest, Model, packed, to_json
from reconciliation.core.matching.rivals import LEVELS as RIVAL_LEVELS
from reconciliation.core.matching.rivals import standing
from reconciliation.core.matching.scoring import look
from reconciliation.core.matching.side import Ints
from reconciliation.core.matching.work import begin
from reconciliation.learning.judging import Judge, judge_of
from reconciliation.learning.settings_of_worlds import CALIBRATED, LEARNED, calibration_world, learning_world
from reconciliation.worlds.world import World

_TREES: Final = 60
_DEPTH: Final = 4
_RATE: Final = 0.2
_LEAST_IN_LEAF: Final = 0.0005
_DECIMALS: Final = 5
_HIGHEST: Final = 0.9995
_LOWEST: Final = 0.001
METHODS: Final = ("key", "list", "batch", "group", "run", "exceptions", "subset", "near")
_UNDECIDED: Final = -1

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The candidate pairs of a world; `truth`: 1 belong together, 0 do not, -1 are part of the same sum."""

    pairs: Candidates
    found: Evidence
    table: Ints
    truth: Ints


def train() -> Model:
    """Learn from the worlds to learn from, and calibrate on others."""
    with threadpool_limits(1):  # one thread adds up in one order
        lessons = [_lesson(learning_world(number)) for number in range(LEARNED)]
        halves = (lessons[::2], lessons[1::2])
        strangers = [_alone(half) for half in halves]
        beside = [
            _beside(lesson, forest)
            for half, forest in zip(halves, reversed(strangers), strict=True)
            for lesson in half
        ]
        ordered = [*halves[0], *halves[1]]
        model = Model(
            _alone(lessons),
            _forest(beside, [lesson.truth for lesson in ordered], (*ALONE_LEVELS, *RIVAL_LEVELS)),
            _straight(),
            dict.fromkeys(METHODS, 1.0),
            "in training",
        )
        return _calibrated(model)


def _lesson(world: World) -> Lesson:
    (pairing,) = pairings(world.expected, world.observed)
    work = begin(pairing, CAREFUL, NOTHING_REMEMBERED, _nothing_learned())
    certain_rungs(work)
    pairs, found = look(work)
    judge = judge_of(world.truth)
    left, right = work.sides.expected.lines, work.sides.observed.lines
    truth = [
        _truth(judge, left[e].id, right[o].id)
        for e, o in zip(pairs.e.tolist(), pairs.o.tolist(), strict=True)
    ]
    return Lesson(pairs, found, feature_table(found), np.array(truth, dtype=np.int64))


def _truth(judge: Judge, expected: str, observed: str) -> int:
    of = judge.of_expected[expected]
    if of is not judge.of_observed[observed]:
        return 0
    return 1 if len(of.expected) == len(of.observed) == 1 else _UNDECIDED


def _alone(lessons: Sequence[Lesson]) -> Forest:
    return _forest([each.table for each in lessons], [each.truth for each in lessons], ALONE_LEVELS)


def _beside(lesson: Lesson, forest: Forest) -> Ints:
    rivals = standing(lesson.pairs, lesson.found, forest(lesson.table))
    return np.concatenate([lesson.table, rivals.table], axis=1)


def _forest(tables: Sequence[Ints], truths: Sequence[Ints], levels: tuple[int, ...]) -> Forest:
    """Boosted trees over the distinct rows, each as heavy as it is frequent."""
    from sklearn.ensemble import GradientBoostingClassifier

    table, truth = np.concatenate(tables), np.concatenate(truths)
    table, truth = table[truth != _UNDECIDED], truth[truth != _UNDECIDED]
    codes = packed(table, levels) * 2 + truth
    _, first, weight = np.unique(codes, return_index=True, return_counts=True)
    boosted = GradientBoostingClassifier(
        n_estimators=_TREES, max_depth=_DEPTH, learning_rate=_RATE, min_weight_fraction_leaf=_LEAST_IN_LEAF,
        random_state=0,
    )  # fmt: skip
    boosted.fit(table[first], truth[first], sample_weight=weight.astype(np.float64))
    share = float(np.average(truth[first], weights=weight))
    return flat(
        [each.tree_ for each in boosted.estimators_.ravel()], float(np.log(share / (1 - share))), levels
    )


def flat(trees: Sequence[Any], base: float, levels: tuple[int, ...]) -> Forest:
    """scikit-learn's trees (public `tree_` arrays) one after the other."""
    parts: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    roots, size = [], 0
    for tree in trees:
        inner = np.asarray(tree.children_left) >= 0
        roots.append(size)
        parts["feature"].append(np.where(inner, tree.feature, -1))
        parts["threshold"].append(np.where(inner, np.floor(tree.threshold), 0))
        parts["left"].append(np.where(inner, tree.children_left + size, 0))
        parts["right"].append(np.where(inner, tree.children_right + size, 0))
        parts["value"].append(np.where(inner, 0.0, tree.value[:, 0, 0] * _RATE))
        size += len(inner)
    whole = {
        name: np.concatenate(parts[name]).astype(np.int64)
        for name in ("feature", "threshold", "left", "right")
    }
    value: Reals = np.concatenate(parts["value"]).round(_DECIMALS)
    return Forest(levels, np.array(roots, dtype=np.int64), **whole, value=value, base=round(base, _DECIMALS))


def _calibrated(model: Model) -> Model:
    """The curve and the rates, from worlds the forests never saw, where everything found is shown."""
    shown = replace(CAREFUL, suggest_from=0.0)
    scores: list[float] = []
    right: list[bool] = []
    by_method: dict[str, list[bool]] = defaultdict(list)
    for number in range(CALIBRATED):
        world = calibration_world(number)
        judge = judge_of(world.truth)
        for each in match(world.expected, world.observed, shown, model=model).matches:
            by_method[each.method].append(judge.is_right(each))
            if each.method == "score":
                scores.append(each.score)
                right.append(judge.is_right(each))
    rates = {method: _rate(by_method[method]) for method in METHODS}
    return replace(model, curve=_rising(scores, right), rates=rates)


def _rate(right: Sequence[bool]) -> float:
    """The share of right ones, as if half of another one had been wrong."""
    return round((sum(right) + 0.5) / (len(right) + 1), _DECIMALS)


def _rising(scores: Sequence[float], right: Sequence[bool]) -> Curve:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=_LOWEST, y_max=_HIGHEST, out_of_bounds="clip").fit(
        np.array(scores), np.array(right, dtype=np.float64)
    )
    return Curve(np.round(fitted.X_thresholds_, _DECIMALS), np.round(fitted.y_thresholds_, _DECIMALS))


def _straight() -> Curve:
    at = np.linspace(-12.0, 12.0, 97)
    return Curve(at, 1.0 / (1.0 + np.exp(-at)))


def _nothing_learned() -> Model:
    nothing = np.zeros(1, dtype=np.int64)
    stump = Forest((), nothing[:0], nothing - 1, nothing, nothing, nothing, np.zeros(1), 0.0)
    return Model(stump, stump, _straight(), dict.fromkeys(METHODS, 1.0), "nothing learned")


def trained_text() -> str:
    """The model file's text."""
    content = to_json(train(), trained_with=f"scikit-learn {sklearn.__version__}")
    return "\n".join(_lines(content)) + "\n"


def _lines(content: dict[str, object]) -> Iterable[str]:
    """One line for each part: small, and yet to be compared line by line."""
    yield "{"
    parts = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in content.items()]
    yield ",\n".join(parts)
    yield "}"
