"""How much time is left to answer a dispute, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from dashboard.core.states import Tone
from dashboard.core.wording import counted

ANSWER_DUE: Final = ("received", "evidence_due", "pre_arbitration")
"""States in which the acquirer waits for an answer, so that the deadline counts."""
WITH_THE_BANK: Final = ("evidence_submitted", "represented")
WELL: Final = ("won", "reversed")
LOST: Final = ("lost", "accepted", "expired")
SOON: Final = 7
"""Days from which a deadline is shown as near."""


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """The days until a deadline, negative once it has passed; None where none was told."""

    days: int | None

    @property
    def words(self) -> str:
        """Such as "3 days left", "due today", "2 days overdue"."""
        if self.days is None:
            return "no deadline told"
        if self.days < 0:
            return f"{counted(-self.days, 'day')} overdue"
        return "due today" if self.days == 0 else f"{counted(self.days, 'day')} left"

    @property
    def tone(self) -> Tone:
        """Bad once it is overdue or due within a day, waiting while it is near."""
        if self.days is None:
            return "mute"
        if self.days <= 1:
            return "bad"
        return "wait" if self.days <= SOON else "mute"


def time_left(state: str, respond_by: date | None, today: date) -> TimeLeft | None:
    """The time to answer a dispute in `state`; None where no answer is due."""
    if state not in ANSWER_DUE:
        return None
    return TimeLeft((respond_by - today).days if respond_by else None)


def written_day(day: date, today: date) -> str:
    """A day without its time: "3 Nov" this year, "3 Nov 2025" otherwise."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day.day} {day:%b}{year}"
