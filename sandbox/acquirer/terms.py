"""The merchant's contracts: the usual one of each merchant number, and what control has changed of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from sandbox.acquirer.core.contracts import Basis, Contract, Mode, MonthlyFee, Per, Rate, usual_contract
from sandbox.acquirer.core.statement_layouts import STATEMENTS
from sandbox.acquirer.gateway import CardGateway
from sandbox.kernel.store import Row
from sandbox.kernel.world import World


def _rate(given: Mapping[str, Any]) -> Rate:
    return Rate(
        str(given["name"]),
        tuple(given.get("schemes", ())),
        _decimal(given["percent"]),
        _decimal(given["per_item"]),
    )


def _monthly(given: Mapping[str, Any]) -> MonthlyFee:
    return MonthlyFee(
        str(given["kind"]), str(given["name"]), _decimal(given["amount"]), _decimal(given["vat_percent"])
    )


def _decimal(given: Any) -> Decimal:
    try:
        return Decimal(str(given))
    except InvalidOperation as error:
        raise ValueError(f"{given!r} is no number") from error


def _days(given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise ValueError(f"{given!r} is no number of days")
    return given


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError(f"{given!r} is neither true nor false")
    return given


def _layout(given: Any) -> str:
    if given not in STATEMENTS:
        raise ValueError(f"There is no layout {given!r}; there are {', '.join(STATEMENTS)}")
    return str(given)


READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "mode": Mode,
    "layout": _layout,
    "funding_days": _days,
    "funding_per": Per,
    "basis": Basis,
    "rates": lambda given: tuple(_rate(each) for each in given),
    "monthly": lambda given: tuple(_monthly(each) for each in given),
    "reserve_percent": _decimal,
    "reserve_days": _days,
    "refunds_apart": _flag,
    "chargebacks_apart": _flag,
}
"""What of a contract can be changed, and how it is read from JSON."""


class Terms:
    """Contracts by merchant number; changes are rows of `acquirer.contracts`."""

    def __init__(self, world: World, gateway: CardGateway) -> None:
        self._gateway = gateway
        self._changes = world.store.table("acquirer.contracts")

    def all(self) -> list[Contract]:
        """Every merchant number of the vendor, in order."""
        accounts = sorted(self._gateway.merchant_accounts(), key=lambda account: str(account["mid"]))
        return [self._of(account) for account in accounts]

    def get(self, mid: str) -> Contract:
        """One contract. Raises LookupError in words."""
        for contract in self.all():
            if contract.mid == mid:
                return contract
        raise LookupError(f"There is no merchant number {mid}")

    def change(self, *, mid: str, **changes: Any) -> dict[str, Any]:
        """Change a contract from the next settlement on; the contract as it is then. Raises ValueError in words."""
        self.get(mid)
        unknown = set(changes) - set(READERS)
        if unknown:
            raise ValueError(f"A contract has no {', '.join(sorted(unknown))}; it has {', '.join(READERS)}")
        for name, given in changes.items():
            READERS[name](given)
        self._changes.put(mid, {**(self._changes.get(mid) or {}), **changes})
        return as_row(self.get(mid))

    def _of(self, account: Mapping[str, Any]) -> Contract:
        usual = usual_contract(str(account["mid"]), str(account["acquirer"]), str(account["currency"]))
        changes = self._changes.get(usual.mid) or {}
        return replace(usual, **{name: READERS[name](given) for name, given in changes.items()})


def as_row(contract: Contract) -> Row:
    """A contract as truth and control show it."""
    return asdict(contract)
