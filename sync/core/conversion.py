"""Orders in a currency the books do not keep: converted once, at a rate that is kept and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from integrations.core.money import Money


@dataclass(frozen=True, slots=True)
class Conversion:
    """`rate` units of `target` for one unit of `source`, as published by `origin` for `on`."""

    source: str
    target: str
    rate: Decimal
    on: date
    origin: str

    def convert(self, money: Money) -> Money:
        """The amount in the target currency, half a minor unit rounded up.

        Raises ValueError for money that is not in the source currency.
        """
        if money.currency != self.source:
            raise ValueError(f"This rate converts {self.source}, not {money.currency}.")
        return Money.rounded(money.to_decimal() * self.rate, self.target)

    def as_json(self) -> dict[str, str]:
        """For keeping on the order."""
        return {
            "source": self.source,
            "target": self.target,
            "rate": str(self.rate),
            "on": self.on.isoformat(),
            "origin": self.origin,
        }

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> Conversion:
        """Back from the order."""
        return cls(
            kept["source"],
            kept["target"],
            Decimal(kept["rate"]),
            date.fromisoformat(kept["on"]),
            kept["origin"],
        )


def share(part: int, whole: int, of: int) -> int:
    """`of` in the proportion part : whole, whole minor units, half rounded up; the whole gives all."""
    if part == whole:
        return of
    return int((Decimal(of) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))
