"""What becomes of the pairs that the assignment chose."""

from __future__ import annotations

import numpy as np

from reconciliation.core.matching import words
from reconciliation.core.matching.names import Name
from reconciliation.core.matching.outcome import Reason
from reconciliation.core.matching.references import Tie
from reconciliation.core.matching.scoring import Scored, runner_up, unmistakable
from reconciliation.core.matching.side import Flags, Ints
from reconciliation.core.matching.work import Verdict, Work


def take_exact(work: Work, scored: Scored) -> None:
    """Match the chosen pairs with equal pence: without a person where nothing speaks against it."""
    clear = unmistakable(scored, work.sides)
    settings = work.settings
    lead = scored.probability - runner_up(scored)
    sure = clear & (scored.probability >= settings.auto_from) & (lead >= settings.margin)
    shown = scored.chosen & scored.found.exact & (scored.probability >= settings.suggest_from)
    others = _others(scored, shown & ~sure)
    for at in np.flatnonzero(shown).tolist():
        reasons = _evidence(work, scored, at)
        if not sure[at]:
            doubts = (words.UNSURE,) if clear[at] else _doubts(work, scored, at, others)
            reasons = (*reasons, *doubts, words.NEEDS_REFERENCE)
        _take(work, scored, at, reasons, auto=bool(sure[at]))


def take_unequal(work: Work, scored: Scored) -> None:
    """Offer the chosen pairs whose amounts differ, where no sum explained them."""
    shown = scored.chosen & ~scored.found.exact & (scored.probability >= work.settings.suggest_from)
    for at in np.flatnonzero(shown).tolist():
        if work.are_free([int(scored.pairs.e[at])], [int(scored.pairs.o[at])]):
            _take(work, scored, at, (*_evidence(work, scored, at), words.NEEDS_PERSON), auto=False)


def _take(work: Work, scored: Scored, at: int, reasons: tuple[Reason, ...], *, auto: bool) -> None:
    verdict = Verdict(
        "score", round(float(scored.probability[at]), 4), auto, reasons, round(float(scored.scores[at]), 4)
    )
    work.take([int(scored.pairs.e[at])], [int(scored.pairs.o[at])], verdict)


def _evidence(work: Work, scored: Scored, at: int) -> tuple[Reason, ...]:
    found = scored.found
    expected = work.sides.expected.lines[int(scored.pairs.e[at])]
    observed = work.sides.observed.lines[int(scored.pairs.o[at])]
    return (
        words.amounts(expected.minor, observed.minor, work.currency),
        *words.texts(Tie(int(found.tie[at])), Name(int(found.name[at]))),
        words.lag(int(found.lag[at])),
    )


def _others(scored: Scored, doubtful: Flags) -> dict[tuple[str, int], list[int]]:
    """For each line of a doubtful pair, the lines of the other side with equal pence, by side and row."""
    pairs, exact = scored.pairs, scored.found.exact
    listed: dict[tuple[str, int], list[int]] = {}
    for side, mine, theirs in (("e", pairs.e, pairs.o), ("o", pairs.o, pairs.e)):
        wanted = np.zeros(len(pairs.equal_e if side == "e" else pairs.equal_o), dtype=bool)
        wanted[mine[doubtful]] = True
        at: Ints = np.flatnonzero(exact & wanted[mine])
        for row, other in zip(mine[at].tolist(), theirs[at].tolist(), strict=True):
            listed.setdefault((side, row), []).append(other)
    return listed


def _doubts(
    work: Work, scored: Scored, at: int, others: dict[tuple[str, int], list[int]]
) -> tuple[Reason, ...]:
    e, o = int(scored.pairs.e[at]), int(scored.pairs.o[at])
    doubts = []
    for side, name, row, partner, lines in (
        ("o", "expected", o, e, work.sides.expected.lines),
        ("e", "observed", e, o, work.sides.observed.lines),
    ):
        rivals = [lines[other].id for other in others.get((side, row), []) if other != partner]
        if rivals:
            doubts.append(words.ambiguous(rivals, name))
    if doubts:
        return tuple(doubts)
    return (words.UNSURE,)
