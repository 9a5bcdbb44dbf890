"""Double entry: journals of balanced lines, and balances by account and day.

Debits are positive and credits negative, in the organisation's base currency; `own` is the same
movement in the account's own currency, which differs from the base only for foreign bank accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.xero.core.money import ZERO


class Unbalanced(ValueError):
    """A journal whose lines do not add up to nothing: never to be posted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a journal: `account` is the AccountID."""

    account: str
    base: Decimal
    own: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """Movements of an account summed, in base currency and in its own, and each by direction."""

    base: Decimal = ZERO
    own: Decimal = ZERO
    base_received: Decimal = ZERO
    base_spent: Decimal = ZERO
    own_received: Decimal = ZERO
    own_spent: Decimal = ZERO

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.base + other.base,
            self.own + other.own,
            self.base_received + other.base_received,
            self.base_spent + other.base_spent,
            self.own_received + other.own_received,
            self.own_spent + other.own_spent,
        )


def of(account: str, base: Decimal, own: Decimal | None = None) -> Line:
    """A line; `own` is left out where the account is kept in the base currency."""
    return Line(account, base, base if own is None else own)


def merged(lines: Iterable[Line]) -> tuple[Line, ...]:
    """One line for each account, without those that come to nothing."""
    sums: dict[str, list[Decimal]] = {}
    for line in lines:
        held = sums.get(line.account)
        if held is None:
            sums[line.account] = [line.base, line.own]
        else:
            held[0] += line.base
            held[1] += line.own
    return tuple(Line(account, base, own) for account, (base, own) in sums.items() if base or own)


def reversal(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines that undo these."""
    return tuple(Line(line.account, -line.base, -line.own) for line in lines)


def require_balance(lines: Sequence[Line]) -> None:
    """Raise `Unbalanced` unless debits equal credits in base currency."""
    difference = sum((line.base for line in lines), ZERO)
    if difference:
        raise Unbalanced(f"debits and credits differ by {difference}")


def _movement(line: Line, *, undoes: bool) -> Balance:
    comes_in = (line.own > 0) is not undoes
    if comes_in:
        return Balance(line.base, line.own, line.base, ZERO, line.own, ZERO)
    return Balance(line.base, line.own, ZERO, -line.base, ZERO, -line.own)


class Ledger:
    """Balances of one organisation, summed by account and day so that reports need no journals."""

    def __init__(self) -> None:
        self._days: dict[str, dict[date, Balance]] = defaultdict(dict)

    def post(self, on: date, lines: Sequence[Line], *, undoes: bool = False) -> None:
        """Add a journal dated `on`; raise `Unbalanced` if it is not one.

        A journal that `undoes` another takes back what was received or spent instead of adding to
        the opposite side, so that a deleted payment leaves no trace in a bank summary.
        """
        require_balance(lines)
        for line in lines:
            days = self._days[line.account]
            days[on] = days.get(on, Balance()) + _movement(line, undoes=undoes)

    def balance(self, account: str, *, since: date | None = None, until: date | None = None) -> Balance:
        """The sum of movements from `since` to `until`, both included; without bounds, of all."""
        whole = Balance()
        for day, held in self._days.get(account, {}).items():
            if (since is None or day >= since) and (until is None or day <= until):
                whole += held
        return whole

    def accounts(self) -> list[str]:
        """AccountIDs that were ever posted to."""
        return list(self._days)

    def difference(self, until: date | None = None) -> Decimal:
        """Debits less credits over all accounts: nothing, always."""
        return sum((self.balance(account, until=until).base for account in self._days), ZERO)
