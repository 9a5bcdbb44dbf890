"""What a contract says that an acquirer's services cost, and what a bill charges beyond it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

SERVICE_CHARGE: Final = "service_charge"
PER_ITEM: Final = "per_item"
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rate:
    """The charge for some cards: a percentage of the value of sales, and pence (minor units) for each item."""

    name: str
    percent: Decimal
    per_item: Decimal
    schemes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixed:
    """A charge that is the same each month, in minor units without its VAT."""

    name: str
    minor: int
    vat_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class RateCard:
    """All that a merchant account is charged by its contract."""

    rates: tuple[Rate, ...] = ()
    fixed: tuple[Fixed, ...] = ()

    def rate(self, name: str) -> Rate | None:
        """The rate that a bill names."""
        return next((rate for rate in self.rates if _same(rate.name, name)), None)

    def fixed_charge(self, *names: str) -> Fixed | None:
        """The monthly charge that a bill names, by its kind or in words."""
        return next((each for each in self.fixed if any(_same(each.name, name) for name in names)), None)

    def as_json(self) -> dict[str, Any]:
        """As it is kept; decimals as text."""
        return {
            "rates": [
                {
                    "name": rate.name, "percent": str(rate.percent), "per_item": str(rate.per_item),
                    "schemes": list(rate.schemes),
                }
                for rate in self.rates
            ],
            "fixed": [
                {"name": each.name, "minor": each.minor, "vat_percent": str(each.vat_percent)} for each in self.fixed
            ],
        }  # fmt: skip


def rate_card_from_json(document: Mapping[str, Any]) -> RateCard:
    """The card that `RateCard.as_json` wrote; an empty one where nothing is kept."""
    return RateCard(
        tuple(
            Rate(
                row["name"], Decimal(row["percent"]), Decimal(row["per_item"]), tuple(row.get("schemes", ()))
            )
            for row in document.get("rates", ())
        ),
        tuple(
            Fixed(row["name"], int(row["minor"]), Decimal(row["vat_percent"]))
            for row in document.get("fixed", ())
        ),
    )


@dataclass(frozen=True, slots=True)
class BillLine:
    """One charge of a bill, in minor units; `volume_minor` is the value that a percentage was taken of."""

    kind: str
    name: str
    quantity: int
    volume_minor: int
    net_minor: int
    vat_minor: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A charge beside what the contract says. `should_be` is None where the rate card says nothing of it."""

    line: BillLine
    should_be: int | None

    @property
    def over_minor(self) -> int:
        """Charged beyond the contract, without VAT; negative: less than it."""
        return 0 if self.should_be is None else self.line.net_minor - self.should_be


def check(lines: Iterable[BillLine], card: RateCard) -> list[CheckedLine]:
    """Each line of a bill beside what it should be: percentages half up to the penny, once for the whole volume."""
    return [CheckedLine(line, _should_be(line, card)) for line in lines]


def _should_be(line: BillLine, card: RateCard) -> int | None:
    if line.kind == SERVICE_CHARGE:
        rate = card.rate(line.name)
        return None if rate is None else rounded(Decimal(line.volume_minor) * rate.percent / _HUNDRED)
    if line.kind == PER_ITEM:
        rate = card.rate(line.name)
        return None if rate is None else rounded(rate.per_item * line.quantity)
    fixed = card.fixed_charge(line.kind, line.name)
    return None if fixed is None else fixed.minor


def rounded(minor: Decimal) -> int:
    """Whole minor units, half up."""
    return int(minor.quantize(Decimal(1), ROUND_HALF_UP))


def _same(left: str, right: str) -> bool:
    return " ".join(left.casefold().split()) == " ".join(right.casefold().split())


class RateCardError(ValueError):
    """A rate card that cannot be read; the message names the line."""


def rate_card_from_text(text: str) -> RateCard:
    """A card as people write it: `Visa debit | 0.49 % | 3p | DELTA, UKE` a line, or `PCI programme | 4.95 | 20 %`.

    A charge with a percentage second is a rate; one with an amount second is charged each month, its VAT third. Raises
    RateCardError.
    """
    rates, fixed = [], []
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|")]
        if not any(cells):
            continue
        if len(cells) < 2 or not cells[0]:
            raise RateCardError(f"Line {number}: write a name, then what it costs, set apart by |.")
        if cells[1].endswith("%"):
            rates.append(_rate(number, cells))
        else:
            fixed.append(_fixed(number, cells))
    return RateCard(tuple(rates), tuple(fixed))


def _rate(number: int, cells: list[str]) -> Rate:
    pence = cells[2].removesuffix("p") if len(cells) > 2 and cells[2] else "0"
    schemes = (
        tuple(part.strip().upper() for part in cells[3].split(",")) if len(cells) > 3 and cells[3] else ()
    )
    return Rate(cells[0], _number(number, cells[1].removesuffix("%")), _number(number, pence), schemes)


def _fixed(number: int, cells: list[str]) -> Fixed:
    vat = cells[2].removesuffix("%") if len(cells) > 2 and cells[2] else "0"
    return Fixed(cells[0], rounded(_number(number, cells[1]) * _HUNDRED), _number(number, vat))


def _number(number: int, text: str) -> Decimal:
    bare = text.strip().lstrip("£")
    if not bare.replace(".", "", 1).isascii() or not bare.replace(".", "", 1).isdigit():
        raise RateCardError(f"Line {number}: “{text.strip()}” is no number.")
    return Decimal(bare)


def rate_card_as_text(card: RateCard) -> str:
    """The card as `rate_card_from_text` reads it."""
    lines = [
        f"{rate.name} | {rate.percent} % | {rate.per_item}p | {', '.join(rate.schemes)}".removesuffix(" | ")
        for rate in card.rates
    ]
    lines += [
        f"{each.name} | {Decimal(each.minor) / _HUNDRED:.2f} | {each.vat_percent} %" for each in card.fixed
    ]
    return "\n".join(lines)
