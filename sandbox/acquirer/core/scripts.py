"""How a dispute goes: its stages in days after it was raised, and what each does to the merchant's money."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

RESPOND_WITHIN: Final = 14
"""Days the merchant has, as the notice says."""

Stage = tuple[int, str]

SCRIPTS: Final[Mapping[str, tuple[Stage, ...]]] = {
    "won": ((0, "received"), (8, "represented"), (16, "won")),
    "lost": ((0, "received"), (8, "represented"), (16, "lost")),
    "accepted": ((0, "received"), (8, "accepted")),
    "pre_arbitration_lost": (
        (0, "received"), (8, "represented"), (16, "lost"), (20, "pre_arbitration"), (28, "lost"),
    ),
    "pre_arbitration_won": (
        (0, "received"), (8, "represented"), (16, "lost"), (20, "pre_arbitration"), (28, "won"),
    ),
    "reversed": ((0, "received"), (8, "reversed")),
    "expired": ((0, "received"), (16, "expired")),
}  # fmt: skip
"""By name. Evidence is sent before the deadline where it says represented; nothing is sent where it says expired."""

LOST: Final = frozenset({"lost", "accepted", "expired"})
GIVEN_BACK: Final = frozenset({"won", "reversed"})


def effect(stage: str, amount: Decimal, fee: Decimal) -> Decimal:
    """What a stage adds to what the acquirer pays the merchant: the amount and the fee go when it is raised."""
    if stage == "received":
        return -amount - fee
    return amount if stage in GIVEN_BACK else amount * 0
