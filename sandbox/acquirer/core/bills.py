"""A month's bill of fees: the charges that were not kept back from what was paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sandbox.acquirer.core.contracts import EXEMPT, Contract, MonthlyFee
from sandbox.acquirer.core.settling import NOTHING, PER_ITEM, SERVICE_CHARGE, TRADE, Kind, share

BillLine = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overcharge:
    """A mistake in the acquirer's favour: a rate's percentage raised by so many points."""

    rate: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Volume:
    """What one rate applies to in a month."""

    value: Decimal
    """Of sales."""
    count: int
    """Sales and refunds."""


def volumes(lines: Iterable[Mapping[str, Any]], contract: Contract) -> dict[str, Volume]:
    """The month's trade by the name of its rate."""
    sums: dict[str, Volume] = {}
    for line in lines:
        if line["kind"] in TRADE:
            name = contract.rate_of(line["scheme"]).name
            before = sums.get(name, Volume(NOTHING, 0))
            value = line["gross"] if line["kind"] == Kind.SALE else NOTHING
            sums[name] = Volume(before.value + value, before.count + 1)
    return sums


def bill_lines(
    lines: Iterable[Mapping[str, Any]], contract: Contract, overcharges: Iterable[Overcharge] = ()
) -> list[BillLine]:
    """The bill of those lines of a month whose fees were not kept back, and of what is charged each month."""
    points = {each.rate: each.points for each in overcharges}
    charged = _service_charges(volumes(lines, contract), contract, points)
    return charged + [_fixed(fee) for fee in contract.monthly]


def _service_charges(
    traded: Mapping[str, Volume], contract: Contract, points: Mapping[str, Decimal]
) -> list[BillLine]:
    found = []
    for rate in contract.rates:
        volume = traded.get(rate.name)
        if volume is None:
            continue
        percent = rate.percent + points.get(rate.name, Decimal(0))
        right = share(volume.value, rate.percent)
        found.append(
            _line(SERVICE_CHARGE, rate.name, share(volume.value, percent), right)
            | {"volume": volume.value, "quantity": volume.count, "percent": percent}
        )
        if rate.per_item:
            each = rate.per_item * volume.count
            found.append(
                _line(PER_ITEM, rate.name, each, each) | {"quantity": volume.count, "per_item": rate.per_item}
            )
    return found


def _fixed(fee: MonthlyFee) -> BillLine:
    return _line(fee.kind, fee.name, fee.amount, fee.amount, fee.vat_percent) | {"quantity": 1}


def _line(kind: str, name: str, net: Decimal, right: Decimal, vat_percent: Decimal = EXEMPT) -> BillLine:
    vat, right_vat = share(net, vat_percent), share(right, vat_percent)
    return {
        "fee_kind": kind, "name": name, "quantity": 0, "volume": NOTHING, "percent": Decimal(0),
        "per_item": Decimal(0), "net": net, "vat_percent": vat_percent, "vat": vat, "gross": net + vat,
        "overcharged": net + vat - right - right_vat,
    }  # fmt: skip


def bill_total(lines: Iterable[BillLine], field: str = "gross") -> Decimal:
    """The sum of a column of a bill."""
    return sum((line[field] for line in lines), NOTHING)


_WORDS: Final = {SERVICE_CHARGE: "Service charge", PER_ITEM: "Transaction charge"}


def words_of(line: Mapping[str, Any]) -> str:
    """A bill line in words."""
    return f"{_WORDS[line['fee_kind']]} {line['name']}" if line["fee_kind"] in _WORDS else str(line["name"])
