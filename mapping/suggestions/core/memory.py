"""What people decided about suggestions: exactly for the same pair, and as a leaning for fields of the same name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from mapping.suggestions.core.model import NEVER
from mapping.suggestions.core.names import Name, name_of
from mapping.suggestions.core.side import Mask, Table
from mapping.suggestions.core.sources import SourceField
from mapping.suggestions.core.targets import Target
from mapping.suggestions.core.values import Profile

_LEANING: Final = 0.7
"""How much a decision elsewhere moves the score (log-odds per doubling)."""
_MOST_LEANING: Final = 3.0
ANY_VALUES: Final = "*"
"""Stands in a key for values that were not looked at when the decision was made."""
_LABELS: Final = (
    "email", "guid", "url", "flag", "iso_date", "other_date", "epoch_s", "epoch_ms", "uk_postcode", "currency",
    "country_2", "country_name", "decimal", "whole", "phone", "person", "words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's yes or no: `key` as of `key_of`, `target` such as `EmailAddress`."""

    key: str
    target: str
    accepted: bool


@dataclass(frozen=True)
class Memory:
    """Decisions of the pair by (key, target), the last one standing; counts of yes and no by (words, target) everywhere."""

    own: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    everywhere: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, own: Iterable[Decision], everywhere: Iterable[Decision] = ()) -> Memory:
        """From decisions in the order they were made. Accepting one target is a no to nothing else here."""
        counts: dict[tuple[str, str], tuple[int, int]] = {}
        for decision in everywhere:
            at = (words_of_key(decision.key), decision.target)
            yes, no = counts.get(at, (0, 0))
            counts[at] = (yes + decision.accepted, no + (not decision.accepted))
        return cls({(each.key, each.target): each.accepted for each in own}, counts)

    def said(self, source: SourceField, target: str) -> bool | None:
        """What the pair's people last said to this link: yes, no, or nothing."""
        if not self.own:
            return None
        key = key_of(source)
        exact = self.own.get((key, target))
        return self.own.get((f"{words_of_key(key)}|{ANY_VALUES}", target)) if exact is None else exact

    def similar(self, source: SourceField, target: str) -> int:
        """How many people said yes to a field of this name for this target."""
        if not self.everywhere:
            return 0
        return self.everywhere.get((words_of_key(key_of(source)), target), (0, 0))[0]

    def tables(self, sources: Sequence[SourceField], targets: Sequence[Target]) -> tuple[Mask, Mask]:
        """Which links the pair's people accepted, and which they rejected."""
        if not self.own:
            nothing = np.zeros((len(sources), len(targets)), dtype=bool)
            return nothing, nothing
        said = [[self.said(source, target.path) for target in targets] for source in sources]
        return np.array([[each is True for each in row] for row in said]), np.array(
            [[each is False for each in row] for row in said]
        )

    def adjusted(self, scores: Table, sources: Sequence[SourceField], targets: Sequence[Target]) -> Table:
        """Scores moved by what was decided about fields of the same name; a first yes is one for no other target."""
        if not self.everywhere:
            return scores
        moved = scores.copy()
        for row, source in enumerate(sources):
            words = words_of_key(key_of(source))
            for column, target in enumerate(targets):
                counts = self.everywhere.get((words, target.path))
                if counts and scores[row, column] > NEVER:
                    moved[row, column] += _leaning(*counts)
        return moved


EMPTY_MEMORY: Final = Memory()


def _leaning(yes: int, no: int) -> float:
    return max(-_MOST_LEANING, min(_MOST_LEANING, _LEANING * math.log2((yes + 1) / (no + 1))))


def key_of(source: SourceField) -> str:
    """The words of the field's name and of what is around it, and what its values look like: `billing city|person`."""
    return f"{_words(name_of(source.path))}|{_label(source.values)}"


def key_of_path(path: str) -> str:
    """The key of a field of which only the path is known."""
    return f"{_words(name_of(path))}|{ANY_VALUES}"


def words_of_key(key: str) -> str:
    """The words of a key, without what the values look like."""
    return key.partition("|")[0]


def _words(name: Name) -> str:
    return " ".join(sorted(word for word, weight in name.words if weight > 0.4))[:200]


def _label(seen: Profile) -> str:
    return next((name for name in _LABELS if seen.share(name) >= 0.6), "")
