"""What an acquirer will charge for sales that it has not billed yet, by its rate card. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from reconciliation.settlements.core.rate_card import Rate, RateCard

_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Sales:
    """Sales of a card scheme: their value in minor units, and how many."""

    scheme: str
    minor: int
    count: int


def accrued(card: RateCard, sales: Iterable[Sales]) -> int:
    """The charges in minor units without VAT: percentages of the value, pence for each item, and what is fixed a month.

    Rounded half up once. A scheme that the card does not name is charged by the first rate for all schemes.
    """
    rows = [(each, _rate(card, each.scheme)) for each in sales if each.count]
    charged = sum(
        (
            each.minor * rate.percent / _HUNDRED + rate.per_item * each.count
            for each, rate in rows
            if rate is not None
        ),
        Decimal(0),
    )
    fixed = sum(each.minor for each in card.fixed) if rows else 0
    return int(charged.quantize(Decimal(1), ROUND_HALF_UP)) + fixed


def _rate(card: RateCard, scheme: str) -> Rate | None:
    named = (rate for rate in card.rates if scheme.upper() in {each.upper() for each in rate.schemes})
    general = (rate for rate in card.rates if not rate.schemes)
    return next(named, None) or next(general, None)
