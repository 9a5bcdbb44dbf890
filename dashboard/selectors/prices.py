"""Money that something holds up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Price:
    """Minor units of one currency that are held up."""

    minor: int
    currency: str
