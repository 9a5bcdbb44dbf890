"""How well a connection is, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to put right: what is wrong, and what to do."""

    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The result of really calling a system: `said` is one sentence, `advice` what to put right all the same."""

    ok: bool
    said: str
    checked_at: datetime
    advice: tuple[Advice, ...] = ()
