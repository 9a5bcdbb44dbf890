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

from integrations.disputes.core.states import BEFORE_OUTCOME, CLOSED, GIVEN_BACK, LOST, verdict


@dataclass(frozen=True, slots=True)
class ToldState:
    """A state as it was told. `amount_minor` 0: not told. `order`: the number of its event, for those of one day."""

    state: str
    happened_on: date
    amount_minor: int = 0
    order: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """Money that the acquirer took or gave back. `name` is its own within the case, such as `received` or `lost~2`."""

    name: str
    kind: Literal["taken", "given_back"]
    amount_minor: int
    happened_on: date


@dataclass(frozen=True, slots=True)
class Story:
    """Where a case stands. Amounts in minor units.

    `amount_minor`: what is disputed; `taken_minor`: what the acquirer has of it; `lost_minor`: what of that is given up, all
    of it once the case is closed. `impossible`: the first thing told that cannot be true after what was told before it.
    """

    state: str
    amount_minor: int
    raised_on: date
    taken_minor: int
    lost_minor: int
    moves: tuple[Move, ...]
    impossible: ToldState | None = None

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self.state in CLOSED


@dataclass(slots=True)
class _Fold:
    raised_on: date
    amount: int
    state: str = ""
    taken: int = 0
    lost: int = 0
    moves: list[Move] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)

    def bring_to(self, taken: int, name: str, on: date) -> None:
        """Have the acquirer hold so much."""
        if taken == self.taken:
            return
        self.names[name] += 1
        number = self.names[name]
        kind: Literal["taken", "given_back"] = "taken" if taken > self.taken else "given_back"
        own = name if number == 1 else f"{name}~{number}"
        self.moves.append(Move(own, kind, abs(taken - self.taken), on))
        self.taken = taken


def story_of(told: Iterable[ToldState], raised_on: date | None = None) -> Story:
    """The story of a case. `raised_on`: the day it was raised, where that was told.

    Raises ValueError when nothing was told, or never an amount.
    """
    steps = _joined(sorted(told, key=_place))
    amount = next((step.amount_minor for step in steps if step.amount_minor), 0)
    if not amount:
        raise ValueError("Nobody has told what amount is disputed.")
    begun = raised_on or steps[0].happened_on
    fold = _Fold(begun, amount)
    impossible = None
    for step in steps:
        follows = verdict(fold.state, step.state) if fold.state else "moves"
        if follows == "impossible":
            impossible = step
            break
        if follows != "outdated":
            _go_on(fold, step)
    return Story(
        fold.state, fold.amount, begun, fold.taken, fold.lost, tuple(fold.moves), impossible
    )  # fmt: skip


def _place(told: ToldState) -> tuple[date, int, int]:
    """In order of days; within one, what comes before an outcome first, then as the events came."""
    rank = BEFORE_OUTCOME.index(told.state) if told.state in BEFORE_OUTCOME else len(BEFORE_OUTCOME)
    return told.happened_on, rank, told.order


def _joined(steps: Sequence[ToldState]) -> list[ToldState]:
    """A state told several times in a row is told once; the last amount told is the right one."""
    joined: list[ToldState] = []
    for step in steps:
        if joined and joined[-1].state == step.state:
            joined[-1] = replace(joined[-1], amount_minor=step.amount_minor or joined[-1].amount_minor)
        else:
            joined.append(step)
    return joined


def _go_on(fold: _Fold, step: ToldState) -> None:
    if not fold.state:
        first = step.amount_minor if step.state not in GIVEN_BACK else 0
        fold.amount = max(first, fold.amount) if step.state in LOST else fold.amount
        fold.bring_to(fold.amount, "received", fold.raised_on)
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
