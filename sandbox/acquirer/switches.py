"""Choices of the simulated acquirers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Switch:
    """One choice: its name, what it may be, what it is unless set, and what it changes."""

    name: str
    values: tuple[Any, ...]
    default: Any
    note: str


SWITCHES: Final = {
    switch.name: switch
    for switch in (
        Switch(
            name="acquirer.conduct",
            values=("lifelike", "smooth"),
            default="lifelike",
            note="Whether acquirers now and then are late with an item, reject one for two days, pay a settlement "
            "three banking days late, or pay short and make it up. How often real ones do is a guess.",
        ),
    )
}
