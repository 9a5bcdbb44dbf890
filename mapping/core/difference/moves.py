"""How money and VAT move between two bookings of the same record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, TypeVar

from mapping.core.bookings import AccountKey, Bookings, TaxKey
from mapping.core.vat_return import boxes_of

BoxKey = tuple[int, str]
"""Box of the UK VAT return and ISO 4217 currency."""
_ZERO: Final = Decimal(0)
_K = TypeVar("_K")


@dataclass(frozen=True, slots=True)
class Change:
    """An amount before and after."""

    before: Decimal = _ZERO
    after: Decimal = _ZERO

    @property
    def by(self) -> Decimal:
        """What it rises by; negative when it falls."""
        return self.after - self.before

    def __add__(self, other: Change) -> Change:
        return Change(self.before + other.before, self.after + other.after)


@dataclass(frozen=True, slots=True)
class TaxChange:
    """Net amount and VAT of one tax type before and after."""

    net: Change = field(default_factory=Change)
    vat: Change = field(default_factory=Change)

    def __add__(self, other: TaxChange) -> TaxChange:
        return TaxChange(self.net + other.net, self.vat + other.vat)


@dataclass(frozen=True, slots=True)
class Moves:
    """Only what moves: an account, tax type or box with the same amount before and after is not in it.

    Signs are those of `Bookings`: accounts count debits as positive, tax types credits (sales); the boxes of the VAT return
    count as the return does.
    """

    accounts: Mapping[AccountKey, Change] = field(default_factory=dict)
    tax: Mapping[TaxKey, TaxChange] = field(default_factory=dict)
    boxes: Mapping[BoxKey, Change] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Whether neither money nor VAT moves."""
        return not self.accounts and not self.tax

    @property
    def size(self) -> Decimal:
        """How large the move is, for putting records in order: all debits and credits moved, whatever the currency."""
        return sum((abs(change.by) for change in self.accounts.values()), _ZERO)


NO_MOVES: Final = Moves()


def moves_between(before: Bookings, after: Bookings) -> Moves:
    """What moves when `after` is booked instead of `before`."""
    if before == after:
        return NO_MOVES
    accounts = {
        key: Change(before.accounts.get(key, _ZERO), after.accounts.get(key, _ZERO))
        for key in _keys(before.accounts, after.accounts)
    }
    return Moves(
        {key: change for key, change in accounts.items() if change.by},
        _tax(before, after),
        _boxes(before, after),
    )


def _tax(before: Bookings, after: Bookings) -> dict[TaxKey, TaxChange]:
    moved: dict[TaxKey, TaxChange] = {}
    for key in _keys(before.tax, after.tax):
        (old_net, old_vat), (new_net, new_vat) = (
            side.tax.get(key, (_ZERO, _ZERO)) for side in (before, after)
        )
        if old_net != new_net or old_vat != new_vat:
            moved[key] = TaxChange(Change(old_net, new_net), Change(old_vat, new_vat))
    return moved


def _boxes(before: Bookings, after: Bookings) -> dict[BoxKey, Change]:
    old, new = boxes_booked(before), boxes_booked(after)
    changes = {key: Change(old.get(key, _ZERO), new.get(key, _ZERO)) for key in sorted(_keys(old, new))}
    return {key: change for key, change in changes.items() if change.by}


def boxes_booked(bookings: Bookings) -> dict[BoxKey, Decimal]:
    """What the bookings put into each box of the VAT return."""
    boxes: dict[BoxKey, Decimal] = {}
    for (tax_type, currency), (net, vat) in bookings.tax.items():
        for box, amount in boxes_of(tax_type, net, vat).items():
            boxes[box, currency] = boxes.get((box, currency), _ZERO) + amount
    return boxes


def _keys(before: Mapping[_K, Any], after: Mapping[_K, Any]) -> list[_K]:
    return [*before, *(key for key in after if key not in before)]
