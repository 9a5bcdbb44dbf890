"""Training: from the vocabularies to the numbers of the model. The same facts give the same file, byte for byte."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from mapping.suggestions.core.assignment import assign
from mapping.suggestions.core.features import Pairs, pairs, with_rivals
from mapping.suggestions.core.model import Linear, Model, Sigmoid, to_json, with_products
from mapping.suggestions.core.names import name_of
from mapping.suggestions.core.side import Table, WordWeights, side_of
from mapping.suggestions.core.sources import SourceField, from_values
from mapping.suggestions.core.targets import Target
from mapping.suggestions.vocabulary import Vocabulary, development, samples


@dataclass(frozen=True, slots=True)
class View:
    """How much of a source is shown; `flat`: objects inside objects written as one (`billing_address_city`)."""

    rows: int = 8
    filled: bool = True
    flat: bool = False

    def path(self, path: str) -> str:
        """The path as this view shows it; lists stay."""
        if not self.flat:
            return path
        head, bracket, tail = path.rpartition("[].")
        return f"{head}{bracket}{tail.replace('.', '_')}"


FOLDS: Final = 8
_DECIMALS: Final = 6
_STRENGTH: Final = 0.5
_COMMON: Final = 0.2
_UNKNOWN_WORD: Final = 0.9
VIEWS: Final = {
    "many rows": View(),
    "one row": View(rows=1),
    "names only": View(filled=False),
    "flat": View(rows=3, flat=True),
}
"""Each source is learned from as many rows, as a single record, by its names alone, and as a flat record."""


@dataclass(frozen=True, slots=True)
class Block:
    """One source against one Xero object. `truth`: 1 a true link, 0 none, -1 neither right nor wrong."""

    vocabulary: str
    target: str
    view: str
    sources: tuple[SourceField, ...]
    targets: tuple[Target, ...]
    pairs: Pairs
    truth: NDArray[np.int8]

    @property
    def judged(self) -> NDArray[np.bool_]:
        """The pairs that can be learned from."""
        judged: NDArray[np.bool_] = self.pairs.possible & (self.truth >= 0)
        return judged


def word_weights(sources: Iterable[Vocabulary]) -> WordWeights:
    """Inverse document frequency of the words of field names."""
    seen: Counter[str] = Counter()
    fields = 0
    for vocabulary in sources:
        for field in vocabulary.fields:
            fields += 1
            seen.update(set(name_of(field.path).leaf))
    weights = {
        word: round(math.log((fields + 1) / (count + 1)) / math.log(fields + 1) + _COMMON, 3)
        for word, count in seen.items()
    }
    return WordWeights(weights, _UNKNOWN_WORD)


def blocks_of(vocabulary: Vocabulary, words: WordWeights, views: Iterable[str] = VIEWS) -> list[Block]:
    """The source in each view against each of its Xero objects."""
    made = []
    for view in views:
        shown = VIEWS[view]
        values = samples(vocabulary, rows=shown.rows, filled=shown.filled)
        sources = from_values({shown.path(path): seen for path, seen in values.items()}, rows=shown.rows)
        for target in vocabulary.targets:
            side = side_of(f"xero:{target}", words)
            truth = _truth(vocabulary, target, shown, sources, side.targets)
            made.append(
                Block(
                    vocabulary.name, target, view, sources, side.targets, pairs(sources, side, words), truth
                )
            )
    return made


def _truth(
    vocabulary: Vocabulary,
    target: str,
    shown: View,
    sources: Sequence[SourceField],
    targets: Sequence[Target],
) -> NDArray[np.int8]:
    links = {to: shown.path(path) for to, path in vocabulary.links(target).items()}
    acceptable = {(shown.path(path), to) for path, to in vocabulary.acceptable(target)}
    truth = np.zeros((len(sources), len(targets)), dtype=np.int8)
    for row, source in enumerate(sources):
        for column, each in enumerate(targets):
            if links.get(each.path) == source.path:
                truth[row, column] = 1
            elif (source.path, each.path) in acceptable:
                truth[row, column] = -1
    return truth


def train(sources: Sequence[Vocabulary]) -> Model:
    """Learn from these sources; the sigmoids come from folds in which each source is judged by a model without it."""
    words = word_weights(sources)
    with threadpool_limits(1):  # one thread adds up in one order, and is the faster for tables this small
        blocks = {vocabulary.name: blocks_of(vocabulary, words) for vocabulary in sources}
        any_pair, given = _calibrated(blocks, words)
        return _regressions([b for each in blocks.values() for b in each], words, any_pair, given)


def folds(names: Iterable[str]) -> list[list[str]]:
    """The sources in FOLDS groups, always the same; sources of one maker stay together as far as the alphabet does."""
    ordered = sorted(names)
    return [ordered[start::FOLDS] for start in range(FOLDS)]


def without(
    blocks: dict[str, list[Block]], left_out: Iterable[str], words: WordWeights, model: Model | None = None
) -> Model:
    """A model learned from all blocks but those of the sources left out, with the sigmoids of `model`."""
    left = set(left_out)
    rest = [block for name, each in blocks.items() if name not in left for block in each]
    neutral = Sigmoid(1.0, 0.0)
    return _regressions(rest, words, model.any_pair if model else neutral, model.given if model else neutral)


def _calibrated(blocks: dict[str, list[Block]], words: WordWeights) -> tuple[Sigmoid, Sigmoid]:
    unseen: list[tuple[Block, Table]] = []
    for fold in folds(blocks):
        model = without(blocks, fold, words)
        unseen += [(block, model.scores(block.pairs)) for name in fold for block in blocks[name]]
    any_pair = _platt(
        np.concatenate([scores[block.judged] for block, scores in unseen]),
        np.concatenate([block.truth[block.judged] for block, _ in unseen]),
    )
    links = [(block, scores, assign(any_pair(scores))) for block, scores in unseen]
    given = _platt(
        np.concatenate([scores[chosen & block.judged] for block, scores, chosen in links]),
        np.concatenate([block.truth[chosen & block.judged] for block, _, chosen in links]),
    )
    return any_pair, given


def _platt(scores: Table, truth: NDArray[np.int8]) -> Sigmoid:
    fitted = LogisticRegression(C=1e6, solver="newton-cholesky", tol=1e-8, max_iter=200).fit(
        scores.reshape(-1, 1), truth
    )
    return Sigmoid(round(float(fitted.coef_[0, 0]), _DECIMALS), round(float(fitted.intercept_[0]), _DECIMALS))


def _regressions(blocks: Sequence[Block], words: WordWeights, any_pair: Sigmoid, given: Sigmoid) -> Model:
    truth = np.concatenate([block.truth[block.judged] for block in blocks])
    values = [with_products(block.pairs.values) for block in blocks]
    alone = _logistic(
        np.concatenate([each[block.judged] for each, block in zip(values, blocks, strict=True)]), truth
    )
    beside = [
        with_rivals(each, alone(each), block.pairs.possible)[block.truth[block.pairs.possible] >= 0]
        for each, block in zip(values, blocks, strict=True)
        if block.pairs.possible.any()
    ]
    return Model(words, alone, _logistic(np.concatenate(beside), truth), any_pair, given)


def _logistic(values: Table, truth: NDArray[np.int8]) -> Linear:
    scaler = StandardScaler().fit(values)
    fitted = LogisticRegression(C=_STRENGTH, solver="newton-cholesky", tol=1e-8, max_iter=200).fit(
        scaler.transform(values), truth
    )
    weights = fitted.coef_[0] / scaler.scale_
    intercept = float(fitted.intercept_[0] - (weights * scaler.mean_).sum())
    return Linear(np.round(weights, _DECIMALS), round(intercept, _DECIMALS))


def trained_text() -> str:
    """The model file's text, learned from the development sources."""
    content = to_json(train(development()), trained_with=f"scikit-learn {sklearn.__version__}")
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"
