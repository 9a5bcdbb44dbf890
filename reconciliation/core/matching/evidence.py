"""What speaks for and against each pair, as small whole numbers that a model and a person can read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from reconciliation.core.matching.blocking import Candidates
from reconciliation.core.matching.names import Name, Naming
from reconciliation.core.matching.references import Known, Tie, tie
from reconciliation.core.matching.side import Flags, Ints, Sides

MONEY: Final = (
    "equal", "up to 0.5 % less", "up to 3.5 % less", "up to 12 % less", "up to 3.5 % more", "up to 12 % more", "far"
)  # fmt: skip
_LAGS: Final = np.array([-14, -3, 0, 1, 4, 8, 15, 31])
_COUNTS: Final = np.array([1, 2, 3, 5, 9, 17, 33, 65])

TIE_WEIGHT: Final = np.array([-6, 0, 3, 6, 9, 12])
NAME_WEIGHT: Final = np.array([-4, 0, 3, 6])


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """One entry per pair. `tie`: Tie; `name`: Name; `money`: index into MONEY; `late`: days beyond the usual lag."""

    tie: Ints
    name: Ints
    money: Ints
    lag: Ints
    late: Ints
    rarity: Ints
    equal_e: Ints
    equal_o: Ints
    weekend: Ints
    silent: Ints

    @property
    def exact(self) -> Flags:
        """Equal pence."""
        result: Flags = self.money == 0
        return result

    @property
    def strength(self) -> Ints:
        """How much the texts say for the pair; the guard against twins compares it."""
        result: Ints = TIE_WEIGHT[self.tie] + NAME_WEIGHT[self.name]
        return result


FEATURES: Final = (
    "money", "tie", "name", "late", "rarity", "equal_e", "equal_o", "weekend", "silent"
)  # fmt: skip
LEVELS: Final = (7, 6, 4, 9, 9, 9, 9, 2, 4)


def evidence(sides: Sides, pairs: Candidates, naming: Naming, known: Known, lag: int) -> Evidence:
    """Look at each pair; `lag`: the usual number of days."""
    left, right, e, o = sides.expected, sides.observed, pairs.e, pairs.o
    days = right.day[o] - left.day[e]
    ties, names = _texts(sides, pairs, naming, known)
    return Evidence(
        tie=ties,
        name=names,
        money=_money(left.minor[e], right.minor[o]),
        lag=days,
        late=days - lag,
        rarity=_same_amount(sides)[e],
        equal_e=pairs.equal_e[e],
        equal_o=pairs.equal_o[o],
        weekend=(left.day[e] % 7 >= 5).astype(np.int64) if len(e) else np.zeros(0, dtype=np.int64),
        silent=_silence(sides, pairs),
    )


def feature_table(found: Evidence) -> Ints:
    """FEATURES of each pair, each below its LEVELS."""
    columns = (
        found.money,
        found.tie,
        found.name,
        np.searchsorted(_LAGS, found.late, side="right"),
        np.searchsorted(_COUNTS, found.rarity, side="right"),
        np.searchsorted(_COUNTS, found.equal_e, side="right"),
        np.searchsorted(_COUNTS, found.equal_o, side="right"),
        found.weekend,
        found.silent,
    )
    result: Ints = np.stack(columns, axis=1).astype(np.int64)
    return result


def _texts(sides: Sides, pairs: Candidates, naming: Naming, known: Known) -> tuple[Ints, Ints]:
    left, right = sides.expected.said, sides.observed.said
    ties = np.full(len(pairs.e), Tie.MISSING, dtype=np.int64)
    names = np.full(len(pairs.e), Name.MISSING, dtype=np.int64)
    compare = naming.compare
    for at, (e, o) in enumerate(zip(pairs.e.tolist(), pairs.o.tolist(), strict=True)):
        expected, observed = left[e], right[o]
        ties[at] = tie(expected, observed, known)
        names[at] = compare(expected, observed)
    return ties, names


def _money(expected: Ints, observed: Ints) -> Ints:
    """Index into MONEY, in whole numbers."""
    size = np.abs(expected)
    less = np.where(expected >= 0, expected - observed, observed - expected)
    kinds = np.full(len(expected), len(MONEY) - 1, dtype=np.int64)
    for kind, sign, share in ((5, -1, 120), (4, -1, 35), (3, 1, 120), (2, 1, 35), (1, 1, 5)):
        kinds[(sign * less > 0) & (sign * less * 1000 <= share * size)] = kind
    kinds[less == 0] = 0
    return kinds


def _same_amount(sides: Sides) -> Ints:
    """For each expected line, how many lines of both sides have its amount."""
    every = np.concatenate([sides.expected.minor, sides.observed.minor])
    _, place, counts = np.unique(every, return_inverse=True, return_counts=True)
    result: Ints = counts[place[: len(sides.expected)]]
    return result


def _silence(sides: Sides, pairs: Candidates) -> Ints:
    """0: both sides have digits to compare, 1: the expected one has none, 2: the observed one has none, 3: neither."""
    mute_e = np.array([not said.ref_runs for said in sides.expected.said], dtype=np.int64)
    mute_o = np.array(
        [not any(len(run) > 2 for run in said.runs) for said in sides.observed.said], dtype=np.int64
    )
    result: Ints = mute_e[pairs.e] + 2 * mute_o[pairs.o]
    return result
