"""Which worlds the model learns from, is calibrated on and is judged by."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reconciliation.worlds.luck import Luck
from reconciliation.worlds.making import make_world
from reconciliation.worlds.world import Knobs, World

LEARNED: Final = 48
CALIBRATED: Final = 48
_FEWEST: Final = 300
_MOST: Final = 4500
_CALIBRATION: Final = 100_000
_SEED: Final = 7_000

JUDGED: Final = {
    "references survive": Knobs(
        lines=10_000,
        days=120,
        reference_whole=1.0,
        reference_cut=0.0,
        twins=0.0,
        fees=0.0,
        doubled=0.0,
        unpaid=0.02,
    ),
    "as it comes": Knobs(lines=10_000, days=90, reference_whole=0.7, reference_cut=0.12, named=0.7),
    "few references": Knobs(
        lines=6000, days=90, reference_whole=0.25, reference_cut=0.15, named=0.6, unrelated=0.25
    ),
    "twins": Knobs(
        lines=6000, days=30, reference_whole=0.5, reference_cut=0.1, named=0.5, twins=0.4, popular=0.7
    ),
    "sums": Knobs(lines=6000, days=60, reference_whole=0.7, splits=0.12, merges=0.25, batches=0.2),
    "fees and lateness": Knobs(lines=6000, days=60, reference_whole=0.7, fees=0.3, late=0.2, unpaid=0.1),
    "few prices": Knobs(lines=6000, days=30, reference_whole=0.6, popular=1.0, named=0.8),
}
"""Worlds apart: other names, numbers, banks and shares than any the model learned from."""


def learning_world(number: int) -> World:
    """One of the worlds to learn from."""
    return make_world(_varied(_SEED + number), _SEED + number)


def calibration_world(number: int) -> World:
    """One of the worlds that only the curve and the rates come from."""
    return make_world(_varied(_CALIBRATION + number), _CALIBRATION + number)


def judged_world(name: str, seed: int, lines: int | None = None) -> World:
    """One of JUDGED, in the voice apart."""
    knobs = JUDGED[name] if lines is None else replace(JUDGED[name], lines=lines)
    return make_world(knobs, seed, apart=True)


def _varied(seed: int) -> Knobs:
    """Any world: each share anywhere between nothing and much."""
    luck = Luck(seed)
    whole = luck.share()
    return Knobs(
        lines=int(_FEWEST * (_MOST / _FEWEST) ** luck.share()),
        days=luck.between(10, 150),
        reference_whole=whole,
        reference_cut=(1 - whole) * luck.share() * 0.6,
        named=luck.share(),
        twins=0.3 * luck.share() ** 2,
        splits=0.1 * luck.share(),
        merges=0.2 * luck.share(),
        batches=0.3 * luck.share() if luck.happens(0.4) else 0.0,
        fees=0.2 * luck.share(),
        late=0.2 * luck.share(),
        doubled=0.03 * luck.share(),
        recurring=0.1 * luck.share(),
        refunds=0.1 * luck.share(),
        popular=luck.share(),
        unrelated=0.5 * luck.share(),
        unpaid=0.2 * luck.share(),
    )
