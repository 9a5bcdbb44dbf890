"""The Xero objects of settlements, with the accounts that the pair has chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from integrations.core.failures import ConfigurationFailure
from integrations.core.money import Money
from integrations.models import AccountRole, Pair
from integrations.pairs.selectors import account_for
from reconciliation.core.books import BANK_TRANSFER, BILL, PAYMENT, RECEIVE, Wanted
from reconciliation.models import FeeBill, MerchantAccount

_TAXED, _UNTAXED = "INPUT2", "NONE"
"""UK tax types of Xero: VAT on expenses at the standard rate, and no tax."""
_LONGEST_REFERENCE: Final = 255
_FEES: Final = {
    "service_charge": "Service charge",
    "per_item": "Charge per item",
    "dispute": "Dispute fee",
    "other": "Fee",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a document is made with: whose money it is, and the bank account where there is one."""

    pair: Pair
    account: MerchantAccount
    bank_code: str = ""
    bill: FeeBill | None = None

    @property
    def currency(self) -> str:
        return self.account.currency


def document_of(wanted: Wanted, context: Context) -> dict[str, Any]:
    """The Xero object. Raises ConfigurationFailure where an account is not chosen yet."""
    if wanted.kind == BANK_TRANSFER:
        return _transfer(wanted, context)
    if wanted.kind == BILL:
        return _bill(wanted, context)
    if wanted.kind == PAYMENT:
        return _payment(wanted, context)
    return _moved(wanted, context)


def clearing_code(context: Context) -> str:
    """The clearing account of a merchant account: of its card scheme, where that is paid apart."""
    schemes = context.account.schemes
    return _code(context, AccountRole.Role.CLEARING, schemes[0] if len(schemes) == 1 else "").account_code


def _transfer(wanted: Wanted, context: Context) -> dict[str, Any]:
    clearing, bank = clearing_code(context), context.bank_code
    source, target = (clearing, bank) if wanted.is_inward else (bank, clearing)
    return {
        "FromBankAccount": {"Code": source},
        "ToBankAccount": {"Code": target},
        "Amount": _amount(wanted.minor, context),
        "Date": wanted.on.isoformat(),
        "Reference": wanted.reference[:_LONGEST_REFERENCE],
    }


def _moved(wanted: Wanted, context: Context) -> dict[str, Any]:
    code, tax_type = _against(wanted, context)
    amount = _amount(wanted.minor, context)
    line: dict[str, Any] = {
        "Description": f"{_words(wanted)}, {wanted.reference}",
        "Quantity": 1,
        "UnitAmount": amount,
        "LineAmount": amount,
        "AccountCode": code,
        "TaxType": _TAXED if wanted.vat_minor else tax_type or _UNTAXED,
        "TaxAmount": _amount(wanted.vat_minor, context),
    }
    return {
        "Type": "RECEIVE" if wanted.kind == RECEIVE else "SPEND",
        "Contact": {"Name": context.account.acquirer},
        "BankAccount": {"Code": clearing_code(context)},
        "Date": wanted.on.isoformat(),
        "Reference": wanted.reference[:_LONGEST_REFERENCE],
        "CurrencyCode": context.currency,
        "LineAmountTypes": "Inclusive" if line["TaxType"] != _UNTAXED else "NoTax",
        "LineItems": [line],
    }


def _against(wanted: Wanted, context: Context) -> tuple[str, str]:
    """The other side of money that moves on clearing, and its tax type: the account a person named, else that of the role."""
    if wanted.account:
        return wanted.account, ""
    role = _code(context, wanted.role)
    return role.account_code, role.tax_type


def _bill(wanted: Wanted, context: Context) -> dict[str, Any]:
    """A bill of the acquirer, a line for each charge, amounts without VAT and the VAT beside them."""
    bill = context.bill
    if bill is None:
        raise ValueError(f"{wanted.key} is no bill")
    due_on = bill.settlement.due_on if bill.settlement else bill.billed_on
    return {
        "Type": "ACCPAY",
        "Contact": {"Name": context.account.acquirer},
        "InvoiceNumber": bill.reference,
        "Reference": bill.reference,
        "Date": bill.billed_on.isoformat(),
        "DueDate": due_on.isoformat(),
        "CurrencyCode": bill.currency,
        "Status": "AUTHORISED",
        "LineAmountTypes": "Exclusive",
        "LineItems": [_bill_line(line, context) for line in bill.lines],
    }


def _bill_line(line: Mapping[str, Any], context: Context) -> dict[str, Any]:
    fees = _code(context, AccountRole.Role.FEES)
    amount = _amount(line["net_minor"], context)
    return {
        "Description": line["words"] or line["name"] or line["kind"],
        "Quantity": 1,
        "UnitAmount": amount,
        "LineAmount": amount,
        "AccountCode": fees.account_code,
        "TaxType": _TAXED if line["vat_minor"] else fees.tax_type or _UNTAXED,
        "TaxAmount": _amount(line["vat_minor"], context),
    }


def _payment(wanted: Wanted, context: Context) -> dict[str, Any]:
    return {
        "Account": {"Code": context.bank_code},
        "Date": wanted.on.isoformat(),
        "Amount": _amount(wanted.minor, context),
        "Reference": wanted.reference[:_LONGEST_REFERENCE],
    }


def _words(wanted: Wanted) -> str:
    if wanted.role == "fees" and wanted.fee_kind:
        return _FEES.get(wanted.fee_kind, wanted.fee_kind.replace("_", " ").capitalize())
    if wanted.role == "reserve":
        return "Reserve released" if wanted.kind == RECEIVE else "Reserve held"
    return wanted.words.capitalize()


def _amount(minor: int, context: Context) -> Decimal:
    return Money(minor, context.currency).to_decimal()


def _code(context: Context, role: str, scheme: str = "") -> AccountRole:
    found = account_for(context.pair, role, context.currency, scheme)
    if found is None:
        label = AccountRole.Role(role).label.lower()
        raise ConfigurationFailure(
            "settlement_account_missing",
            f"{label} {context.currency}",
            f"No account is chosen for {label} in {context.currency}, so settlements of {context.account.acquirer} "
            "are not booked completely.",
            "Choose the account under Settings, Accounts. What waits is booked by itself then.",
        )
    return found
