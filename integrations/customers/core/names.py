"""Names of people and companies, brought into one form and compared.

No part of this is learned: the tables are short, and each verdict says which of them spoke.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from rapidfuzz.fuzz import token_sort_ratio

_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "’": "", "'": ""}
)
"""Letters that Unicode does not take apart, and signs inside names."""
_WORD: Final = re.compile(r"[a-z0-9]+")
_TITLES: Final = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "doctor",
        "prof",
        "professor",
        "sir",
        "dame",
        "lord",
        "lady",
        "rev",
        "reverend",
        "herr",
        "frau",
        "mme",
    ]
)
_HONOURS: Final = frozenset(["obe", "mbe", "cbe", "phd", "md", "esq", "jr", "sr", "bsc", "msc"])
_SUFFIXES: Final = frozenset(
    [
        "ltd",
        "limited",
        "plc",
        "llp",
        "llc",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "gmbh",
        "ag",
        "kg",
        "sa",
        "sarl",
        "sas",
        "bv",
        "nv",
        "srl",
        "spa",
        "oy",
        "ab",
        "as",
        "cic",
    ]
)
"""Legal forms: they say that it is a company, and not which."""
_FILLERS: Final = frozenset(["the", "and", "co", "company", "trading", "as", "t"])
_SHORT: Final = {
    short: name
    for name, shorts in {
        "william": "will bill billy", "robert": "rob bob bobby", "elizabeth": "liz beth lizzie eliza",
        "katherine": "kate kathy katie catherine kathryn", "michael": "mike mick", "james": "jim jimmy jamie",
        "thomas": "tom tommy", "richard": "rick dick", "margaret": "maggie peggy meg", "edward": "ed eddie ted",
        "andrew": "andy", "anthony": "tony", "christopher": "chris", "daniel": "dan danny", "david": "dave",
        "joseph": "joe", "matthew": "matt", "nicholas": "nick", "patricia": "pat trish", "samuel": "sam",
        "stephen": "steve steven", "susan": "sue", "benjamin": "ben", "jennifer": "jenny jen", "alexander": "alex",
    }.items()
    for short in shorts.split()
}  # fmt: skip
"""Short forms in everyday British use."""
NEAR: Final = 88.0
"""From this likeness (per cent, words in any order) two names differ in a few letters only."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in normal form: words without accents, titles and legal forms; `given` is empty for a company."""

    given: tuple[str, ...] = ()
    family: str = ""
    company: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All words of the person's name, sorted, so that their order does not count."""
        return tuple(sorted((*self.given, self.family))) if self.family else ()


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text: lower case, no accents, no punctuation."""
    folded = text.casefold().translate(_LETTERS)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
    return tuple(_WORD.findall(bare))


def read_name(full: str = "", *, first: str = "", last: str = "", company: str = "") -> Name:
    """A name from its parts, or from one text: "Moss, Ada" and "Dr Ada Moss OBE" are the same person.

    A text with a legal form in it ("Moss & Daughters Ltd") is a company's.
    """
    firm = _company_words(company)
    if not (first or last) and not firm and _SUFFIXES & set(plain_words(full)):
        return Name(company=_company_words(full))
    if first or last:
        given, family = _person_words(first), _person_words(last)
        if not family:
            return Name(given[:-1], given[-1] if given else "", firm)
        return Name((*given, *family[:-1]), family[-1], firm)
    return _person(full, firm) if not firm else Name(company=firm)


def _person(full: str, firm: tuple[str, ...]) -> Name:
    before, comma, after = full.partition(",")
    words = (*_person_words(after), *_person_words(before)) if comma else _person_words(full)
    return Name(words[:-1], words[-1], firm) if words else Name(company=firm)


def _person_words(text: str) -> tuple[str, ...]:
    words = [word for word in plain_words(text) if word not in _HONOURS]
    while len(words) > 1 and words[0] in _TITLES:
        words.pop(0)
    return tuple(words)


def _company_words(text: str) -> tuple[str, ...]:
    words = plain_words(text)
    kept = tuple(word for word in words if word not in _SUFFIXES and word not in _FILLERS)
    return kept or words


def long_form(word: str) -> str:
    """The full first name of a short form: "bob" is "robert"."""
    return _SHORT.get(word, word)


def likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """How alike two lists of words are, in per cent, whatever their order."""
    return float(token_sort_ratio(" ".join(one), " ".join(other)))
