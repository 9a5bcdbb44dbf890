"""The voice that matching is judged by: names, numbers and habits of banks that the model never learned from."""

from __future__ import annotations

from typing import Final

from reconciliation.worlds.luck import Luck
from reconciliation.worlds.names import NAMES
from reconciliation.worlds.voice import Shown, Written

_GIVEN: Final = tuple(NAMES["apart"]["given"])
_SURNAMES: Final = tuple(NAMES["apart"]["surnames"])
_FIRMS: Final = (
    "& Sons",
    "Holdings plc",
    "Garden Centre",
    "Veterinary Practice",
    "Brewing Co",
    "Consulting Limited",
)
_NUMBERINGS: Final = ("Order ", "SI-2026-", "web", "padded", "letters", "slash")
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LEADS: Final = (
    "Automated credit",
    "Bank giro cr",
    "giro",
    "via online - Pymt",
    "FPS rcvd",
    "Inward pmt",
    "",
    "STO",
)
_STRANGERS: Final = (
    "Council tax refund", "Insurance claim", "Amazon mktplace", "Dividend", "Directors loan", "Fuel card", "Grant scheme",
    "Sumup payout", "Pension contrib", "Reversal of charge",
)  # fmt: skip


class ApartVoice:
    """Mixed case, dates in the text, columns cut off, thanks in the reference."""

    def payer(self, luck: Luck) -> str:
        """A person, two people, or a firm."""
        surname = luck.one_of(_SURNAMES)
        form = luck.share()
        if form < 0.2:
            return f"{surname} {luck.one_of(_FIRMS)}"
        if form < 0.25:
            return f"{luck.one_of(_GIVEN)} and {luck.one_of(_GIVEN)} {surname}"
        return f"{luck.one_of(_GIVEN)} {surname}"

    def numbering(self, luck: Luck) -> str:
        """One of six."""
        return luck.one_of(_NUMBERINGS)

    def number(self, numbering: str, at: int, luck: Luck) -> str:
        """Running numbers of several shapes, or letters."""
        if numbering == "web":
            return f"w{70_000 + at * 3}-gb"
        if numbering == "padded":
            return f"{at + 1:09}"
        if numbering == "letters":
            return "".join(luck.one_of(_LETTERS) for _ in range(8))
        if numbering == "slash":
            return f"{20_000 + at}/{at % 7}"
        return f"{numbering}{30_000 + at}"

    def write(self, references: tuple[str, ...], payer: str, shown: Shown, luck: Luck) -> Written:
        """A lead, a day, the name, the reference; sometimes all of it cut at a column's width."""
        name = self._name(payer, luck) if payer else ""
        tied = ", ".join(self._reference(each, shown, luck) for each in references) if shown != "none" else ""
        lead = luck.one_of(_LEADS)
        day = (
            f" {luck.between(1, 28):02}{luck.one_of(('JAN', 'MAR', 'JUL', 'OCT'))}"
            if luck.happens(0.3)
            else ""
        )
        form = luck.share()
        if form < 0.3:
            return Written(tied, f"{lead}{day}", name)
        if form < 0.45 and len(references) == 1:
            return Written("", f"{tied}{name.replace(' ', '').upper()}{lead}"[: max(34, len(tied) + 8)], "")
        if form < 0.6:
            return Written(f"thanks {tied}" if tied else "thanks", f"{lead} {name[:18]}{day}", "")
        return Written("", f"{lead}{day} {name[:18]} {tied}".strip(), name[:10] if luck.happens(0.4) else "")

    def noise(self, luck: Luck) -> Written:
        """Strangers, and people whose numbers look like anything."""
        if luck.happens(0.5):
            return Written(f"FT{luck.between(10**7, 10**8)}", luck.one_of(_STRANGERS), "")
        return Written("", f"{luck.one_of(_LEADS)} {self.payer(luck)} {luck.between(1000, 99_999)}", "")

    def _name(self, payer: str, luck: Luck) -> str:
        parts = payer.replace("'", "").split()
        form = luck.share()
        if form < 0.4:
            return payer
        if form < 0.65 and len(parts) == 2:
            return f"{parts[1]} {parts[0][0]}"
        if form < 0.8:
            return f"Mr {payer}"
        return payer.upper()[:12]

    def _reference(self, reference: str, shown: Shown, luck: Luck) -> str:
        if shown == "cut":
            return reference[-5:] if luck.happens(0.5) else reference[: max(5, len(reference) - 2)]
        form = luck.share()
        if form < 0.3:
            return reference.lower()
        if form < 0.5:
            return reference.replace("-", "/").replace(" ", ":")
        if form < 0.65:
            return f"for {reference} thank you"
        if form < 0.8:
            return reference.upper().replace("-", "").replace(" ", "").replace("/", "-")
        return f"no.{reference}"
