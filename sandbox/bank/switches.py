"""Choices of the simulated bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sandbox.bank.formats.broken import KINDS


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
            name="bank.references",
            values=("mixed", "good", "poor"),
            default="mixed",
            note="How much of an acquirer's reference is left on the statement: of `mixed` three in five are whole, "
            "the rest merged, cut off after 18 characters or missing. How often real banks do so is a guess.",
        ),
        Switch(
            name="bank.splits",
            values=(True, False),
            default=True,
            note="Whether a payment now and then comes as two lines, above all at the end of a month, and two as one.",
        ),
        Switch(
            name="bank.twins_in_hundred",
            values=(8,),
            default=8,
            note="Of a hundred payments, how many meet a stranger's credit of the same amount on the same day (0 to 100).",
        ),
        Switch(
            name="bank.noise",
            values=("normal", "none", "busy"),
            default="normal",
            note="How much else happens on the accounts.",
        ),
        Switch(
            name="bank.broken",
            values=KINDS,
            default="none",
            note="How every statement is spoiled; `broken` in the address of one goes first.",
        ),
    )
}
