"""Undoing what was posted, as a unit: what has to go along, in which order, and what stands in the way.

The rules of docs/rollback.md, on plain values: no database, no clock, no call to Xero.
"""

from __future__ import annotations

from sync.core.rollback.facts import Blocker, Document, Movement, Rules, Seen, Stranger
from sync.core.rollback.figures import Figures, figures_of
from sync.core.rollback.planning import Plan, Step, plan
from sync.core.rollback.undoing import PHASES, UNDO_OF

__all__ = [
    "PHASES",
    "UNDO_OF",
    "Blocker",
    "Document",
    "Figures",
    "Movement",
    "Plan",
    "Rules",
    "Seen",
    "Step",
    "Stranger",
    "figures_of",
    "plan",
]
