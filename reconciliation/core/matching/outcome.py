"""What matching comes to: matches with their reasons, and what stays open with the nearest reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Decision = Literal["auto", "review"]
Method = Literal["key", "score", "list", "batch", "group", "run", "exceptions", "subset", "near", "rule"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, for machines (`code`) and for people (`words`). Codes starting with `needs_` say what would make it certain."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Match:
    """Expected lines that observed lines are the money of, by their ids.

    `probability`: calibrated, 0 to 1. `difference`: observed minus expected, in minor units; 0 for every `auto`.
    `method`: the rung of the ladder that found it. `score`: the model's value before calibration, for later learning.
    """

    expected: tuple[str, ...]
    observed: tuple[str, ...]
    probability: float
    decision: Decision
    method: Method
    difference: int
    reasons: tuple[Reason, ...]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Open:
    """A line without a match. `nearest`: the id on the other side that came nearest, "" if there is none."""

    id: str
    reasons: tuple[Reason, ...]
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All decisions; each id stands in exactly one place. `model`: which model decided. `notes`: what holds for all."""

    matches: tuple[Match, ...]
    open_expected: tuple[Open, ...]
    open_observed: tuple[Open, ...]
    model: str
    notes: tuple[Reason, ...] = ()


def explain(outcome: Outcome, line_id: str) -> tuple[Reason, ...]:
    """Why the line stands where it does; empty if the outcome does not know it."""
    return next(_reasons_of(outcome, line_id), ())


def _reasons_of(outcome: Outcome, line_id: str) -> Iterator[tuple[Reason, ...]]:
    for match in outcome.matches:
        if line_id in match.expected or line_id in match.observed:
            yield match.reasons
    for each in (*outcome.open_expected, *outcome.open_observed):
        if each.id == line_id:
            yield each.reasons
