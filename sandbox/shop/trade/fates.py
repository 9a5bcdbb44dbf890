"""What becomes of an order after its customer paid: refunds, voids, releases, disputes, as a function of a seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

WHOLE: Final = Decimal(1)
DISPUTES: Final = 8
"""Disputes among a hundred orders unless `mix` says otherwise."""


class Kind(StrEnum):
    """The stories; the values are their names in `mix`."""

    REFUND = "refund"
    """The staff give everything back in MyOpayo."""
    PART_REFUND = "part_refund"
    PART_REFUNDS = "part_refunds"
    """Two or three refunds of one order, sometimes until nothing is left."""
    VOID = "void"
    """The staff undo the sale in MyOpayo on its own day."""
    ASKED_REFUND = "asked_refund"
    """The shop asks the bridge to give everything back."""
    ASKED_PART_REFUND = "asked_part_refund"
    """An amount, or certain lines of the order."""
    ASKED_REFUNDS = "asked_refunds"
    ASKED_VOID = "asked_void"
    """The shop asks on the day of the sale, when a void will do."""
    ASKED_TOO_MUCH = "asked_too_much"
    """After a part came back, the shop asks for the whole: more than is left."""
    DEFERRED = "deferred"
    DEFERRED_PART = "deferred_part"
    """Less is released than was set aside."""
    DEFERRED_ABORT = "deferred_abort"
    SPLIT = "split"
    """A part is released; the rest is charged by REPEAT when the second parcel leaves."""
    AUTHENTICATE = "authenticate"
    """One or several AUTHORISEs, up to 115 %."""
    AUTHENTICATE_CANCEL = "authenticate_cancel"
    LATE_ABORT = "late_abort"
    """Opayo never hears the bridge's answer, and takes its OK back."""
    DISPUTE = "disputes"


DEFAULT_FATES: Final[Mapping[Kind, int]] = {
    Kind.REFUND: 3,
    Kind.PART_REFUND: 3,
    Kind.PART_REFUNDS: 2,
    Kind.VOID: 2,
    Kind.ASKED_REFUND: 2,
    Kind.ASKED_PART_REFUND: 2,
    Kind.ASKED_REFUNDS: 1,
    Kind.ASKED_VOID: 1,
    Kind.ASKED_TOO_MUCH: 1,
    Kind.DEFERRED: 2,
    Kind.DEFERRED_PART: 1,
    Kind.DEFERRED_ABORT: 1,
    Kind.SPLIT: 1,
    Kind.AUTHENTICATE: 2,
    Kind.AUTHENTICATE_CANCEL: 1,
    Kind.LATE_ABORT: 1,
    Kind.DISPUTE: DISPUTES,
}
"""Of a hundred orders so many; nothing more happens to the rest."""


class Deed(StrEnum):
    """One thing that is done about a payment."""

    REFUND = "refund"
    VOID = "void"
    RELEASE = "release"
    ABORT = "abort"
    AUTHORISE = "authorise"
    CANCEL = "cancel"
    REPEAT = "repeat"
    ASK = "ask"
    """The shop asks the bridge for a refund."""
    DISPUTE = "dispute"
    """The cardholder disputes the sale."""


@dataclass(frozen=True, slots=True)
class Step:
    """One deed, so long after the payment, and how much of the order's total it moves."""

    deed: Deed
    after: timedelta
    share: Decimal = WHOLE
    by_lines: bool = False
    """ASK: for lines of the order rather than an amount, where its lines allow that."""
    script: str = ""
    """DISPUTE: how it goes."""


@dataclass(frozen=True, slots=True)
class Fate:
    """A story, with its steps in order of time."""

    kind: Kind | None = None
    tx_type: str = "PAYMENT"
    """What the shop registers."""
    steps: tuple[Step, ...] = ()

    @property
    def is_late_abort(self) -> bool:
        """Whether Opayo is to hear no answer to its OK."""
        return self.kind is Kind.LATE_ABORT


