"""What one settlement comes to: its lines, fees and reserve, as a function of what was handed in.

Amounts are in major units of the contract's currency, positive in the merchant's favour. In every line
`net = gross - percent_fee - item_fee`, and a settlement's net is the sum of its lines' nets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from sandbox.acquirer.core.contracts import Basis, Contract

Line = dict[str, Any]
PENNY: Final = Decimal("0.01")
NOTHING: Final = Decimal("0.00")


class Kind(StrEnum):
    """What a line is about."""

    SALE = "sale"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    REVERSAL = "chargeback_reversal"
    FEE = "fee"
    HELD = "reserve_held"
    RELEASED = "reserve_released"
    REJECTED = "rejected"
    """Handed in, not taken: moves nothing, and comes again or never."""


TRADE: Final = frozenset({Kind.SALE, Kind.REFUND})
RESERVE: Final = frozenset({Kind.HELD, Kind.RELEASED})
DISPUTE_FEE: Final = "dispute"
SERVICE_CHARGE: Final = "service_charge"
PER_ITEM: Final = "per_item"


def to_penny(amount: Decimal) -> Decimal:
    """Half up, as acquirers round."""
    return amount.quantize(PENNY, ROUND_HALF_UP)


def share(amount: Decimal, percent: Decimal) -> Decimal:
    """A percentage of an amount, to the penny."""
    return to_penny(amount * percent / 100)


def blank(kind: Kind, gross: Decimal = NOTHING, **known: Any) -> Line:
    """A line without fees; what is not known of it is empty."""
    line: Line = {
        "kind": kind.value, "fee_kind": "", "text": "", "on": None, "vpstxid": "", "vendortxcode": "", "scheme": "",
        "last4": "", "auth_code": "", "retrieval_reference": "", "case_id": "", "notice_id": "", "releases": "",
        "gross": gross, "percent_fee": NOTHING, "item_fee": NOTHING, "net": gross,
    }  # fmt: skip
    return line | known


def trade_line(item: Mapping[str, Any], contract: Contract) -> Line:
    """A sale or refund that is paid, with its fees if they are kept back from each."""
    is_refund = item["type"] == "REFUND"
    gross = -item["captured"] if is_refund else item["captured"]
    line = blank(Kind.REFUND if is_refund else Kind.SALE, gross, **_identity(item))
    if contract.is_net:
        rate = contract.rate_of(item["scheme"])
        if contract.basis is Basis.ITEM and not is_refund:
            line["percent_fee"] = share(gross, rate.percent)
        line["item_fee"] = to_penny(rate.per_item)
        line["net"] = gross - line["percent_fee"] - line["item_fee"]
    return line


def rejected_line(item: Mapping[str, Any]) -> Line:
    """What the acquirer would not take."""
    return blank(Kind.REJECTED, text="Rejected by the issuer's processor", **_identity(item))


def _identity(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "on": item["on"],
        "vpstxid": item["vpstxid"],
        "vendortxcode": item["vendortxcode"],
        "scheme": item["scheme"],
        "last4": item["last4"],
        "auth_code": item["bank_auth_code"],
        "retrieval_reference": item["tx_auth_no"],
    }


def dispute_lines(notice: Mapping[str, Any]) -> list[Line]:
    """What a stage of a dispute does to the money: the amount, and beside it the fee."""
    if not notice["money"]:
        return []
    taken = notice["money"] < 0
    gross = -notice["amount"] if taken else notice["amount"]
    known = {
        "on": notice["on"],
        "scheme": notice["scheme"],
        "last4": notice["last4"],
        "auth_code": notice["auth_code"],
        "retrieval_reference": notice["retrieval_reference"],
        "case_id": notice["case_id"],
        "notice_id": notice["notice_id"],
    }
    lines = [blank(Kind.CHARGEBACK if taken else Kind.REVERSAL, gross, **known)]
    if notice["money"] != gross:
        fee = {"fee_kind": DISPUTE_FEE, "text": f"Dispute fee {notice['case_id']}"}
        lines.append(blank(Kind.FEE, notice["money"] - gross, **known, **fee))
    return lines


def batch_fees(lines: Iterable[Line], contract: Contract) -> list[Line]:
    """The percentages of a settlement's sales where they are taken on sums: one line per rate."""
    if not contract.is_net or contract.basis is not Basis.BATCH:
        return []
    values: dict[str, Decimal] = {}
    for line in lines:
        if line["kind"] == Kind.SALE:
            name = contract.rate_of(line["scheme"]).name
            values[name] = values.get(name, NOTHING) + line["gross"]
    rates = {rate.name: rate.percent for rate in contract.rates}
    return [
        blank(
            Kind.FEE,
            -fee,
            fee_kind=SERVICE_CHARGE,
            text=f"Service charge {name}, {rates[name]} % of {value}",
        )
        for name, value in values.items()
        if (fee := share(value, rates[name]))
    ]


def reserve_line(lines: Iterable[Line], contract: Contract) -> list[Line]:
    """What is held back of a settlement's sales."""
    if not contract.holds_reserve:
        return []
    sales = sum((line["gross"] for line in lines if line["kind"] == Kind.SALE), NOTHING)
    held = share(sales, contract.reserve_percent)
    return [blank(Kind.HELD, -held, text=f"Reserve {contract.reserve_percent} %")] if held else []


def release_line(amount: Decimal, settlement_id: str) -> Line:
    """A reserve that is given back after its time."""
    return blank(Kind.RELEASED, amount, text="Reserve released", releases=settlement_id)


def total(lines: Iterable[Line], kinds: frozenset[Kind] | None = None, field: str = "net") -> Decimal:
    """The sum of a column over the lines of some kinds, or of all."""
    return sum((line[field] for line in lines if kinds is None or line["kind"] in kinds), NOTHING)


def fees_kept(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Fees kept back, positive, by kind: `service_charge`, `per_item`, `dispute`; without those that are nothing."""
    sums: dict[str, Decimal] = {}

    def add(kind: str, amount: Decimal) -> None:
        if amount:
            sums[kind] = sums.get(kind, NOTHING) + amount

    for line in lines:
        add(SERVICE_CHARGE, line["percent_fee"])
        add(PER_ITEM, line["item_fee"])
        if line["kind"] == Kind.FEE:
            add(line["fee_kind"], -line["gross"])
    return sums
