"""What a merge means, in words, before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.core.wording import counted
from integrations.customers.core.sides import display_name


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What stands in Xero and here of the customer that is merged away (`other`) and of the one that stays."""

    survivor: str
    other: str
    survivor_in_xero: bool
    other_in_xero: bool
    posted: int
    """Documents of `other` that are in Xero, or on their way."""
    unsent: int
    moved: Mapping[str, int]


def merge_words(seen: Foreseen) -> list[str]:
    """One sentence for each thing that a person should know before merging."""
    words = [_moved(seen)]
    if seen.other_in_xero and seen.survivor_in_xero:
        words.append(
            f"Xero's contacts cannot be merged through its API: the contact of {seen.other} stays there. In Xero, Contacts, "
            "Merge does it by hand if you want the two in one; Tillbridge goes on with either."
        )
    elif seen.other_in_xero:
        words.append(f"{seen.survivor} has no contact in Xero yet and takes over that of {seen.other}.")
    if seen.posted:
        words.append(
            f"{counted(seen.posted, 'document')} already in Xero stay with the contact they were posted to, and so do credit "
            "notes and refunds of those sales. Nothing is posted again."
        )
    if seen.unsent:
        words.append(f"{counted(seen.unsent, 'document')} not sent yet go to the contact of {seen.survivor}.")
    words.append(f"Whatever comes for {seen.other} from now on goes to {seen.survivor}.")
    words.append("It can be undone: everything goes back as it was, except what Xero has by then.")
    return words


def _moved(seen: Foreseen) -> str:
    parts = [counted(count, *_NOUNS[kind]) for kind, count in seen.moved.items() if count]
    if not parts:
        return f"{seen.other} has no orders or cards here; only who it is goes to {seen.survivor}."
    return f"{', '.join(parts)} of {seen.other} go to {seen.survivor}, with all payments on the orders."


_NOUNS: Mapping[str, tuple[str, str]] = {
    "order": ("order", "orders"),
    "card": ("saved card", "saved cards"),
    "identity": ("identity", "identities"),
}


_ADDRESS = ("line1", "line2", "city", "region", "postcode", "country")


def written_value(value: Any) -> str:
    """A field's value in one line: a name as it is called, an address as on an envelope."""
    if not isinstance(value, Mapping):
        return str(value or "")
    if value.keys() & {"first_name", "last_name", "company"}:
        return display_name(value)
    return ", ".join(str(value[key]) for key in _ADDRESS if value.get(key))
