"""The states of saved cards and their charges, in a person's words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from dashboard.core.states import StateWords

_SOON: Final = timedelta(days=60)

CARD: Final[dict[str, StateWords]] = {
    "usable": StateWords("Kept", "ok", "Opayo keeps it, and it can be charged under its holder's terms."),
    "deleting": StateWords("Being deleted", "work", "Opayo is asked to delete it; nobody can charge it."),
    "deleted": StateWords(
        "Deleted", "mute", "Gone at Opayo and here; what was charged to it stays to be seen."
    ),
}
EXPIRED: Final = StateWords("Expired", "bad", "Its last day has passed, so no bank takes a charge on it.")
EXPIRING: Final = StateWords("Expires soon", "wait", "Ask its holder for a new one before its last day.")

CHARGE: Final[dict[str, StateWords]] = {
    "held": StateWords("Waits for a second person", "wait"),
    "asked": StateWords("Under way", "work"),
    "taken": StateWords("Charged", "ok"),
    "refused": StateWords("Declined", "bad"),
    "unfit": StateWords("Not charged", "mute"),
    "withdrawn": StateWords("Withdrawn", "mute"),
}
BATCH: Final[dict[str, StateWords]] = {
    "held": StateWords(
        "Waits for a second person", "wait", "Somebody else than the one who asked has to agree."
    ),
    "going": StateWords("Under way", "work", "Opayo is being asked, one invoice after the other."),
    "ended": StateWords("Ended", "ok", "Opayo has answered for each of them."),
    "withdrawn": StateWords("Withdrawn", "mute", "Nobody was charged."),
}


def card_words(state: str, expires_on: date, today: date) -> StateWords:
    """How a card stands on a day."""
    if state != "usable" or expires_on - today > _SOON:
        return CARD[state]
    return EXPIRED if expires_on < today else EXPIRING
