"""How alike the name of a source field and what a Xero field is called elsewhere are: words, letters, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from mapping.suggestions.core.names import ROLES, SOFT_ROLES
from mapping.suggestions.core.side import Mask, Side, Table, WordWeights, letter_grams, role_mask, unit_rows
from mapping.suggestions.core.sources import SourceField

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


def likeness(
    sources: Sequence[SourceField], side: Side, words: WordWeights
) -> tuple[NDArray[np.intp], dict[str, Table]]:
    """The alias each pair is most alike by, and the features of the names."""
    leaf, path, unknown_leaf = _word_rows(sources, side, words)
    leaf_norm = np.sqrt((leaf**2).sum(axis=1) + unknown_leaf**2) + 1e-9
    path_norm = np.sqrt((path**2).sum(axis=1) + (0.5 * unknown_leaf) ** 2) + 1e-9
    leaf_cosine = (leaf @ side.aliases.T) / leaf_norm[:, None]
    path_cosine = (path @ side.aliases.T) / path_norm[:, None]
    written = [source.name.written.replace(" ", "") for source in sources]
    grams = unit_rows(np.array([letter_grams(text) for text in written])) @ side.grams.T
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
    shared = own[:, None, :] & side.alias_words[best]
    return np.asarray(shared.any(axis=2), dtype=np.bool_)


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
    own = np.array([role_mask(source.name.roles) for source in sources])[:, None, :]
    wants = side.wants[None, :, :]
    foreign = own & ~wants & ~side.alias_roles[best]
    return {
        "own_role": (own & wants).any(axis=2).astype(np.float64),
        "foreign_roles": np.minimum(3.0, (foreign & ~_SOFT).sum(axis=2)).astype(np.float64),
        "soft_roles": np.minimum(3.0, (foreign & _SOFT).sum(axis=2)).astype(np.float64),
    }
