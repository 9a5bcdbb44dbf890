"""Each field is given away once, and a target may stay without."""

from __future__ import annotations

import numpy as np

from mapping.suggestions.core.assignment import LEAST, assign


def test_the_best_sum_wins_over_the_best_single_link() -> None:
    chosen = assign(np.array([[0.9, 0.8], [0.85, 0.1]]))
    assert chosen.tolist() == [[False, True], [True, False]]


def test_what_is_unlikely_stays_without_a_link() -> None:
    assert not assign(np.array([[LEAST / 2]])).any()


def test_nothing_to_assign_is_nothing() -> None:
    assert assign(np.zeros((0, 3))).shape == (0, 3)
