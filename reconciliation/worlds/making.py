"""Making a world: expected lines one after the other, each with its fate at the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from reconciliation.core.matching.lines import Line
from reconciliation.worlds.luck import Luck
from reconciliation.worlds.voice import Shown, Voice
from reconciliation.worlds.voice_apart import ApartVoice
from reconciliation.worlds.voice_training import TrainingVoice
from reconciliation.worlds.world import Kind, Knobs, Truth, World

_START: Final = date(2026, 1, 5)
_PRICES: Final = (999, 1999, 2500, 4999, 5000, 7500, 12000, 1250, 3495, 10000)
_SATURDAY: Final = 5
_HIGHEST: Final = 60_000
CURRENCY: Final = "GBP"


@dataclass(slots=True)
class _Making:
    """A world in the making."""

    knobs: Knobs
    voice: Voice
    luck: Luck
    numbering: str
    expected: list[Line] = field(default_factory=list)
    observed: list[Line] = field(default_factory=list)
    truth: list[Truth] = field(default_factory=list)

    def line(
        self, *, amount: int | None = None, day: date | None = None, payer: str = "", reference: str = ""
    ) -> Line:
        """One more expected line."""
        at = len(self.expected)
        luck = self.luck
        made = Line(
            f"E{at + 1:06}",
            day or _START + timedelta(days=luck.below(self.knobs.days)),
            amount or self.amount(),
            CURRENCY,
            reference or self.voice.number(self.numbering, at, luck),
            "",
            payer or self.voice.payer(luck),
        )
        self.expected.append(made)
        return made

    def amount(self) -> int:
        """Pence: one of few prices, or any, small ones more often."""
        if self.luck.happens(self.knobs.popular):
            return self.luck.one_of(_PRICES)
        return 100 + int(_HIGHEST * self.luck.share() * self.luck.share())

    def shown(self) -> Shown:
        """How much of the reference the bank shows."""
        luck = self.luck.share()
        if luck < self.knobs.reference_whole:
            return "whole"
        return "cut" if luck < self.knobs.reference_whole + self.knobs.reference_cut else "none"

    def bank(
        self, of: Sequence[Line], minor: int, shown: Shown, *, days: int | None = None, named: bool = True
    ) -> str:
        """One more observed line for expected ones; gives its id."""
        luck = self.luck
        name = of[0].counterparty if named and luck.happens(self.knobs.named) else ""
        written = self.voice.write(tuple(dict.fromkeys(line.reference for line in of)), name, shown, luck)
        day = max(line.on for line in of) + timedelta(days=self.lag() if days is None else days)
        return self.put(Line(
            "", _banking_day(day), minor, CURRENCY, written.reference, written.description, written.counterparty
        ))  # fmt: skip

    def put(self, line: Line) -> str:
        """Add an observed line under the next id."""
        made = replace(line, id=f"O{len(self.observed) + 1:06}")
        self.observed.append(made)
        return made.id

    def lag(self) -> int:
        """Days at the bank."""
        return self.luck.one_of((0, 1, 1, 2, 2, 2, 3, 3, 4))

    def tell(
        self,
        of: Sequence[Line],
        observed: Sequence[str],
        kind: Kind,
        shown: Shown,
        *,
        certain: bool | None = None,
    ) -> None:
        """Note what is true."""
        sure = shown == "whole" if certain is None else certain
        self.truth.append(Truth(tuple(line.id for line in of), tuple(observed), kind, shown, sure))


def make_world(knobs: Knobs, seed: int, *, apart: bool = False) -> World:
    """The same knobs and seed make the same world. `apart`: in the voice the model never learned from."""
    luck = Luck(seed)
    voice: Voice = ApartVoice() if apart else TrainingVoice()
    making = _Making(knobs, voice, luck, voice.numbering(luck))
    while len(making.expected) < knobs.lines:
        _one_more(making)
    for _ in range(int(knobs.lines * knobs.unrelated)):
        _unrelated(making)
    sign = -1 if knobs.flipped else 1
    observed = [replace(line, minor=sign * line.minor) for line in making.observed]
    return World(tuple(luck.shuffled(making.expected)), tuple(luck.shuffled(observed)), tuple(making.truth))


def _one_more(making: _Making) -> None:
    knobs = making.knobs
    fates = (
        (knobs.twins / 2, _twins),
        (knobs.splits, _split),
        (knobs.merges / 3, _merge),
        (knobs.batches / 20, _batch),
        (knobs.fees, _fee),
        (knobs.late, _late),
        (knobs.doubled, _doubled),
        (knobs.recurring / 2, _recurring),
        (knobs.refunds, _refund),
        (knobs.unpaid, _unpaid),
    )
    drawn = making.luck.share() * max(1.0, sum(share for share, _ in fates))
    for share, fate in fates:
        if drawn < share:
            fate(making)
            return
        drawn -= share
    _plain(making)


def _plain(making: _Making) -> None:
    line, shown = making.line(), making.shown()
    kinds: dict[Shown, Kind] = {"whole": "plain", "cut": "cut", "none": "bare"}
    making.tell([line], [making.bank([line], line.minor, shown)], kinds[shown], shown)


def _twins(making: _Making) -> None:
    """Two of the same amount, payer and days, without a reference at the bank; sometimes only one is paid."""
    first = making.line()
    second = making.line(
        amount=first.minor, day=first.on + timedelta(days=making.luck.below(3)), payer=first.counterparty
    )
    named = making.luck.happens(0.5)
    for line in (first, second):
        if line is first or making.luck.happens(0.8):
            observed = making.bank([line], line.minor, "none", named=named)
            making.tell([line], [observed], "twin", "none", certain=False)
        else:
            making.tell([line], [], "twin", "none", certain=False)


def _split(making: _Making) -> None:
    """One expected, paid in two or three."""
    line, shown = making.line(amount=making.amount() + 1000), making.shown()
    parts = []
    rest = line.minor
    for _ in range(making.luck.between(1, 2)):
        part = max(1, int(rest * (0.2 + 0.6 * making.luck.share())))
        parts.append(part)
        rest -= part
    parts.append(rest)
    ids = [making.bank([line], part, shown, days=making.lag() + at * 2) for at, part in enumerate(parts)]
    making.tell([line], ids, "split", shown)


def _merge(making: _Making) -> None:
    """One payer pays two to four at once."""
    payer = making.voice.payer(making.luck)
    day = _START + timedelta(days=making.luck.below(making.knobs.days))
    lines = [
        making.line(day=day + timedelta(days=making.luck.below(4)), payer=payer)
        for _ in range(making.luck.between(2, 4))
    ]
    shown = making.shown()
    total = sum(line.minor for line in lines)
    if making.luck.happens(0.15):
        total -= max(1, total * making.luck.between(5, 30) // 1000)
        making.tell(lines, [making.bank(lines, total, shown)], "merge", shown, certain=False)
        return
    making.tell(lines, [making.bank(lines, total, shown)], "merge", shown)


def _batch(making: _Making) -> None:
    """A day's takings paid out in one sum under the number of the batch, or without it."""
    number = making.voice.number("plain", 200_000 + len(making.expected), making.luck)
    day = _START + timedelta(days=making.luck.below(making.knobs.days))
    shown = making.shown()
    lines = []
    for _ in range(making.luck.between(5, 35)):
        line = replace(making.line(day=day), description=f"Batch {number}")
        making.expected[-1] = line
        lines.append(line)
    total = sum(line.minor for line in lines)
    of = replace(lines[0], reference=number, counterparty="Acquirer")
    making.tell(lines, [making.bank([of], total, "whole" if shown == "whole" else "none")], "batch", shown)


