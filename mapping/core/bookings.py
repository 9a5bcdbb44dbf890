"""What a Xero document books: net amounts by account, and net and VAT by tax type.

Only what a document says itself is counted. The other side of its entry (accounts receivable, the VAT account) follows
from these and is Xero's own. Drafts book nothing until they are approved (Xero Accounting API, Invoices, "Status").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from mapping.core.vat_return import tax_rule

AccountKey = tuple[str, str]
"""Account code (or "" where the document names none) and ISO 4217 currency."""
TaxKey = tuple[str, str]
"""Xero TaxType and ISO 4217 currency."""

_PENNY: Final = Decimal("0.01")
_ZERO: Final = Decimal(0)
_CREDITS: Final[Mapping[str, int]] = {
    "ACCREC": 1,
    "ACCPAY": -1,
    "ACCRECCREDIT": -1,
    "ACCPAYCREDIT": 1,
    "RECEIVE": 1,
    "SPEND": -1,
}
"""Whether the lines of a document credit (1) or debit (-1) their accounts."""
_BOOKS_NOTHING: Final = frozenset({"DRAFT", "SUBMITTED", "DELETED", "VOIDED"})
_INCLUSIVE_BY_DEFAULT: Final = frozenset({"xero:BankTransaction"})


@dataclass(frozen=True, slots=True)
class Bookings:
    """Amounts in major units. Accounts count debits as positive; tax counts sales (credits) as positive: (net, VAT)."""

    accounts: Mapping[AccountKey, Decimal] = field(default_factory=dict)
    tax: Mapping[TaxKey, tuple[Decimal, Decimal]] = field(default_factory=dict)


NOTHING: Final = Bookings()


def bookings_of(target: str, document: Mapping[str, Any], currency: str) -> Bookings:
    """What `document`, of the target schema `target` ("xero:Invoice"), books.

    `currency` holds where the document names none, as payments and transfers do.
    """
    if target in {"xero:Invoice", "xero:CreditNote"} and document.get("Status", "DRAFT") in _BOOKS_NOTHING:
        return NOTHING
    if document.get("Status") == "DELETED":
        return NOTHING
    currency = str(document.get("CurrencyCode") or currency)
    if target == "xero:Payment":
        return _payment(document, currency)
    if target == "xero:BankTransfer":
        return _transfer(document, currency)
    return _with_lines(target, document, currency)


def total_of(target: str, document: Mapping[str, Any]) -> Decimal:
    """What the document comes to, VAT included, in its currency, as a positive amount of its own kind; drafts too."""
    if "Amount" in document:
        return _amount(document["Amount"])
    return sum((net + vat for _, _, net, vat in _lines(target, document)), _ZERO)


def _payment(document: Mapping[str, Any], currency: str) -> Bookings:
    """Into the account for an invoice; out of it when it pays a credit note out (Xero Accounting API, Payments)."""
    sign = -1 if "CreditNote" in document else 1
    return Bookings({(_code(document, "Account"), currency): sign * _amount(document.get("Amount"))})


def _transfer(document: Mapping[str, Any], currency: str) -> Bookings:
    amount = _amount(document.get("Amount"))
    accounts: dict[AccountKey, Decimal] = defaultdict(Decimal)
    accounts[_code(document, "FromBankAccount"), currency] -= amount
    accounts[_code(document, "ToBankAccount"), currency] += amount
    return Bookings(dict(accounts))


def _with_lines(target: str, document: Mapping[str, Any], currency: str) -> Bookings:
    sign = _CREDITS.get(str(document.get("Type", "")).partition("-")[0], 0)
    accounts: dict[AccountKey, Decimal] = defaultdict(Decimal)
    tax: dict[TaxKey, tuple[Decimal, Decimal]] = {}
    gross = _ZERO
    for code, tax_type, net, vat in _lines(target, document):
        accounts[code, currency] -= sign * net
        so_far = tax.get((tax_type, currency), (_ZERO, _ZERO))
        tax[tax_type, currency] = (so_far[0] + sign * net, so_far[1] + sign * vat)
        gross += net + vat
    if "BankAccount" in document:
        accounts[_code(document, "BankAccount"), currency] += sign * gross
    return Bookings(dict(accounts), tax)


def _lines(target: str, document: Mapping[str, Any]) -> Iterator[tuple[str, str, Decimal, Decimal]]:
    """Account code, tax type, net and VAT of each line."""
    default = "Inclusive" if target in _INCLUSIVE_BY_DEFAULT else "Exclusive"
    basis = str(document.get("LineAmountTypes") or default)
    for line in document.get("LineItems") or ():
        amount = _line_amount(line)
        tax_type = "NONE" if basis == "NoTax" else str(line.get("TaxType") or "")
        vat = _line_vat(line, tax_type, amount, basis)
        net = amount - vat if basis == "Inclusive" else amount
        yield str(line.get("AccountCode") or ""), tax_type, net, vat


def _line_amount(line: Mapping[str, Any]) -> Decimal:
    """LineAmount, else as Xero works it out: quantity times price, less the discount, to the penny."""
    if "LineAmount" in line:
        return _amount(line["LineAmount"])
    quantity = _amount(line.get("Quantity", Decimal(1)))
    full = quantity * _amount(line.get("UnitAmount"))
    discount = _amount(line.get("DiscountAmount")) + full * _amount(line.get("DiscountRate")) / 100
    return (full - discount).quantize(_PENNY, ROUND_HALF_UP)


def _line_vat(line: Mapping[str, Any], tax_type: str, amount: Decimal, basis: str) -> Decimal:
    """TaxAmount, else the rate's share of the line, to the penny; nothing for a rate that only Xero knows."""
    if basis == "NoTax":
        return _ZERO
    if "TaxAmount" in line:
        return _amount(line["TaxAmount"])
    rule = tax_rule(tax_type)
    if rule is None or not rule.rate:
        return _ZERO
    whole = 100 + rule.rate if basis == "Inclusive" else 100
    return (amount * rule.rate / whole).quantize(_PENNY, ROUND_HALF_UP)


def _code(document: Mapping[str, Any], part: str) -> str:
    account = document.get(part) or {}
    return str(account.get("Code") or account.get("AccountID") or "")


def _amount(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value or 0))
