"""The shipped model: plain numbers, checked when they are read, and the arithmetic that turns features into confidence.

Two logistic regressions, one after the other: the first judges each pair alone, the second also sees how the pair
stands against its rivals. A sigmoid (Platt scaling, fitted on sources the regressions had not seen) makes the result a
probability; another one does so for the links that are left after each field has been given away once.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mapping.suggestions.core import data
from mapping.suggestions.core.features import FEATURES, RIVALS, Pairs, with_rivals
from mapping.suggestions.core.side import Table, WordWeights

FORMAT: Final = 1
FILE: Final = "model.json"
NEVER: Final = -30.0
"""The score of a pair that is impossible."""

PRODUCTS: Final = (
    ("path_cosine", "fit_known"),
    ("leaf_cosine", "own_role"),
    ("same_leaf", "alias_rank"),
    ("same_path", "alias_rank"),
    ("fit", "own_role"),
    ("leaf_covered", "alias_covered"),
    ("misfit", "path_cosine"),
    ("path_cosine", "foreign_roles"),
    ("leaf_covered", "alias_covered", "fit"),
    ("path_covered", "alias_covered", "fit"),
)
"""Features that count only together."""
ALONE: Final = (*FEATURES, *(" × ".join(names) for names in PRODUCTS))
TOGETHER: Final = (*ALONE, *RIVALS)


class ModelError(ValueError):
    """A model file that cannot be used, in words."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The model of the suggestions cannot be used: {why} Run `manage.py train_suggestions`."
        )


@dataclass(frozen=True, slots=True)
class Linear:
    """A weighted sum."""

    weights: NDArray[np.float64]
    intercept: float

    def __call__(self, values: Table) -> Table:
        """The sum for each row of `values`."""
        result: Table = values @ self.weights + self.intercept
        return result


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """1 / (1 + e^-(slope · score + intercept))."""

    slope: float
    intercept: float

    def __call__(self, scores: Table) -> Table:
        """Probabilities of scores."""
        result: Table = 1.0 / (1.0 + np.exp(-(self.slope * scores + self.intercept)))
        return result


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned. `words`: how telling each word is."""

    words: WordWeights
    alone: Linear
    together: Linear
    any_pair: Sigmoid
    given: Sigmoid

    def scores(self, pairs: Pairs) -> Table:
        """A score for each pair, NEVER for the impossible ones."""
        scores = np.full(pairs.possible.shape, NEVER)
        if pairs.possible.any():
            values = with_products(pairs.values)
            scores[pairs.possible] = self.together(with_rivals(values, self.alone(values), pairs.possible))
        return scores


def with_products(values: Table) -> Table:
    """ALONE out of FEATURES, along the last axis."""
    at = {name: position for position, name in enumerate(FEATURES)}
    products = [np.prod([values[..., at[name]] for name in names], axis=0) for names in PRODUCTS]
    return np.concatenate([values, np.stack(products, axis=-1)], axis=-1)


def to_json(model: Model, *, trained_with: str) -> dict[str, Any]:
    """The file's content."""
    return {
        "format": FORMAT,
        "facts": facts_hash(),
        "trained_with": trained_with,
        "words": dict(sorted(model.words.weights.items())),
        "unknown_word": model.words.unknown,
        "alone": _linear_json(model.alone, ALONE),
        "together": _linear_json(model.together, TOGETHER),
        "any_pair": {"slope": model.any_pair.slope, "intercept": model.any_pair.intercept},
        "given": {"slope": model.given.slope, "intercept": model.given.intercept},
    }


def from_json(value: Any, *, facts: str) -> Model:
    """Read and check a model trained on the `facts` of that hash. Raises ModelError."""
    if not isinstance(value, Mapping) or value.get("format") != FORMAT:
        raise ModelError("it is not in the format of this version.")
    if value.get("facts") != facts:
        raise ModelError("it was trained on other facts than those that are here.")
    try:
        return Model(
            WordWeights(
                {str(k): _finite(v) for k, v in value["words"].items()}, _finite(value["unknown_word"])
            ),
            _linear(value["alone"], ALONE),
            _linear(value["together"], TOGETHER),
            _sigmoid(value["any_pair"]),
            _sigmoid(value["given"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"a part of it is missing ({error}).") from None


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model in this package, read and checked once per process. Raises ModelError."""
    try:
        value = data.read(FILE)
    except (OSError, ValueError) as error:
        raise ModelError(f"its file cannot be read ({error}).") from None
    return from_json(value, facts=facts_hash())


def facts_hash() -> str:
    """SHA-256 over every file of facts of this package."""
    digest = hashlib.sha256()
    for path in sorted(data.FOLDER.rglob("*.json")):
        if path.name != FILE:
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _linear_json(linear: Linear, names: Sequence[str]) -> dict[str, Any]:
    weights = {name: float(weight) for name, weight in zip(names, linear.weights, strict=True)}
    return {"weights": weights, "intercept": linear.intercept}


def _linear(value: Mapping[str, Any], names: Sequence[str]) -> Linear:
    if list(value["weights"]) != list(names):
        raise ModelError("it knows other features than this version.")
    return Linear(np.array([_finite(value["weights"][name]) for name in names]), _finite(value["intercept"]))


def _sigmoid(value: Mapping[str, Any]) -> Sigmoid:
    return Sigmoid(_finite(value["slope"]), _finite(value["intercept"]))


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ModelError("it holds a number that is not finite.")
    return number
