"""VAT by rate: what the order's lines say, and what stands on the invoice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sandbox.auditor.evidence import Record, money

PENNY: Final = Decimal("0.01")
LARGEST_ROUNDING: Final = Decimal("0.05")
"""A line without VAT up to this much is a rounding line, not a sale."""

RATE_OF_TAX_TYPE: Final = {
    "OUTPUT2": "20",
    "RROUTPUT": "5",
    "ZERORATEDOUTPUT": "0",
    "ECZROUTPUT": "0",
    "EXEMPTOUTPUT": "exempt",
    "NONE": "outside_scope",
}
"""Xero Accounting API, Tax types, United Kingdom."""


@dataclass(slots=True)
class Slice:
    """One rate's part of a document."""

    gross: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    lines: int = 0

    def add(self, gross: Decimal, tax: Decimal, lines: int = 1) -> None:
        """Put more into it."""
        self.gross += gross
        self.tax += tax
        self.lines += lines


def of_order(order: Mapping[str, Any]) -> dict[str, Slice]:
    """The order's gross and VAT by rate, before the discount of the whole order."""
    return of_lines(_charged(order), includes_tax=order["prices_include_tax"])


def of_lines(lines: Iterable[Mapping[str, Any]], *, includes_tax: bool) -> dict[str, Slice]:
    """Gross and VAT by rate of lines as the shop sends them."""
    slices: defaultdict[str, Slice] = defaultdict(Slice)
    for line in lines:
        tax, total = money(line["tax"]), money(line["total"])
        rate = line.get("tax_code") or format(money(line["tax_rate"]).normalize(), "f")
        slices[rate].add(total if includes_tax else total + tax, tax)
    return dict(slices)


def _charged(order: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from order["lines"]
    if order.get("delivery"):
        yield order["delivery"]


def of_invoice(invoice: Record) -> dict[str, Slice]:
    """Gross and VAT by rate of an invoice or credit note; a TaxType of no known rate stands under its own name."""
    slices: defaultdict[str, Slice] = defaultdict(Slice)
    for line in invoice["LineItems"]:
        if line.get("LineAmount") is None:
            continue
        tax, amount = money(line.get("TaxAmount")), money(line["LineAmount"])
        gross = amount + tax if invoice["LineAmountTypes"] == "Exclusive" else amount
        rate = RATE_OF_TAX_TYPE.get(line.get("TaxType") or "NONE", str(line.get("TaxType")))
        if rate == "outside_scope" and abs(gross) <= LARGEST_ROUNDING:
            continue
        slices[rate].add(gross, tax)
    return dict(slices)


def differences(order: Mapping[str, Any], invoice: Record) -> Iterable[str]:
    """In words, each rate at which invoice and order differ.

    Without a discount on the whole order both must agree to the penny. With one, the lines share it
    in proportion, and each line may round by a penny.
    """
    expected, booked = of_order(order), of_invoice(invoice)
    discount = money((order.get("discount") or {}).get("total"))
    before = sum((part.gross for part in expected.values()), Decimal(0))
    kept = (before - discount) / before if before else Decimal(1)
    for rate in sorted(set(expected) | set(booked)):
        wanted, found = expected.get(rate, Slice()), booked.get(rate, Slice())
        allowed = PENNY * (wanted.lines + 1) if discount else Decimal(0)
        for what, right, given in (("sales", wanted.gross, found.gross), ("VAT", wanted.tax, found.tax)):
            if abs(right * kept - given) > allowed:
                yield f"{what} at {rate}: the order says {right * kept:.2f}, the invoice {given}"
