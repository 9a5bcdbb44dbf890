"""Which boxes of the UK VAT return the lines of a document count in.

Xero's tax types are those of its UK tax rates (Xero Accounting API, Types, "UK tax types"); the boxes are those of the VAT
return (HMRC, VAT Notice 700/12, "How to fill in and submit your VAT Return"). Boxes 3 and 5 are sums of others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Side = Literal["sales", "purchases"]

TITLES: Final[Mapping[int, str]] = {
    1: "VAT due on sales",
    2: "VAT due on acquisitions from the EU",
    3: "Total VAT due",
    4: "VAT reclaimed on purchases",
    5: "VAT to pay or reclaim",
    6: "Sales excluding VAT",
    7: "Purchases excluding VAT",
    8: "Goods supplied to the EU, excluding VAT",
    9: "Goods acquired from the EU, excluding VAT",
}


@dataclass(frozen=True, slots=True)
class TaxRule:
    """Where a tax type counts. `rate` in per cent; `vat` and `net` are the boxes of its VAT and of its net amount.

    A reverse charge is due and reclaimed at once: its VAT, `notional` per cent of the net, is on no document.
    """

    side: Side
    rate: Decimal
    vat: tuple[int, ...] = ()
    net: tuple[int, ...] = ()
    notional: Decimal = Decimal(0)


_NONE: Final = TaxRule("sales", Decimal(0))


def _sales(rate: str, *net: int) -> TaxRule:
    return TaxRule("sales", Decimal(rate), vat=(1,), net=net or (6,))


def _purchases(rate: str) -> TaxRule:
    return TaxRule("purchases", Decimal(rate), vat=(4,), net=(7,))


TAX_RULES: Final[Mapping[str, TaxRule]] = {
    "OUTPUT2": _sales("20"),
    "RROUTPUT": _sales("5"),
    "SROUTPUT": _sales("15"),
    "OUTPUT": _sales("17.5"),
    "ZERORATEDOUTPUT": _sales("0"),
    "EXEMPTOUTPUT": _sales("0"),
    "ECZROUTPUT": _sales("0", 6, 8),
    "ECZROUTPUTSERVICES": _sales("0"),
    "CAPEXOUTPUT2": _sales("20"),
    "CAPEXSROUTPUT": _sales("15"),
    "CAPEXOUTPUT": _sales("17.5"),
    "INPUT2": _purchases("20"),
    "RRINPUT": _purchases("5"),
    "SRINPUT": _purchases("15"),
    "INPUT": _purchases("17.5"),
    "ZERORATEDINPUT": _purchases("0"),
    "EXEMPTINPUT": _purchases("0"),
    "CAPEXINPUT2": _purchases("20"),
    "CAPEXSRINPUT": _purchases("15"),
    "CAPEXINPUT": _purchases("17.5"),
    "ECZRINPUT": TaxRule("purchases", Decimal(0), net=(7, 9)),
    "ECACQUISITIONS": TaxRule("purchases", Decimal(0), vat=(2, 4), net=(7, 9), notional=Decimal(20)),
    "REVERSECHARGES": TaxRule("purchases", Decimal(0), vat=(1, 4), net=(6, 7), notional=Decimal(20)),
    "NONE": _NONE,
}
"""Tax types an organisation has made for itself are not listed: Xero does not let them into a VAT return it files."""


def tax_rule(tax_type: str) -> TaxRule | None:
    """Where that tax type counts; None when it is not one of Xero's own."""
    return TAX_RULES.get(tax_type)


def boxes_of(tax_type: str, net: Decimal, vat: Decimal) -> dict[int, Decimal]:
    """What each box gains by `net` and `vat` of a tax type, both counted as credits (sales positive).

    Linear: the boxes of a sum are the sums of the boxes. Empty for tax types that count in no box or are not known.
    """
    rule = TAX_RULES.get(tax_type, _NONE)
    sign = 1 if rule.side == "sales" else -1
    due = sign * (vat + net * rule.notional / 100)
    boxes = dict.fromkeys(rule.vat, due) | dict.fromkeys(rule.net, sign * net)
    return {box: amount for box, amount in _with_sums(boxes).items() if amount}


def _with_sums(boxes: dict[int, Decimal]) -> dict[int, Decimal]:
    total = boxes.get(1, Decimal(0)) + boxes.get(2, Decimal(0))
    return {**boxes, 3: total, 5: total - boxes.get(4, Decimal(0))}