NOTHING_MORE: Final = Fate()

SCRIPTS: Final = (
    "won",
    "lost",
    "accepted",
    "pre_arbitration_lost",
    "pre_arbitration_won",
    "reversed",
    "expired",
)

_BY_ITSELF: Final = frozenset(
    {
        Kind.DEFERRED, Kind.DEFERRED_PART, Kind.DEFERRED_ABORT, Kind.SPLIT, Kind.AUTHENTICATE,
        Kind.AUTHENTICATE_CANCEL,
    }
)  # fmt: skip
"""Stories of transaction types that only the shop's own registration asks for."""

_NOTIFIED: Final = frozenset({Kind.LATE_ABORT, Kind.ASKED_VOID})
"""Stories that need a notification."""


def fate(
    seed: int, index: int, weights: Mapping[Kind, int], *, is_checkout: bool = False, is_pi: bool = False
) -> Fate:
    """The fate of an order, of its own chance: the order itself is the same with and without it."""
    rng = random.Random(f"fate/{seed}/{index}")
    drawn, upto = rng.randrange(100), 0
    for kind, weight in weights.items():
        upto += weight
        if drawn < upto:
            impossible = (is_checkout and kind in _BY_ITSELF) or (is_pi and kind in _NOTIFIED)
            return NOTHING_MORE if impossible else _STORIES[kind](rng)
    return NOTHING_MORE


def _later(rng: random.Random, days: int) -> timedelta:
    """So many days after the payment and a few hours; after one day its batch is settled."""
    return timedelta(days=days, minutes=rng.randrange(0, 360))


def _soon(rng: random.Random) -> timedelta:
    """Seconds after the payment: now and then before it is in the books, now and then after."""
    return timedelta(milliseconds=rng.randrange(0, 2000))


def _part(rng: random.Random) -> Decimal:
    return Decimal(rng.randrange(15, 80)) / 100


def _parts(rng: random.Random) -> tuple[Decimal, ...]:
    """Shares of one or none left over; they add up to the whole every other time."""
    first, second = Decimal(rng.randrange(10, 40)) / 100, Decimal(rng.randrange(10, 40)) / 100
    rest = WHOLE - first - second
    return (first, second, rest) if rng.random() < 0.5 else (first, second)


def _refund(rng: random.Random) -> Fate:
    return Fate(Kind.REFUND, steps=(Step(Deed.REFUND, _later(rng, rng.choice((1, 2, 3)))),))


def _part_refund(rng: random.Random) -> Fate:
    return Fate(Kind.PART_REFUND, steps=(Step(Deed.REFUND, _later(rng, rng.choice((1, 2, 4))), _part(rng)),))


def _part_refunds(rng: random.Random) -> Fate:
    steps = tuple(Step(Deed.REFUND, _later(rng, 1 + place), share) for place, share in enumerate(_parts(rng)))
    return Fate(Kind.PART_REFUNDS, steps=steps)


def _void(rng: random.Random) -> Fate:
    return Fate(Kind.VOID, steps=(Step(Deed.VOID, _soon(rng)),))


def _asked_refund(rng: random.Random) -> Fate:
    return Fate(Kind.ASKED_REFUND, steps=(Step(Deed.ASK, _later(rng, rng.choice((1, 2, 3)))),))


def _asked_part_refund(rng: random.Random) -> Fate:
    step = Step(Deed.ASK, _later(rng, rng.choice((1, 2, 3))), _part(rng), by_lines=rng.random() < 0.5)
    return Fate(Kind.ASKED_PART_REFUND, steps=(step,))


def _asked_refunds(rng: random.Random) -> Fate:
    steps = tuple(Step(Deed.ASK, _later(rng, 1 + place), share) for place, share in enumerate(_parts(rng)))
    return Fate(Kind.ASKED_REFUNDS, steps=steps)


