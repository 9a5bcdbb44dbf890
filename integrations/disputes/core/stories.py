"""What became of a case, worked out from everything told of it, in whatever order it was told.

Which money moved follows from the states alone: a new case takes the disputed amount, one that is lost keeps it, one that
is won or reversed gives it back. Pre-arbitration by itself moves nothing. Of an outcome over a part, the rest goes the
other way. What an acquirer tells only at the end has happened in between: won at once means taken and given back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from integrations.disputes.core.states import BEFORE_OUTCOME, CLOSED, GIVEN_BACK, verdict


@dataclass(frozen=True, slots=True)
class ToldState:
    """A state as it was told; empty where something else was. `amount_minor` and `fee_minor` 0: not told.

    `fee_minor`: what was charged so far, in all, in the fee's own currency. `order`: the number of its event, for what was
    told of one day.
    """

    state: str
    happened_on: date
    amount_minor: int = 0
    order: int = 0
    fee_minor: int = 0
    returns_fee: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Money that the acquirer took or gave back. `name` is its own within the case, such as `received` or `lost~2`."""

    name: str
    kind: Literal["taken", "given_back"]
    amount_minor: int
    happened_on: date
    is_fee: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Where a case stands. Amounts in minor units.

    `amount_minor`: what is disputed; `taken_minor`: what the acquirer has of it; `lost_minor`: what of that is given up, all
    of it once the case is closed; `fee_minor`: what it has charged and kept. `since`: the day of the state. `impossible`: the
    first thing told that cannot be true after what was told before it.
    """

    state: str
    since: date
    amount_minor: int
    raised_on: date
    taken_minor: int
    lost_minor: int
    fee_minor: int
    moves: tuple[Move, ...]
    impossible: ToldState | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self.state in CLOSED


@dataclass(slots=True)
class _Fold:
    raised_on: date
    since: date
    amount: int
    state: str = ""
    taken: int = 0
    lost: int = 0
    fee: int = 0
    fee_told: int = 0
    """Files say it again on every line, even after it was given back."""
    moves: list[Move] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)

    def bring_to(self, taken: int, name: str, on: date) -> None:
        """Have the acquirer hold so much."""
        self._add(taken - self.taken, name, on)
        self.taken = taken

    def bring_fee_to(self, fee: int, on: date) -> None:
        """Have it keep so much for its work."""
        self._add(fee - self.fee, "fee" if fee > self.fee else "fee_returned", on, is_fee=True)
        self.fee = fee

    def _add(self, more: int, name: str, on: date, *, is_fee: bool = False) -> None:
        if not more:
            return
        self.names[name] += 1
        number = self.names[name]
        own = name if number == 1 else f"{name}~{number}"
        self.moves.append(Move(own, "taken" if more > 0 else "given_back", abs(more), on, is_fee))


def story_of(told: Iterable[ToldState], raised_on: date | None = None) -> Story:
    """The story of a case. `raised_on`: the day it was raised, where that was told.

    Raises ValueError when no state was told, or never an amount.
    """
    steps = _joined(sorted(told, key=_place))
    amount = next((step.amount_minor for step in steps if step.amount_minor), 0)
    if not steps or not amount:
        raise ValueError("Nobody has told what amount is disputed.")
    fold = _Fold(raised_on or steps[0].happened_on, steps[0].happened_on, amount)
    impossible = None
    for step in steps:
        follows = verdict(fold.state, step.state) if fold.state else "moves"
        if follows == "impossible":
            impossible = step
            break
        is_first = not fold.state
        if follows != "outdated":
            _go_on(fold, step)
        _charge(fold, step, fold.raised_on if is_first else step.happened_on)
    return Story(
        fold.state,
        fold.since,
        fold.amount,
        fold.raised_on,
        fold.taken,
        fold.lost,
        fold.fee,
        tuple(fold.moves),
        impossible,
    )


def _place(told: ToldState) -> tuple[date, int, int]:
    """In order of days; within one, what comes before an outcome first, then as the events came."""
    rank = BEFORE_OUTCOME.index(told.state) if told.state in BEFORE_OUTCOME else len(BEFORE_OUTCOME)
    return told.happened_on, rank, told.order


def _joined(steps: Sequence[ToldState]) -> list[ToldState]:
    """What was told of one state is told once, with what was said without any; the last amounts told are right."""
    joined: list[ToldState] = []
    for step in steps:
        if joined and step.state in ("", joined[-1].state):
            joined[-1] = _together(joined[-1], step)
        else:
            joined.append(step if step.state else replace(step, state="received"))
    return joined


def _together(first: ToldState, then: ToldState) -> ToldState:
    return replace(
        first,
        amount_minor=then.amount_minor or first.amount_minor,
        fee_minor=then.fee_minor or first.fee_minor,
        returns_fee=then.returns_fee or first.returns_fee,
    )


def _charge(fold: _Fold, step: ToldState, on: date) -> None:
    if step.fee_minor and step.fee_minor != fold.fee_told:
        fold.fee_told = step.fee_minor
        fold.bring_fee_to(step.fee_minor, on)
    if step.returns_fee:
        fold.bring_fee_to(0, step.happened_on)


def _go_on(fold: _Fold, step: ToldState) -> None:
    if not fold.state:
        fold.bring_to(fold.amount, "received", fold.raised_on)
    elif verdict(fold.state, step.state) == "moves":
        fold.since = step.happened_on
    said_again = fold.state and verdict(fold.state, step.state) == "repeats"
    fold.state = fold.state if said_again else step.state
    if step.state in GIVEN_BACK:
        back = min(step.amount_minor or fold.taken, fold.taken)
        fold.bring_to(fold.taken - back, step.state, step.happened_on)
    elif step.state != "pre_arbitration":
        _hold(fold, step)
    if fold.state != "pre_arbitration":
        fold.lost = fold.taken if fold.state in CLOSED else 0


def _hold(fold: _Fold, step: ToldState) -> None:
    """The acquirer has what is disputed: all of it, or as much as was told now."""
    if step.state in BEFORE_OUTCOME:
        fold.amount = step.amount_minor or fold.amount
    fold.bring_to(step.amount_minor or fold.amount, step.state, step.happened_on)
