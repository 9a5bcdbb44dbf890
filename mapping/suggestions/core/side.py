"""The target's side of the comparison: what each Xero field is called elsewhere, as rows of word weights and letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mapping.suggestions.core.names import ROLES
from mapping.suggestions.core.targets import Target, targets_of

Table = NDArray[np.float64]
Mask = NDArray[np.bool_]

_GRAMS: Final = 512
_ROLE_AT: Final = {role: position for position, role in enumerate(ROLES)}


@dataclass(frozen=True)
class WordWeights:
    """How telling each word is (inverse document frequency over the training vocabularies)."""

    weights: Mapping[str, float]
    unknown: float

    def of(self, word: str) -> float:
        """The weight of a word."""
        return self.weights.get(word, self.unknown)


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
        unit_rows(rows),
        np.array([position for position, _ in aliases]),
        np.array([role_mask(alias.roles) for _, alias in aliases]),
        rows > 0,
        np.array([1.0 / (1.0 + alias.rank / 3.0) for _, alias in aliases]),
        unit_rows(np.array([letter_grams(alias.written.replace(" ", "")) for _, alias in aliases])),
        np.array([role_mask(target.wants) for target in targets]),
        np.array([[word in target.wants for word in vocabulary] for target in targets]),
    )


def role_mask(roles: frozenset[str]) -> Mask:
    """Where each of the roles stands among ROLES."""
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


def letter_grams(text: str) -> Table:
    """Counts of the text's runs of two to four letters, hashed into a row."""
    row = np.zeros(_GRAMS)
    np.add.at(row, list(_gram_places(text)), 1.0)
    return row


def unit_rows(rows: Table) -> Table:
    """Each row with length 1; a row of nothing stays so."""
    unit: Table = rows / (np.sqrt((rows**2).sum(axis=1, keepdims=True)) + 1e-9)
    return unit