def _asked_void(rng: random.Random) -> Fate:
    return Fate(Kind.ASKED_VOID, steps=(Step(Deed.ASK, _soon(rng)),))


def _asked_too_much(rng: random.Random) -> Fate:
    steps = (Step(Deed.REFUND, _later(rng, 1), _part(rng)), Step(Deed.ASK, _later(rng, 3)))
    return Fate(Kind.ASKED_TOO_MUCH, steps=steps)


def _deferred(rng: random.Random) -> Fate:
    steps = (Step(Deed.RELEASE, _later(rng, rng.choice((1, 2, 4)))),)
    return Fate(Kind.DEFERRED, "DEFERRED", steps)


def _deferred_part(rng: random.Random) -> Fate:
    return Fate(Kind.DEFERRED_PART, "DEFERRED", (Step(Deed.RELEASE, _later(rng, 2), _part(rng)),))


def _deferred_abort(rng: random.Random) -> Fate:
    return Fate(Kind.DEFERRED_ABORT, "DEFERRED", (Step(Deed.ABORT, _later(rng, rng.choice((1, 3)))),))


def _split(rng: random.Random) -> Fate:
    share = _part(rng)
    steps = (Step(Deed.RELEASE, _later(rng, 1), share), Step(Deed.REPEAT, _later(rng, 3), WHOLE - share))
    return Fate(Kind.SPLIT, "DEFERRED", steps)


def _authenticate(rng: random.Random) -> Fate:
    shares = rng.choice((("1",), ("0.55", "0.45"), ("0.30", "0.30", "0.40"), ("0.60",), ("0.70", "0.40")))
    steps = tuple(
        Step(Deed.AUTHORISE, _later(rng, 1 + place), Decimal(share)) for place, share in enumerate(shares)
    )
    return Fate(Kind.AUTHENTICATE, "AUTHENTICATE", steps)


def _authenticate_cancel(rng: random.Random) -> Fate:
    return Fate(Kind.AUTHENTICATE_CANCEL, "AUTHENTICATE", (Step(Deed.CANCEL, _later(rng, 2)),))


def _late_abort(rng: random.Random) -> Fate:
    return Fate(Kind.LATE_ABORT)


def _dispute(rng: random.Random) -> Fate:
    share = WHOLE if rng.random() < 0.7 else _part(rng)
    step = Step(Deed.DISPUTE, _later(rng, 3), share, script=rng.choice(SCRIPTS))
    return Fate(Kind.DISPUTE, steps=(step,))


_STORIES: Final[Mapping[Kind, Callable[[random.Random], Fate]]] = {
    Kind.REFUND: _refund,
    Kind.PART_REFUND: _part_refund,
    Kind.PART_REFUNDS: _part_refunds,
    Kind.VOID: _void,
    Kind.ASKED_REFUND: _asked_refund,
    Kind.ASKED_PART_REFUND: _asked_part_refund,
    Kind.ASKED_REFUNDS: _asked_refunds,
    Kind.ASKED_VOID: _asked_void,
    Kind.ASKED_TOO_MUCH: _asked_too_much,
    Kind.DEFERRED: _deferred,
    Kind.DEFERRED_PART: _deferred_part,
    Kind.DEFERRED_ABORT: _deferred_abort,
    Kind.SPLIT: _split,
    Kind.AUTHENTICATE: _authenticate,
    Kind.AUTHENTICATE_CANCEL: _authenticate_cancel,
    Kind.LATE_ABORT: _late_abort,
    Kind.DISPUTE: _dispute,
}


def amounts(total: Decimal, shares: Iterable[Decimal]) -> list[Decimal]:
    """The sums of steps, to the penny; shares that add up to one add up to the total."""
    penny, sums, share_so_far, sum_so_far = Decimal("0.01"), [], Decimal(0), Decimal(0)
    for share in shares:
        share_so_far += share
        reached = (total * share_so_far).quantize(penny)
        sums.append(reached - sum_so_far)
        sum_so_far = reached
    return sums
