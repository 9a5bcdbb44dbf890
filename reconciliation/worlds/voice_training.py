"""The voice that the model learns from."""

from __future__ import annotations

from typing import Final

from reconciliation.worlds.luck import Luck
from reconciliation.worlds.names import NAMES
from reconciliation.worlds.voice import Shown, Written

_GIVEN: Final = tuple(NAMES["training"]["given"])
_SURNAMES: Final = tuple(NAMES["training"]["surnames"])
_TRADES: Final = tuple(NAMES["training"]["trades"])
_BEFORE: Final = ("BGC", "FPI", "FASTER PAYMENT", "CREDIT", "BACS", "TFR FROM", "MOBILE", "")
_NUMBERINGS: Final = ("INV-", "plain", "ORD", "SO/", "short", "code", "dated")
_HEX: Final = "0123456789ABCDEF"
_STRANGERS: Final = (
    "HMRC VAT", "RENT HIGH STREET", "BANK CHARGES", "INTEREST", "PAYROLL", "BUSINESS RATES", "CASH DEPOSIT", "LOAN DRAWDOWN",
    "CARD SETTLEMENT", "WATER REFUND",
)  # fmt: skip


class TrainingVoice:
    """English names, a bank that writes in capitals."""

    def payer(self, luck: Luck) -> str:
        """A person, or a trade with the owner's name."""
        surname = luck.one_of(_SURNAMES)
        if luck.happens(0.25):
            return f"{surname} {luck.one_of(_TRADES)} LTD".title()
        return f"{luck.one_of(_GIVEN)} {surname}".title()

    def numbering(self, luck: Luck) -> str:
        """One of seven."""
        return luck.one_of(_NUMBERINGS)

    def number(self, numbering: str, at: int, luck: Luck) -> str:
        """Running numbers, codes, or the day with a running number."""
        if numbering == "plain":
            return str(400_000 + at)
        if numbering == "short":
            return f"#{1000 + at}"
        if numbering == "code":
            return "".join(luck.one_of(_HEX) for _ in range(10))
        if numbering == "dated":
            return f"TB-2026{at % 12 + 1:02}{at % 28 + 1:02}-{at:05}"
        return f"{numbering}{10_000 + at}"

    def write(self, references: tuple[str, ...], payer: str, shown: Shown, luck: Luck) -> Written:
        """Capitals, a word before, the reference in one column or in the text."""
        name = self._name(payer, luck) if payer else ""
        tied = " ".join(self._reference(each, shown, luck) for each in references) if shown != "none" else ""
        before = luck.one_of(_BEFORE)
        if luck.happens(0.5):
            return Written(tied, f"{before} {name}".strip(), name if luck.happens(0.5) else "")
        if luck.happens(0.12) and len(references) == 1 and shown == "whole" and name:
            return Written("", f"{before}{name}{tied}".replace(" ", ""), "")
        return Written("", " ".join(f"{before} {name} {tied}".split()), name if luck.happens(0.3) else "")

    def noise(self, luck: Luck) -> Written:
        """Strangers, and people with a number of their own."""
        if luck.happens(0.4):
            return Written("", luck.one_of(_STRANGERS), "")
        number = str(luck.between(10_000, 99_999_999)) if luck.happens(0.6) else ""
        return Written(number, f"{luck.one_of(_BEFORE)} {self._name(self.payer(luck), luck)}", "")

    def _name(self, payer: str, luck: Luck) -> str:
        given, *rest = payer.upper().split()
        form = luck.share()
        if form < 0.4:
            return payer.upper()
        if form < 0.7:
            return f"{given[0]} {' '.join(rest)}" if len(rest) == 1 else payer.upper()[:14]
        if form < 0.85:
            return f"{' '.join(rest)} {given}"
        return payer.upper()[: luck.between(8, 14)]

    def _reference(self, reference: str, shown: Shown, luck: Luck) -> str:
        bare = reference.lstrip("#")
        if shown == "cut":
            return bare[: max(4, len(bare) - luck.between(1, 3))] if luck.happens(0.7) else bare[-4:]
        form = luck.share()
        if form < 0.35:
            return bare
        if form < 0.6:
            return bare.replace("-", "").replace("/", "")
        if form < 0.8:
            return bare.replace("-", " ").replace("/", " ")
        if form < 0.9 and bare[-5:].isdigit():
            return "".join(each for each in bare if each.isdigit() or each == "-").lstrip("-")
        return f"REF {bare}"
