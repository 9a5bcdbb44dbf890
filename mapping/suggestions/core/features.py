"""Numbers about each pair of a source field and a target: how alike their names are, whose they are, what fits.

All tables have a row per source field and a column per target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from mapping.suggestions.core.fits import LOWEST_FIT, STRICT_KINDS, UNKNOWN_FIT, fit
from mapping.suggestions.core.names import ROLES, SOFT_ROLES
from mapping.suggestions.core.sources import SourceField
from mapping.suggestions.core.targets import Target, targets_of

Table = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEATURES: Final = (
    "leaf_cosine", "path_cosine", "alias_covered", "leaf_covered", "same_leaf", "same_path", "letters", "grams",
    "alias_rank", "own_role", "foreign_roles", "soft_roles", "fit", "fit_known", "misfit", "right_level", "line_mismatch",
    "too_deep", "other_list", "unexplained", "anchored", "path_covered", "depth", "fill", "zeros", "constant", "distinct_fit", "length_fits",
)  # fmt: skip
RIVALS: Final = ("first", "margin_row", "margin_column", "best_of_row", "best_of_column", "near_rivals")

_GRAMS: Final = 512
_ROLE_AT: Final = {role: position for position, role in enumerate(ROLES)}
_SOFT: Final = np.array([role in SOFT_ROLES for role in ROLES])
_SAYS_LITTLE: Final = frozenset(
    [
        "value",
        "code",
        "name",
        "id",
        "number",
        "amount",
        "type",
        "key",
        "text",
        "en",
        "de",
        "fr",
        "es",
        "nl",
        "original",
        "display",
        "default",
        "label",
        "content",
    ]
)
_LEAST_ALIKE: Final = 0.12
_LEAST_LETTERS: Final = 0.72


@dataclass(frozen=True)
class Side:
    """The target's side of the tables, worked out once per Xero object and set of word weights."""

    targets: tuple[Target, ...]
    vocabulary: Mapping[str, int]
    weights: Table
    aliases: Table
    """A row of word weights (length 1) per alias."""
    owner: NDArray[np.intp]
    """Which target each alias belongs to."""
    alias_roles: Mask
    alias_words: Mask
    ranks: Table
    grams: Table
    wants: Mask
    wanted_words: Mask


@dataclass(frozen=True)
class Pairs:
    """`values[i, j]` holds FEATURES of source i and target j; `possible` is where a link could be at all."""

    values: Table
    possible: Mask
    alias: NDArray[np.intp]
    """The alias each pair is most alike by."""


@dataclass(frozen=True)
class WordWeights:
    """How telling each word is (inverse document frequency over the training vocabularies)."""

    weights: Mapping[str, float]
    unknown: float

    def of(self, word: str) -> float:
        """The weight of a word."""
        return self.weights.get(word, self.unknown)


@lru_cache(maxsize=32)
def _side(name: str, weights: tuple[tuple[str, float], ...], unknown: float) -> Side:
    return build_side(targets_of(name), WordWeights(dict(weights), unknown))


def side_of(name: str, words: WordWeights) -> Side:
    """The target's side for a Xero object, kept for the next time. Raises UnknownTargetError."""
    return _side(name, tuple(words.weights.items()), words.unknown)


def build_side(targets: tuple[Target, ...], words: WordWeights) -> Side:
    """Work out the target's side."""
    aliases = [(position, alias) for position, target in enumerate(targets) for alias in target.aliases]
    vocabulary = {word: at for at, word in enumerate(sorted({w for _, a in aliases for w in a.words}))}
    weights = np.array([words.of(word) for word in vocabulary])
    rows = np.zeros((len(aliases), len(vocabulary)))
    for row, (_, alias) in enumerate(aliases):
        for word in alias.words:
            rows[row, vocabulary[word]] = words.of(word)
    return Side(
        targets,
        vocabulary,
        weights,
        _unit(rows),
        np.array([position for position, _ in aliases]),
        np.array([_roles(alias.roles) for _, alias in aliases]),
        rows > 0,
        np.array([1.0 / (1.0 + alias.rank / 3.0) for _, alias in aliases]),
        _unit(np.array([_grams(alias.written.replace(" ", "")) for _, alias in aliases])),
        np.array([_roles(target.wants) for target in targets]),
        np.array([[word in target.wants for word in vocabulary] for target in targets]),
    )


def pairs(sources: Sequence[SourceField], side: Side, words: WordWeights) -> Pairs:
    """The features of every pair."""
    alias, named = _names(sources, side, words)
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


def _names(
    sources: Sequence[SourceField], side: Side, words: WordWeights
) -> tuple[NDArray[np.intp], dict[str, Table]]:
    leaf, path, unknown_leaf = _word_rows(sources, side, words)
    leaf_norm = np.sqrt((leaf**2).sum(axis=1) + unknown_leaf**2) + 1e-9
    path_norm = np.sqrt((path**2).sum(axis=1) + (0.5 * unknown_leaf) ** 2) + 1e-9
    leaf_cosine = (leaf @ side.aliases.T) / leaf_norm[:, None]
    path_cosine = (path @ side.aliases.T) / path_norm[:, None]
    written = [source.name.written.replace(" ", "") for source in sources]
    grams = _unit(np.array([_grams(text) for text in written])) @ side.grams.T
    alike = leaf_cosine + path_cosine + 0.1 * grams + 0.05 * side.ranks[None, :]
    best = _best_alias(alike, side)
    rows = np.arange(len(sources))[:, None]
    letters = (
        process.cdist(
            [source.name.written for source in sources],
            [alias.written for target in side.targets for alias in target.aliases],
            scorer=fuzz.token_set_ratio,
            dtype=np.float32,
        )
        / 100.0
    )
    columns = {
        "anchored": _anchored(sources, side, best).astype(np.float64),
        "leaf_cosine": leaf_cosine[rows, best],
        "path_cosine": path_cosine[rows, best],
        "grams": grams[rows, best],
        "letters": _by_target(letters, side),
        "alias_rank": np.broadcast_to(side.ranks[best], best.shape),
    }
    return best, {
        **columns,
        **_coverage(leaf, path, unknown_leaf, side, best),
        **_roles_of(sources, side, best),
    }


