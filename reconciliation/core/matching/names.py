"""How the payer's name on one line stands to the words of another."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from rapidfuzz import fuzz

from reconciliation.core.matching.lines import Memory
from reconciliation.core.matching.texts import Said


class Name(IntEnum):
    """MISMATCH: both are named and nothing fits. MISSING: a side has no name. SOME: part of it fits. SAME: all fits."""

    MISMATCH = 0
    MISSING = 1
    SOME = 2
    SAME = 3


_ALIKE: Final = 84.0
_LONG: Final = 5
_ALONE: Final = 6
_RARE: Final = 3


@dataclass(frozen=True, slots=True)
class Naming:
    """What is needed to compare names: this file's noise, how often each word is a payer's, and what people said."""

    noise: frozenset[str]
    rarity: Counter[str]
    memory: Memory

    def words(self, said: Said) -> tuple[str, ...]:
        """The words of the payer's name that tell payers apart."""
        return tuple(word for word in said.name if word not in self.noise)

    def compare(self, expected: Said, observed: Said) -> Name:
        """How far the expected payer stands in the observed texts."""
        wanted, there = self.words(expected), observed.words - self.noise
        if self.memory.accepted or self.memory.rejected:
            remembered = self._remembered(expected.name, observed.name)
            if remembered is not None:
                return remembered
        if not any(map(_tells, wanted)):
            return Name.MISSING
        found = self._compare(wanted, there, observed)
        return Name.MISSING if found is Name.MISMATCH and not any(map(_tells, there)) else found

    def _remembered(self, wanted: tuple[str, ...], there: tuple[str, ...]) -> Name | None:
        """By the names as `texts.name_core` gives them."""
        pair = (" ".join(sorted(wanted)), " ".join(sorted(there)))
        if pair in self.memory.rejected:
            return Name.MISMATCH
        return Name.SAME if pair in self.memory.accepted else None

    def _compare(self, wanted: tuple[str, ...], there: frozenset[str], observed: Said) -> Name:
        found = [word for word in wanted if _stands(word, there, observed.compact)]
        telling = [word for word in found if _tells(word)]
        if len(found) == len(wanted) and telling:
            enough = len(wanted) > 1 or (len(wanted[0]) >= _ALONE and self.rarity[wanted[0]] <= _RARE)
            return Name.SAME if enough else Name.SOME
        if telling:
            return Name.SOME
        longest = max(wanted, key=len)
        alike = (
            fuzz.partial_ratio(longest, observed.compact, score_cutoff=_ALIKE) if len(longest) >= _LONG else 0
        )
        return Name.SOME if alike else Name.MISMATCH


def _tells(word: str) -> bool:
    return len(word) > 1


def _stands(word: str, there: frozenset[str], compact: str) -> bool:
    """Whether a word stands there: as it is, as its initial, inside merged text, or cut off."""
    if word in there:
        return True
    if len(word) >= _LONG and word in compact:
        return True
    if word[0] in there:
        return True
    if len(word) == 1:
        return any(other.startswith(word) for other in there)
    return any(True for other in there if len(other) >= _LONG and word.startswith(other))
