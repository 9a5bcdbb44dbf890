"""Numbers about each pair of a source field and a target: how alike their names are, whose they are, what fits.

All tables have a row per source field and a column per target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mapping.suggestions.core.fits import LOWEST_FIT, STRICT_KINDS, UNKNOWN_FIT, fit
from mapping.suggestions.core.likeness import likeness
from mapping.suggestions.core.side import Mask, Side, Table, WordWeights
from mapping.suggestions.core.sources import SourceField
from mapping.suggestions.core.targets import Target

FEATURES: Final = (
    "leaf_cosine", "path_cosine", "alias_covered", "leaf_covered", "same_leaf", "same_path", "letters", "grams",
    "alias_rank", "own_role", "foreign_roles", "soft_roles", "fit", "fit_known", "misfit", "right_level", "line_mismatch",
    "too_deep", "other_list", "unexplained", "anchored", "path_covered", "depth", "fill", "zeros", "constant", "distinct_fit", "length_fits",
)  # fmt: skip
RIVALS: Final = ("first", "margin_row", "margin_column", "best_of_row", "best_of_column", "near_rivals")

_LEAST_ALIKE: Final = 0.12
_LEAST_LETTERS: Final = 0.72


@dataclass(frozen=True)
class Pairs:
    """`values[i, j]` holds FEATURES of source i and target j; `possible` is where a link could be at all."""

    values: Table
    possible: Mask
    alias: NDArray[np.intp]
    """The alias each pair is most alike by."""


def pairs(sources: Sequence[SourceField], side: Side, words: WordWeights) -> Pairs:
    """The features of every pair."""
    alias, named = likeness(sources, side, words)
    fitting = _values(sources, side.targets)
    placed = _places(sources, side.targets)
    columns = {**named, **fitting, **placed}
    values = np.stack([columns[name] for name in FEATURES], axis=2)
    alike = (columns["path_cosine"] > _LEAST_ALIKE) | (columns["letters"] > _LEAST_LETTERS)
    return Pairs(values, alike & ~_ruled_out(sources, side.targets, columns), alias)


def with_rivals(values: Table, first: Table, possible: Mask) -> Table:
    """FEATURES and RIVALS of the possible pairs, a row each, in the order of `possible.nonzero()`."""
    scores = np.where(possible, first, -9.0)
    row_margin, row_best = _margins(scores)
    column_margin, column_best = _margins(scores.T)
    near = (
        (scores[:, None, :] > scores[None, :, :] - 1.0).sum(axis=0)
        if len(scores) < 200
        else np.zeros(scores.shape)
    )
    rivals = np.stack(
        [first, row_margin, column_margin.T, row_best, column_best.T, np.minimum(near, 10.0) / 10.0], axis=2
    )
    return np.concatenate([values, rivals], axis=2)[possible]


def _margins(scores: Table) -> tuple[Table, Table]:
    """By how much each score beats the best other one of its row (or falls short of it), and whether it is the best."""
    if scores.shape[1] < 2:
        return np.full(scores.shape, 3.0), np.ones(scores.shape)
    order = np.argsort(-scores, axis=1, kind="stable")
    rows = np.arange(len(scores))
    best = scores[rows, order[:, 0]]
    second = scores[rows, order[:, 1]]
    is_best = np.zeros(scores.shape, dtype=bool)
    is_best[rows, order[:, 0]] = True
    margin = np.where(is_best, scores - second[:, None], scores - best[:, None])
    return np.clip(margin, -6.0, 6.0), is_best.astype(np.float64)


def _values(sources: Sequence[SourceField], targets: Sequence[Target]) -> dict[str, Table]:
    kinds = sorted({target.kind for target in targets})
    by_kind = np.array([[fit(kind, source.values) for kind in kinds] for source in sources])
    columns = [kinds.index(target.kind) for target in targets]
    fits = by_kind.reshape(len(sources), len(kinds))[:, columns]
    known = np.array([float(source.values.count > 0) for source in sources])[:, None]
    shape = (len(sources), len(targets))
    reference = np.array([target.kind == "reference" for target in targets])[None, :]
    distinct = np.array([source.values.distinct if source.values.count > 1 else 0.7 for source in sources])[
        :, None
    ]
    longest = np.array([float(source.values.longest) for source in sources])[:, None]
    most = np.array([float(target.field.max_length or 1e6) for target in targets])[None, :]
    return {
        "fit": fits,
        "fit_known": fits * known,
        "misfit": np.where(known > 0, np.clip(0.5 - fits, 0.0, 0.5), 0.0),
        "fill": np.broadcast_to(_each(sources, lambda s: s.values.fill if s.values.count else 0.8), shape),
        "zeros": np.broadcast_to(_each(sources, lambda s: s.values.share("zero")), shape),
        "constant": np.broadcast_to(
            _each(sources, lambda s: float(s.values.count > 2 and s.values.distinct * s.values.count < 1.5)),
            shape,
        ),
        "distinct_fit": np.where(reference, distinct, UNKNOWN_FIT),
        "length_fits": (longest <= most).astype(np.float64),
    }


def _places(sources: Sequence[SourceField], targets: Sequence[Target]) -> dict[str, Table]:
    shape = (len(sources), len(targets))
    in_lines = np.array([target.in_lines for target in targets])[None, :]
    source_lines = _each(sources, lambda s: float(s.in_lines)) > 0
    has_lines = _each(sources, lambda s: float(s.has_lines)) > 0
    right = np.where(in_lines, source_lines, ~source_lines)
    return {
        "right_level": np.where(in_lines, source_lines, ~source_lines).astype(np.float64),
        "line_mismatch": (~right & has_lines).astype(np.float64),
        "too_deep": np.broadcast_to(_each(sources, lambda s: min(2.0, s.lists_too_deep)), shape),
        "other_list": np.broadcast_to(_each(sources, lambda s: float(s.in_other_list)), shape),
        "depth": np.broadcast_to(_each(sources, lambda s: min(5.0, s.name.depth) / 5.0), shape),
    }


def _each(sources: Sequence[SourceField], what: Any) -> Table:
    return np.array([what(source) for source in sources], dtype=np.float64).reshape(-1, 1)


def _ruled_out(
    sources: Sequence[SourceField], targets: Sequence[Target], columns: Mapping[str, Table]
) -> Mask:
    """Fields of a line for the document or the other way round, and values that cannot be converted."""
    strict = np.array([target.kind in STRICT_KINDS for target in targets])[None, :]
    known = _each(sources, lambda s: float(s.values.count > 0)) > 0
    ruled_out: Mask = (columns["line_mismatch"] > 0) | (strict & known & (columns["fit"] < LOWEST_FIT))
    return ruled_out
