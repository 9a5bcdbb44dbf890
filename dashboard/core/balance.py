"""Are we in balance? Captured money less refunds, and the one place where each penny of it stands, by currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from dashboard.core.states import Tone

Verdict = Literal["well", "working", "needs_you", "empty"]

WHOLE: Final = 1000

TONES: Final[dict[Verdict, Tone]] = {"well": "ok", "working": "work", "needs_you": "bad", "empty": "mute"}


@dataclass(frozen=True, slots=True)
class Heap:
    """So many captured payments of one currency in one place, less so many refunds; `minor` units of `currency`."""

    place: str
    currency: str
    minor: int
    count: int
    refunds: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there, be it that it comes to nothing."""
        return not (self.count or self.refunds)


def together(heaps: Iterable[Heap], place: str, currency: str) -> Heap:
    """Several heaps of one currency as one."""
    rows = list(heaps)
    return Heap(
        place,
        currency,
        sum(heap.minor for heap in rows),
        sum(heap.count for heap in rows),
        sum(heap.refunds for heap in rows),
    )


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a bar that is `WHOLE` wide."""

    tone: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class CurrencyBalance:
    """One line of the balance: captured less given back = posted + on its way + needs you, to the penny."""

    currency: str
    posted: Heap
    on_its_way: Heap
    stuck: tuple[Heap, ...]

    @property
    def captured(self) -> Heap:
        return together((self.posted, self.on_its_way, *self.stuck), "", self.currency)

    @property
    def needs_you(self) -> Heap:
        return together(self.stuck, "", self.currency)

    @property
    def verdict(self) -> Verdict:
        if not self.needs_you.is_empty:
            return "needs_you"
        if not self.on_its_way.is_empty:
            return "working"
        return "empty" if self.posted.is_empty else "well"

    @property
    def segments(self) -> list[Segment]:
        """The bar of the balance, in thousandths of what was captured; whatever is there can be seen."""
        captured = self.captured.minor
        heaps = ((self.posted, "ok"), (self.on_its_way, "work"), (self.needs_you, "bad"))
        widths = [
            max(heap.minor * WHOLE // captured, 4) if captured > 0 and heap.minor > 0 else 0
            for heap, _ in heaps
        ]
        widths[widths.index(max(widths))] += WHOLE - sum(widths) if any(widths) else 0
        starts = [sum(widths[:place]) for place in range(len(widths))]
        tones = [tone for _, tone in heaps]
        return [Segment(*segment) for segment in zip(tones, starts, widths, strict=True) if segment[2]]


@dataclass(frozen=True, slots=True)
class Balance:
    """The whole answer; base currency first, then by amount."""

    lines: tuple[CurrencyBalance, ...]

    @property
    def verdict(self) -> Verdict:
        for verdict in ("needs_you", "working", "well"):
            if any(line.verdict == verdict for line in self.lines):
                return verdict
        return "empty"

    @property
    def waiting(self) -> list[Heap]:
        """What waits for a person, by currency."""
        return [line.needs_you for line in self.lines if not line.needs_you.is_empty]

    @property
    def moving(self) -> list[Heap]:
        """What is on its way, by currency."""
        return [line.on_its_way for line in self.lines if not line.on_its_way.is_empty]

    @property
    def tone(self) -> Tone:
        return TONES[self.verdict]


STUCK_PLACES: Final = ("needs_you", "unmatched", "unplaced", "rolled_back")


def balance(heaps: Iterable[Heap], base_currency: str) -> Balance:
    """The lines of the balance from the heaps as counted."""
    by_currency: dict[str, dict[str, Heap]] = {}
    for heap in heaps:
        places = by_currency.setdefault(heap.currency, {})
        known = [places[heap.place]] if heap.place in places else []
        places[heap.place] = together([*known, heap], heap.place, heap.currency)
    lines = [_line(currency, places) for currency, places in by_currency.items()]
    lines.sort(key=lambda line: (line.currency != base_currency, -line.captured.minor))
    return Balance(tuple(lines))


def _line(currency: str, places: dict[str, Heap]) -> CurrencyBalance:
    def at(place: str) -> Heap:
        return places.get(place) or Heap(place, currency, 0, 0)

    stuck = tuple(places[place] for place in STUCK_PLACES if place in places)
    return CurrencyBalance(currency, at("posted"), at("on_its_way"), stuck)
