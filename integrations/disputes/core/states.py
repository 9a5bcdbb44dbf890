"""The states of a dispute, which may follow which, and what each is called.

The way of a dispute (docs/disputes.md): received → accepted, or evidence due → evidence submitted → represented → won or
lost → pre-arbitration → won or lost; also reversed by the issuer, and expired when nobody answered in time. Acquirers often
tell only some of it, so states may be skipped, and whatever may come later may come at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["moves", "repeats", "outdated", "impossible"]
"""What a notice does to a case: moves it on, says it again, comes late, or cannot be true."""


@dataclass(frozen=True, slots=True)
class StateWords:
    """What a state is called, what it means for the money, and what a person does next."""

    label: str
    meaning: str
    todo: str = ""


WORDS: Final[Mapping[str, StateWords]] = {
    "received": StateWords(
        "Received", "The acquirer has taken the money for now.", "Decide whether to answer or to accept it."
    ),
    "evidence_due": StateWords(
        "Evidence due", "The acquirer waits for evidence.", "Send the evidence before the deadline."
    ),
    "evidence_submitted": StateWords("Evidence submitted", "The acquirer has the evidence."),
    "represented": StateWords("Represented", "The acquirer has put the case to the cardholder's bank."),
    "pre_arbitration": StateWords(
        "Pre-arbitration",
        "The case is open again; the money stays where it was.",
        "Decide whether to go on or to accept it.",
    ),
    "won": StateWords("Won", "The acquirer has given the money back."),
    "reversed": StateWords("Reversed", "The cardholder's bank has withdrawn it; the money is back."),
    "lost": StateWords("Lost", "The money stays with the cardholder."),
    "accepted": StateWords("Accepted", "It was not contested: the money stays with the cardholder."),
    "expired": StateWords(
        "Expired", "Nobody answered in time: it counts as lost unless the acquirer says otherwise."
    ),
}

BEFORE_OUTCOME: Final = ("received", "evidence_due", "evidence_submitted", "represented")
"""Open states in which the acquirer holds the money, in their usual order."""
LOST: Final = frozenset({"lost", "accepted", "expired"})
GIVEN_BACK: Final = frozenset({"won", "reversed"})
CLOSED: Final = LOST | GIVEN_BACK
OPEN: Final = frozenset(WORDS) - CLOSED

_OUTCOMES: Final = CLOSED | {"pre_arbitration"}
NEXT: Final[Mapping[str, frozenset[str]]] = {
    "received": frozenset(WORDS) - {"received"},
    **{
        state: frozenset(WORDS) - {"received", state}
        for state in ("evidence_due", "evidence_submitted", "represented")
    },
    # From an outcome only through pre-arbitration, which an acquirer may leave out.
    "won": frozenset(_OUTCOMES - {"won"}),
    "lost": frozenset(_OUTCOMES - {"lost"}),
    "pre_arbitration": CLOSED,
    "expired": frozenset(_OUTCOMES - {"expired"}),
    "accepted": frozenset({"reversed"}),
    "reversed": frozenset(),
}
"""What may follow each state, steps left out included: every part of a possible way is a possible way."""

_SAYS_AGAIN: Final = frozenset({("accepted", "lost"), ("accepted", "expired"), ("reversed", "won")})
"""What an acquirer says of a case that has ended so already, in other words."""


def verdict(before: str, told: str) -> Verdict:
    """What it means that `told` is said of a case in state `before`; of a later day than that state, or of the same."""
    if before == told or (before, told) in _SAYS_AGAIN:
        return "repeats"
    if told in NEXT[before]:
        return "moves"
    return "outdated" if told in BEFORE_OUTCOME else "impossible"


def is_open(state: str) -> bool:
    """Whether the case goes on."""
    return state in OPEN


def label(state: str) -> str:
    """What a state is called."""
    return WORDS[state].label


def choices_after(state: str) -> tuple[str, ...]:
    """The states that a person may move a case on to, in their usual order."""
    return tuple(each for each in WORDS if each in NEXT[state])
