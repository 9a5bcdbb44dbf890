"""Each source field to at most one target and each target from at most one field, or to nothing."""

from __future__ import annotations

from typing import Final

import numpy as np

from mapping.suggestions.core.side import Mask, Table

LEAST: Final = 0.2
"""Below this probability a target is better left without a link."""


def assign(probabilities: Table) -> Mask:
    """The links whose probabilities have the greatest sum, where leaving a target unlinked counts LEAST."""
    # Loaded where it is needed: it takes a second, which every start of every command would pay.
    from scipy.optimize import linear_sum_assignment

    sources, targets = probabilities.shape
    chosen = np.zeros(probabilities.shape, dtype=bool)
    if not sources or not targets:
        return chosen
    unlinked = np.full((targets, targets), LEAST)
    rows, columns = linear_sum_assignment(np.vstack([probabilities, unlinked]), maximize=True)
    linked = rows < sources
    chosen[rows[linked], columns[linked]] = True
    return chosen & (probabilities > LEAST)
