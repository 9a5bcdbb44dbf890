"""Each line to at most one other, so that what speaks for all chosen pairs together is as much as it can be."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from reconciliation.core.matching.side import Flags, Ints


def assign(e: Ints, o: Ints, worth: NDArray[np.float64]) -> Flags:
    """Which pairs to choose; `worth` is what a pair brings against leaving both lines open.

    Exact for the whole graph: pairs without rivals are taken at once, the others go into one sparse minimum-weight matching
    in which every expected line has a dummy of worth 0.
    """
    chosen = np.zeros(len(e), dtype=bool)
    good = np.flatnonzero(worth > 0)
    if not len(good):
        return chosen
    lonely = (np.bincount(e[good])[e[good]] == 1) & (np.bincount(o[good])[o[good]] == 1)
    chosen[good[lonely]] = True
    rest = good[~lonely]
    if len(rest):
        chosen[rest[_matched(e[rest], o[rest], worth[rest])]] = True
    return chosen


def _matched(e: Ints, o: Ints, worth: NDArray[np.float64]) -> Ints:
    """Positions of the chosen pairs."""
    # Loaded where it is needed: it takes a second, which every start of every command would pay.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    e_rows, e_at = np.unique(e, return_inverse=True)
    o_rows, o_at = np.unique(o, return_inverse=True)
    height, width = len(e_rows), len(o_rows)
    nothing = float(worth.max()) + 1.0
    costs = np.concatenate([nothing - worth, np.full(height, nothing)])
    rows = np.concatenate([e_at, np.arange(height)])
    columns = np.concatenate([o_at, width + np.arange(height)])
    graph = csr_array((costs, (rows, columns)), shape=(height, width + height))
    left, right = min_weight_full_bipartite_matching(graph)
    real = right < width
    pairs = e_at.astype(np.int64) * width + o_at
    found = left[real].astype(np.int64) * width + right[real]
    result: Ints = np.flatnonzero(np.isin(pairs, found))
    return result
