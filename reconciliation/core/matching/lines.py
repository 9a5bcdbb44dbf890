"""What is matched: lines of expected and of observed money, and what people said about such lines before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final


class MatchingInputError(ValueError):
    """Lines that cannot be matched as they are, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One amount of money on one side. `minor`: signed minor units of `currency` (ISO 4217).

    `on` is a calendar day in the zone of the books. `reference`, `description` and `counterparty` are texts as they came.
    `keys` are identifiers known to be exact (vendorTxCode, transactionId, retrievalReference, settlement text);
    `batch` names the batch the line belongs to; `group` what else is paid out together (scheme and MID).
    """

    id: str
    on: date
    minor: int
    currency: str
    reference: str = ""
    description: str = ""
    counterparty: str = ""
    keys: tuple[str, ...] = ()
    batch: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How careful to be.

    `auto_from`: least probability, `margin`: least lead in probability over the runner-up for a match without a person.
    `suggest_from`: least probability shown to a person. `days_before`, `days_after`: how long before and after the expected
    day a line may be observed; `key_days` where a reference ties them. `near_share`: how far, in hundredths, amounts may
    differ for a person to be asked. `chance`: how many accidental sums a group found without a key may be one of.
    """

    auto_from: float = 0.99
    margin: float = 0.5
    suggest_from: float = 0.2
    days_before: int = 10
    days_after: int = 45
    key_days: int = 120
    near_share: int = 12
    chance: float = 1e-5
    block: int = 8


@dataclass(frozen=True, slots=True)
class Memory:
    """What people decided before. Names are name cores (`texts.name_core`).

    `accepted`, `rejected`: (expected name, observed name) pairs that people confirmed or refused as one payer;
    `refused`: (expected id, observed id) pairs that are never offered again.
    """

    accepted: frozenset[tuple[str, str]] = frozenset()
    rejected: frozenset[tuple[str, str]] = frozenset()
    refused: frozenset[tuple[str, str]] = frozenset()


NOTHING_REMEMBERED: Final = Memory()
CAREFUL: Final = Settings()


@dataclass(frozen=True, slots=True)
class Pairing:
    """The lines of one currency, each side in an order that does not depend on how they came."""

    currency: str
    expected: tuple[Line, ...]
    observed: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Sides:
    expected: list[Line] = field(default_factory=list)
    observed: list[Line] = field(default_factory=list)


def pairings(expected: Sequence[Line], observed: Sequence[Line]) -> list[Pairing]:
    """The lines apart by currency, which are never mixed. Raises MatchingInputError if an id comes twice on a side."""
    by_currency: dict[str, _Sides] = {}
    for name, lines in (("expected", expected), ("observed", observed)):
        _check_ids(name, lines)
        for line in lines:
            sides = by_currency.setdefault(line.currency, _Sides())
            (sides.expected if name == "expected" else sides.observed).append(line)
    return [
        Pairing(currency, _ordered(sides.expected), _ordered(sides.observed))
        for currency, sides in sorted(by_currency.items())
    ]


def _check_ids(side: str, lines: Sequence[Line]) -> None:
    seen: set[str] = set()
    for line in lines:
        if line.id in seen:
            raise MatchingInputError(
                f"The id “{line.id}” comes twice among the {side} lines: each line needs its own."
            )
        seen.add(line.id)


def _ordered(lines: list[Line]) -> tuple[Line, ...]:
    return tuple(
        sorted(lines, key=lambda line: (line.on, line.minor, line.reference, line.description, line.id))
    )


def by_id(lines: Sequence[Line]) -> Mapping[str, Line]:
    """The lines by their ids."""
    return {line.id: line for line in lines}
