"""Which decisions about a world are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciliation.core.matching.outcome import Match
from reconciliation.worlds.world import Truth


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """Knows the truth of a world. `of_expected`, `of_observed`: the truth each line is part of."""

    groups: frozenset[tuple[tuple[str, ...], tuple[str, ...]]]
    of_expected: dict[str, Truth]
    of_observed: dict[str, Truth]

    def is_right(self, match: Match) -> bool:
        """Whether exactly these lines belong together."""
        return (match.expected, match.observed) in self.groups

    def truths(self, match: Match) -> list[Truth]:
        """What is true of the lines of a match, each truth once."""
        found = [self.of_expected.get(each) for each in match.expected]
        found += [self.of_observed.get(each) for each in match.observed]
        return list({id(truth): truth for truth in found if truth is not None}.values())


def judge_of(truth: Sequence[Truth]) -> Judge:
    """Read the truth once."""
    return Judge(
        frozenset((tuple(sorted(each.expected)), tuple(sorted(each.observed))) for each in truth),
        {line: each for each in truth for line in each.expected},
        {line: each for each in truth for line in each.observed},
    )
