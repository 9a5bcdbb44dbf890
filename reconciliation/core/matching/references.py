"""How the reference of one line stands to the texts of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from rapidfuzz.distance import OSA

from reconciliation.core.matching.texts import Said, letters_before_digits


class Tie(IntEnum):
    """OTHER: the text names another document. MISSING: nothing to compare. TYPO: one digit off. PART: cut off, merged with
    other digits, or short. NUMBER: its number stands there, which anything could have. SAME: the whole reference."""

    OTHER = 0
    MISSING = 1
    TYPO = 2
    PART = 3
    NUMBER = 4
    SAME = 5


_CERTAIN: Final = 5
"""A digit run this long stands for the whole reference, if no other line has it."""
_SHORT: Final = 3
_CUT: Final = 4
_TEXT: Final = 6


@dataclass(frozen=True, slots=True)
class Known:
    """The references of the expected side: how many lines have each digit run as the telling one of their reference."""

    cores: Counter[str]
    runs: Counter[str]
    core_of: dict[tuple[str, ...], str]

    def core(self, said: Said) -> str:
        """The digit run that tells this reference from the others: the rarest, then the longest; "" if it has none."""
        return self.core_of.get(said.ref_runs, "")


def known_references(said: Iterable[Said]) -> Known:
    """Count runs and telling runs."""
    lines = list(said)
    runs = Counter(run for each in lines for run in set(each.ref_runs))
    core_of = {
        each.ref_runs: max(each.ref_runs, key=lambda run: (-runs[run], len(run)))
        for each in lines
        if each.ref_runs
    }
    return Known(Counter(core_of[each.ref_runs] for each in lines if each.ref_runs), runs, core_of)


def tie(expected: Said, observed: Said, known: Known) -> Tie:
    """How the expected reference stands in the observed texts, or the observed one in the expected texts."""
    if (expected.known or observed.known) and _share_key(expected, observed):
        return Tie.SAME
    if expected.ref_runs and observed.compact.isalpha():
        return Tie.MISSING  # the usual case where banks show no reference, decided at once
    forward = _stands(expected, observed, known)
    if forward >= Tie.PART or not observed.ref_runs:
        return forward  # a name where the reference should be ties nothing
    if _whole(observed, expected) and (len(observed.ref) >= _TEXT or known.cores[observed.ref] == 0):
        return _sure(observed)
    return forward


def _sure(said: Said) -> Tie:
    """SAME for a reference with letters or many digits; a short number alone may be anything."""
    return Tie.NUMBER if said.ref.isdigit() and len(said.ref) <= _TEXT else Tie.SAME


def _share_key(expected: Said, observed: Said) -> bool:
    """Whether a key known to be exact stands on the other side, as a key or anywhere in the texts."""
    return bool(
        expected.known & observed.known
        or any(_holds(observed, key) for key in expected.known)
        or any(_holds(expected, key) for key in observed.known)
    )


def _holds(text: Said, key: str) -> bool:
    return key in text.tokens or (len(key) >= _TEXT and key in text.compact and _bounded(key, text.compact))


def _stands(expected: Said, observed: Said, known: Known) -> Tie:
    if len(expected.ref) < _SHORT:
        return Tie.MISSING
    if _whole(expected, observed):
        return _sure(expected)
    core = known.core(expected)
    if core in observed.runs and len(core) >= _SHORT:
        alone = len(expected.ref_runs) == 1 or len(core) >= _TEXT + 1
        sure = alone and len(core) >= _CERTAIN and known.runs[core] == 1
        return Tie.NUMBER if sure else Tie.PART
    if _cut(expected.ref, core, observed):
        return Tie.PART
    return _otherwise(expected, core, observed, known)


def _whole(part: Said, text: Said) -> bool:
    """Whether the whole reference stands there, however it is divided, with no further digits before or behind."""
    ref = part.ref
    if len(ref) <= _SHORT or ref not in text.compact or (not part.ref_runs and len(ref) < _TEXT):
        return False
    return text.runs.issuperset(part.ref_runs) or any(
        ref in token and _bounded(ref, token) for token in text.tokens
    )


def _bounded(ref: str, token: str) -> bool:
    before, _, behind = token.partition(ref)
    return not (ref[0].isdigit() and before[-1:].isdigit()) and not (
        ref[-1].isdigit() and behind[:1].isdigit()
    )


def _cut(ref: str, core: str, observed: Said) -> bool:
    """Whether a beginning or an end of the reference stands there, or all of it merged with other digits."""
    if len(ref) > _CERTAIN and ref in observed.compact:
        return True
    least = max(_CUT, (len(core) + 1) // 2)
    for run in observed.runs:
        if len(run) >= least and (core.startswith(run) or core.endswith(run)):
            return True
        if len(core) >= _CERTAIN and (run.startswith(core) or run.endswith(core)):
            return True
    return any(
        len(token) >= _CERTAIN and not token.isalpha() and (ref.startswith(token) or ref.endswith(token))
        for token in observed.tokens
    )


def _otherwise(expected: Said, core: str, observed: Said, known: Known) -> Tie:
    others = [run for run in observed.runs if len(run) >= _CUT]
    if any(len(run) >= _CERTAIN and known.cores[run] for run in others):
        return Tie.OTHER
    if any(len(run) == len(core) >= _CERTAIN and OSA.distance(run, core) == 1 for run in others):
        return Tie.TYPO
    prefix = letters_before_digits(expected.ref)
    if prefix and others and any(f"{prefix}{run}" in observed.compact for run in others):
        return Tie.OTHER
    return Tie.MISSING
