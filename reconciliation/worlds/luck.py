"""Chance that is the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

T = TypeVar("T")
_AHEAD: Final = 8192


class Luck:
    """Draws from one stream of numpy's PCG64, many at a time because single draws are slow."""

    def __init__(self, seed: int) -> None:
        self._source = np.random.Generator(np.random.PCG64(seed))
        self._drawn: list[float] = []

    def share(self) -> float:
        """From 0 up to, but not, 1."""
        if not self._drawn:
            self._drawn = self._source.random(_AHEAD).tolist()
        return self._drawn.pop()

    def happens(self, share: float) -> bool:
        """Whether something that happens in `share` of all cases happens now."""
        return self.share() < share

    def below(self, end: int) -> int:
        """A whole number from 0 to end - 1."""
        return int(self.share() * end)

    def between(self, first: int, last: int) -> int:
        """A whole number from first to last, both included."""
        return first + self.below(last - first + 1)

    def one_of(self, things: Sequence[T]) -> T:
        """Any of them."""
        return things[self.below(len(things))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """All of them in another order."""
        order = np.argsort(np.array([self.share() for _ in things]), kind="stable")
        return [things[at] for at in order.tolist()]
