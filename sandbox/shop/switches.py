"""Choices of the simulated shop. None is a guess about another's product: the shop is our own invention."""

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
            name="shop.prices_include_tax",
            values=(True, False),
            default=True,
            note="Whether the prices of new orders contain their VAT, as consumers see them, or have it on top.",
        ),
    )
}