def _anchored(sources: Sequence[SourceField], side: Side, best: NDArray[np.intp]) -> Mask:
    """Where the field's own last words are among the alias's; what is around it is not enough to be that field.

    A last word that says little (`country.code`, `amount.value`) speaks together with the one before it.
    """
    own = np.zeros((len(sources), len(side.vocabulary)), dtype=bool)
    for row, source in enumerate(sources):
        leaf = set(source.name.leaf)
        near = 0.6 if leaf <= _SAYS_LITTLE else 1.0
        for word, fading in source.name.words:
            at = side.vocabulary.get(word)
            if at is not None and (word in leaf or fading > near):
                own[row, at] = True
    anchored: Mask = (own[:, None, :] & side.alias_words[best]).any(axis=2)
    return anchored


def _word_rows(sources: Sequence[SourceField], side: Side, words: WordWeights) -> tuple[Table, Table, Table]:
    leaf, path = np.zeros((2, len(sources), len(side.vocabulary)))
    unknown = np.zeros(len(sources))
    for row, source in enumerate(sources):
        own = set(source.name.leaf)
        for word, fading in source.name.words:
            at = side.vocabulary.get(word)
            if at is not None:
                path[row, at] = fading * words.of(word)
                leaf[row, at] = words.of(word) if word in own else 0.0
            elif word in own:
                unknown[row] += words.of(word) * (0.3 if len(word) < 2 else 1.0)
    return leaf, path, unknown


def _best_alias(alike: Table, side: Side) -> NDArray[np.intp]:
    best = np.zeros((len(alike), len(side.targets)), dtype=np.intp)
    for column in range(len(side.targets)):
        mine = np.flatnonzero(side.owner == column)
        best[:, column] = mine[np.argmax(alike[:, mine], axis=1)]
    return best


def _by_target(table: Table, side: Side) -> Table:
    starts = np.flatnonzero(np.r_[True, side.owner[1:] != side.owner[:-1]])
    return np.maximum.reduceat(table, starts, axis=1).astype(np.float64)


def _coverage(
    leaf: Table, path: Table, unknown: Table, side: Side, best: NDArray[np.intp]
) -> dict[str, Table]:
    names = ("alias_covered", "leaf_covered", "same_leaf", "same_path", "unexplained", "path_covered")
    columns = {name: np.zeros(best.shape) for name in names}
    has_leaf, has_path = leaf > 0, path > 0
    leaf_weight = leaf.sum(axis=1) + unknown + 1e-9
    path_weight = path.sum(axis=1) + unknown + 1e-9
    for column in range(best.shape[1]):
        alias = side.alias_words[best[:, column]]
        explained = alias | side.wanted_words[column][None, :]
        alias_weight = (alias * side.weights).sum(axis=1) + 1e-9
        columns["alias_covered"][:, column] = ((alias & has_path) * side.weights).sum(axis=1) / alias_weight
        columns["leaf_covered"][:, column] = (leaf * explained).sum(axis=1) / leaf_weight
        columns["path_covered"][:, column] = (path * explained).sum(axis=1) / path_weight
        clean = unknown < 0.5
        columns["same_leaf"][:, column] = clean & (alias == has_leaf).all(axis=1)
        inside = (alias <= has_path).all(axis=1) & (has_leaf <= explained).all(axis=1)
        columns["same_path"][:, column] = clean & inside
        columns["unexplained"][:, column] = np.minimum(
            3.0, (has_leaf & ~explained).sum(axis=1) + (unknown > 0.5)
        )
    return columns


def _roles_of(sources: Sequence[SourceField], side: Side, best: NDArray[np.intp]) -> dict[str, Table]:
    own = np.array([_roles(source.name.roles) for source in sources])[:, None, :]
    wants = side.wants[None, :, :]
    foreign = own & ~wants & ~side.alias_roles[best]
    return {
        "own_role": (own & wants).any(axis=2).astype(np.float64),
        "foreign_roles": np.minimum(3.0, (foreign & ~_SOFT).sum(axis=2)).astype(np.float64),
        "soft_roles": np.minimum(3.0, (foreign & _SOFT).sum(axis=2)).astype(np.float64),
    }


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


def _roles(roles: frozenset[str]) -> Mask:
    mask = np.zeros(len(ROLES), dtype=bool)
    for role in roles:
        if role in _ROLE_AT:
            mask[_ROLE_AT[role]] = True
    return mask


@lru_cache(maxsize=8192)
def _gram_places(text: str) -> tuple[int, ...]:
    padded = f"^{text}$"
    return tuple(
        _stable_hash(padded[at : at + size]) % _GRAMS
        for size in (2, 3, 4)
        for at in range(len(padded) - size + 1)
    )


def _stable_hash(text: str) -> int:
    """The same on every machine and in every process, unlike `hash`."""
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 & 0xFFFFFFFF
    return value


def _grams(text: str) -> Table:
    row = np.zeros(_GRAMS)
    np.add.at(row, list(_gram_places(text)), 1.0)
    return row


def _unit(rows: Table) -> Table:
    unit: Table = rows / (np.sqrt((rows**2).sum(axis=1, keepdims=True)) + 1e-9)
    return unit