def _fee(making: _Making) -> None:
    """Paid less a fee of a fixed or a relative size."""
    line, shown = making.line(), making.shown()
    fee = 20 + line.minor * making.luck.between(5, 29) // 1000
    making.tell([line], [making.bank([line], max(1, line.minor - fee), shown)], "fee", shown, certain=False)


def _late(making: _Making) -> None:
    line, shown = making.line(), making.shown()
    observed = making.bank([line], line.minor, shown, days=making.luck.between(8, 40))
    making.tell([line], [observed], "late", shown)


def _doubled(making: _Making) -> None:
    """The bank's file has the line twice."""
    line, shown = making.line(), making.shown()
    first = making.bank([line], line.minor, shown)
    making.tell([line], [first], "doubled", shown, certain=False)
    making.tell([], [making.put(making.observed[-1])], "extra", shown, certain=False)


def _recurring(making: _Making) -> None:
    """The same payer and amount every month, each with a reference of its own."""
    first = making.line()
    for month in range(making.luck.between(2, 3)):
        line = first if month == 0 else making.line(
            amount=first.minor, day=first.on + timedelta(days=30 * month), payer=first.counterparty
        )  # fmt: skip
        shown = making.shown()
        making.tell([line], [making.bank([line], line.minor, shown)], "recurring", shown)


def _refund(making: _Making) -> None:
    """A sale and, under the same reference, money back."""
    sale = making.line()
    back = making.line(
        amount=-sale.minor, day=sale.on + timedelta(days=making.luck.between(1, 9)), payer=sale.counterparty,
        reference=sale.reference,
    )  # fmt: skip
    for line in (sale, back):
        shown = making.shown()
        making.tell([line], [making.bank([line], line.minor, shown)], "refund", shown)


def _unpaid(making: _Making) -> None:
    making.tell([making.line()], [], "unpaid", "none", certain=False)


def _unrelated(making: _Making) -> None:
    written = making.voice.noise(making.luck)
    day = _START + timedelta(days=making.luck.below(making.knobs.days))
    sign = -1 if making.luck.happens(0.3) else 1
    line = Line(
        "",
        _banking_day(day),
        sign * making.amount(),
        CURRENCY,
        written.reference,
        written.description,
        written.counterparty,
    )
    making.tell([], [making.put(line)], "unrelated", "none", certain=False)


def _banking_day(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= _SATURDAY else 0)
