"""Whether one side writes money in as the other writes money out."""

from __future__ import annotations

from collections import Counter
from typing import Final

from reconciliation.core.matching.lines import Pairing

_LEAST: Final = 5
_TIMES: Final = 4


def are_reversed(pairing: Pairing) -> bool:
    """Whether far more amounts meet with the other sign than as they are, and enough of them for it to be no accident.

    A single payment and its refund also meet with the other sign; so a few such lines prove nothing.
    """
    expected = Counter(line.minor for line in pairing.expected)
    observed = Counter(line.minor for line in pairing.observed)
    as_they_are = sum(min(count, observed[minor]) for minor, count in expected.items())
    turned = sum(min(count, observed[-minor]) for minor, count in expected.items())
    return turned >= _LEAST and turned >= _TIMES * max(1, as_they_are)
