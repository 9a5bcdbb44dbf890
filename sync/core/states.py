"""Which state may follow which, for postings and deliveries."""

from __future__ import annotations

POSTING_MOVES: dict[str, frozenset[str]] = {
    "waiting": frozenset({"ready", "held", "cancelled", "dead"}),
    "ready": frozenset({"sending", "held", "cancelled", "waiting", "dead"}),
    "sending": frozenset({"posted", "ready", "retrying", "held", "dead"}),
    "retrying": frozenset({"ready", "sending", "held", "cancelled", "dead"}),
    "held": frozenset({"ready", "waiting", "cancelled", "dead"}),
    "dead": frozenset({"ready", "waiting", "cancelled"}),
    "posted": frozenset({"reversed"}),
    "cancelled": frozenset({"ready", "waiting"}),
    "reversed": frozenset(),
}
"""Every move a posting can make; `posted` and `reversed` describe Xero and are never taken back."""

UNSENT = frozenset({"waiting", "ready", "retrying", "held", "dead"})
"""Postings that are certainly not in Xero and may still be changed or cancelled."""

OPEN = frozenset({"waiting", "ready", "sending", "retrying", "held", "dead"})
"""Postings whose money is in flight: not in Xero yet, but visibly somewhere."""


def may_move(old: str, new: str) -> bool:
    """Whether a posting in state `old` may go to `new`."""
    return new in POSTING_MOVES[old]
