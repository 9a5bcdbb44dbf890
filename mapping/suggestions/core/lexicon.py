"""Words of payments, shops and accounting in several languages and abbreviations, brought to one word each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from mapping.suggestions.core import data

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORTEST_TO_SPLIT: Final = 6
_SHORTEST_PIECE: Final = 3
_SHORT_PIECES: Final = frozenset({"id", "no", "nr", "tx", "ip", "dt", "cd", "nm"})
_LINKS: Final = ("", "s")
"""What German puts between the parts of a compound."""


@dataclass(frozen=True)
class Lexicon:
    """`words`: each known word to its one word. `phrases`: words in a row (already brought to one word) to theirs.

    `plain`: words that say nothing of what a field means, such as "value".
    """

    words: Mapping[str, str]
    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    plain: frozenset[str]
    known: frozenset[str]
    longest_phrase: int
    _split: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def tokens(self, name: str) -> tuple[str, ...]:
        """The words of one name (`billingPostCode`, `cust_nm`, `Rechnungsnummer`), each brought to its one word."""
        return self.merge([self.words.get(word, word) for word in self.raw(name)])

    def raw(self, name: str) -> tuple[str, ...]:
        """The words of one name as they are, in small letters without accents, compounds taken apart."""
        return tuple(
            piece for part in _PARTS.findall(_plain_letters(name)) for piece in self.pieces(part.lower())
        )

    def pieces(self, word: str) -> tuple[str, ...]:
        """A word as itself when it is known or short, else taken apart into known ones where that works out."""
        if word in self.known or len(word) < _SHORTEST_TO_SPLIT:
            return (word,)
        if word.endswith("s") and word[:-1] in self.known:
            return (word[:-1],)
        found = self._split.get(word)
        if found is None:
            found = self._split[word] = _best_split(word, self.known) or (word,)
        return found

    def merge(self, tokens: list[str]) -> tuple[str, ...]:
        """Known phrases in a row of words replaced, the longest first, and repetitions dropped."""
        merged: list[str] = []
        position = 0
        while position < len(tokens):
            length, replacement = self._phrase_at(tokens, position)
            merged.extend(word for word in replacement if word not in merged[-1:])
            position += length
        return tuple(merged)

    def _phrase_at(self, tokens: list[str], position: int) -> tuple[int, tuple[str, ...]]:
        for length in range(min(self.longest_phrase, len(tokens) - position), 0, -1):
            found = self.phrases.get(tuple(tokens[position : position + length]))
            if found is not None:
                return length, found
        return 1, (tokens[position],)


def _plain_letters(name: str) -> str:
    replaced = name.replace("ß", "ss").replace("ø", "o").replace("Ø", "O")
    return "".join(c for c in unicodedata.normalize("NFKD", replaced) if not unicodedata.combining(c))


def _is_too_short(piece: str) -> bool:
    """Whether the piece, though known, is too short to be believed inside a word."""
    return len(piece) < _SHORTEST_PIECE and piece not in (*_LINKS, *_SHORT_PIECES) and not piece.isdigit()


def _best_split(word: str, known: frozenset[str]) -> tuple[str, ...] | None:
    """The fewest known pieces that make up the whole word, or None."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if before is None or not (piece in known or (before and piece in _LINKS)):
                continue
            if _is_too_short(piece):
                continue
            pieces = before if piece in _LINKS else (*before, piece)
            current = best[end]
            if current is None or len(pieces) < len(current):
                best[end] = pieces
    found = best[-1]
    return found if found and len(found) > 1 else None


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lexicon."""
    facts = data.read("lexicon.json")
    words = {word: one for one, others in facts["words"].items() for word in (one, *others.split())}
    plain = frozenset(facts["plain"].split())
    known = frozenset({*words, *plain, *facts["segments"].split(), *_words_of(facts["phrases"])})
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for phrase, meaning in facts["phrases"].items():
        phrases[tuple(words.get(word, word) for word in phrase.split())] = tuple(meaning.split())
    return Lexicon(words, phrases, plain, known, max(map(len, phrases)))


def _words_of(phrases: Iterable[str]) -> set[str]:
    return {word for phrase in phrases for word in phrase.split() if len(word) > 1}
