"""How much may be charged to saved cards at a time. Limits are whole units of whichever currency is charged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.cards.core.terms import CardNotChargeable
from integrations.core.money import Money


@dataclass(frozen=True, slots=True)
class Limits:
    """None: no limit. `second_person`: above it, in one batch, somebody else has to agree."""

    per_charge: int | None = None
    per_customer_day: int | None = None
    per_batch: int | None = None
    second_person: int | None = None


def check_charge(amount: Money, today: Money, limits: Limits) -> None:
    """Nothing, or CardNotChargeable. `today` is what this customer's cards were charged today already."""
    if _is_above(amount, limits.per_charge):
        raise CardNotChargeable(
            f"{amount} is more than the {_written(limits.per_charge, amount)} a saved card may be charged at once. "
            "Send a pay link."
        )
    if _is_above(today + amount, limits.per_customer_day):
        before = f" after the {today} charged today already" if today else ""
        raise CardNotChargeable(
            f"{amount}{before} is more than the {_written(limits.per_customer_day, amount)} one customer may be charged in a day."
        )


def totals(amounts: Iterable[Money]) -> dict[str, Money]:
    """The sum of each currency, by its code."""
    found: dict[str, Money] = {}
    for amount in amounts:
        found[amount.currency] = found.get(amount.currency, Money.zero(amount.currency)) + amount
    return dict(sorted(found.items()))


def over_batch_limit(sums: Mapping[str, Money], limits: Limits) -> str:
    """Why a batch of these sums may not be charged, for people; empty when it may."""
    over = [each for each in sums.values() if _is_above(each, limits.per_batch)]
    if not over:
        return ""
    return f"{over[0]} is more than the {_written(limits.per_batch, over[0])} one batch may charge. Choose fewer invoices."


def needs_second_person(sums: Mapping[str, Money], limits: Limits) -> bool:
    """Whether somebody else has to agree first."""
    return any(_is_above(each, limits.second_person) for each in sums.values())


def _is_above(amount: Money, limit: int | None) -> bool:
    return limit is not None and amount.to_decimal() > Decimal(limit)


def _written(limit: int | None, like: Money) -> str:
    return str(Money.from_decimal(str(limit or 0), like.currency))
