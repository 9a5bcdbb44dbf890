"""The shipped model: plain numbers, checked when they are read, and the arithmetic that turns evidence into probability.

Two forests of small trees, one after the other: the first judges each pair alone, the second also sees its rivals. A
curve that only rises (isotonic regression on worlds the forests had not seen) makes the result a probability. Groups have
the share of right ones among those found the same way.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reconciliation.core.matching.evidence import FEATURES
from reconciliation.core.matching.evidence import LEVELS as ALONE_LEVELS
from reconciliation.core.matching.rivals import LEVELS as RIVAL_LEVELS
from reconciliation.core.matching.rivals import RIVALS
from reconciliation.core.matching.side import Ints

FORMAT: Final = 1
FILE: Final = Path(__file__).with_name("model.json")
Reals = NDArray[np.float64]


class ModelError(ValueError):
    """A model file that cannot be used, in words."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The model of the matching cannot be used: {why} Run `manage.py train_matching`.")


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Trees in flat arrays: at node n go `left` where value[feature] <= threshold; a leaf has feature -1."""

    levels: tuple[int, ...]
    roots: Ints
    feature: Ints
    threshold: Ints
    left: Ints
    right: Ints
    value: Reals
    base: float

    def __call__(self, table: Ints) -> Reals:
        """Log-odds for each row, worked out once for rows that are alike."""
        if not len(table):
            return np.zeros(0)
        _, first, place = np.unique(packed(table, self.levels), return_index=True, return_inverse=True)
        result: Reals = self._sum(table[first])[place]
        return result

    def _sum(self, table: Ints) -> Reals:
        total = np.full(len(table), self.base)
        rows = np.arange(len(table))
        for root in self.roots.tolist():
            at = np.full(len(table), root, dtype=np.int64)
            while True:
                feature = self.feature[at]
                inner = feature >= 0
                if not inner.any():
                    break
                below = table[rows, np.maximum(feature, 0)] <= self.threshold[at]
                at = np.where(inner, np.where(below, self.left[at], self.right[at]), at)
            total += self.value[at]
        return total


def packed(table: Ints, levels: Sequence[int]) -> Ints:
    """One whole number for each row."""
    code = np.zeros(len(table), dtype=np.int64)
    for column, size in enumerate(levels):
        code = code * size + table[:, column]
    return code


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A rising line through knots."""

    at: Reals
    value: Reals

    def __call__(self, scores: Reals) -> Reals:
        """Probabilities of scores."""
        result: Reals = np.interp(scores, self.at, self.value)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What was learned. `rates`: the share of right groups by the way they were found. `name` tells models apart."""

    alone: Forest
    together: Forest
    curve: Curve
    rates: Mapping[str, float]
    name: str


def to_json(model: Model, *, trained_with: str) -> dict[str, Any]:
    """The file's content."""
    return {
        "format": FORMAT,
        "trained_with": trained_with,
        "alone": _forest_json(model.alone, FEATURES),
        "together": _forest_json(model.together, (*FEATURES, *RIVALS)),
        "curve": {"at": model.curve.at.tolist(), "value": model.curve.value.tolist()},
        "rates": dict(sorted(model.rates.items())),
    }


def from_json(value: Any) -> Model:
    """Read and check a model. Raises ModelError."""
    if not isinstance(value, Mapping) or value.get("format") != FORMAT:
        raise ModelError("it is not in the format of this version.")
    try:
        name = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
        return Model(
            _forest(value["alone"], FEATURES, ALONE_LEVELS),
            _forest(value["together"], (*FEATURES, *RIVALS), (*ALONE_LEVELS, *RIVAL_LEVELS)),
            _curve(value["curve"]),
            {str(kind): _share(rate) for kind, rate in value["rates"].items()},
            name,
        )
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ModelError(f"a part of it is missing ({error}).") from None


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model in this package, read and checked once per process. Raises ModelError."""
    try:
        value = json.loads(FILE.read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(f"its file cannot be read ({error}).") from None
    return from_json(value)


def _forest_json(forest: Forest, names: Sequence[str]) -> dict[str, Any]:
    return {
        "features": list(names),
        "base": forest.base,
        "roots": forest.roots.tolist(),
        "feature": forest.feature.tolist(),
        "threshold": forest.threshold.tolist(),
        "left": forest.left.tolist(),
        "right": forest.right.tolist(),
        "value": forest.value.tolist(),
    }


def _forest(value: Mapping[str, Any], names: Sequence[str], levels: Sequence[int]) -> Forest:
    if list(value["features"]) != list(names):
        raise ModelError("it knows other features than this version.")
    whole = {
        part: np.array(value[part], dtype=np.int64)
        for part in ("roots", "feature", "threshold", "left", "right")
    }
    forest = Forest(
        tuple(levels), **whole, value=_finite(value["value"]), base=float(_finite([value["base"]])[0])
    )
    _check_tree(forest)
    return forest


def _check_tree(forest: Forest) -> None:
    """Children stand behind their parents, so that every walk ends."""
    nodes = len(forest.value)
    own = np.arange(nodes)
    inner = forest.feature >= 0
    if not (len(forest.feature) == len(forest.threshold) == len(forest.left) == len(forest.right) == nodes):
        raise ModelError("its trees are not whole.")
    for child in (forest.left, forest.right):
        if (child[inner] <= own[inner]).any() or (child[inner] >= nodes).any():
            raise ModelError("its trees do not end.")
    if (
        (forest.feature >= len(forest.levels)).any()
        or (forest.roots >= nodes).any()
        or (forest.roots < 0).any()
    ):
        raise ModelError("its trees ask for what is not there.")


def _curve(value: Mapping[str, Any]) -> Curve:
    at, height = _finite(value["at"]), _finite(value["value"])
    rising = len(at) == len(height) > 0 and (np.diff(at) >= 0).all() and (np.diff(height) >= 0).all()
    if not rising or height[0] < 0 or height[-1] > 1:
        raise ModelError("its curve does not rise from 0 to 1.")
    return Curve(at, height)


def _finite(values: Sequence[Any]) -> Reals:
    numbers = np.array([float(value) for value in values], dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise ModelError("it holds a number that is not finite.")
    return numbers


def _share(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or not 0 <= number <= 1:
        raise ModelError("it holds a share that is not between 0 and 1.")
    return number
