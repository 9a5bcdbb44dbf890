"""Does Xero's chart of accounts suit the roles a pair gives its accounts? (Xero Accounting API, Accounts, TaxRates)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_BANK: Final = "BANK"
_ONE_OF_XEROS: Final = frozenset({"DEBTORS", "CREDITORS"})
_TAKES_PAYMENTS: Final = frozenset({"clearing", "bank"})
_APPLIES: Final = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}
_CLASSES: Final[Mapping[str, tuple[str, ...]]] = {
    "sales": ("REVENUE",),
    "delivery": ("REVENUE",),
    "fees": ("EXPENSE",),
    "dispute_fees": ("EXPENSE",),
    "losses": ("EXPENSE",),
    "disputed": ("ASSET",),
    "reserve": ("ASSET",),
    "reversals": ("ASSET",),
}
_CLASS_WORDS: Final = {
    "REVENUE": "a revenue account",
    "EXPENSE": "an expense account",
    "ASSET": "an asset account",
}


@dataclass(frozen=True, slots=True)
class Account:
    """One account of Xero's chart. `currency` is set for bank accounts only; `klass` is Xero's Class."""

    code: str
    name: str
    type: str
    klass: str
    status: str
    currency: str = ""
    takes_payments: bool = False
    tax_type: str = ""
    system: str = ""

    @property
    def is_bank(self) -> bool:
        return self.type == _BANK


@dataclass(frozen=True, slots=True)
class TaxRate:
    """One tax rate; `classes` are the account classes it may be used on."""

    type: str
    name: str
    status: str
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoleUse:
    """An account role of the pair; `label` is the role as people read it."""

    role: str
    label: str
    code: str
    currency: str = ""
    scheme: str = ""
    tax_type: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, in words, and what to do. `subject` is an account code, tax type or currency."""

    code: str
    subject: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Books:
    """What of the organisation matters to the check."""

    base_currency: str
    currencies: frozenset[str]
    accounts: Mapping[str, Account]
    tax_rates: Mapping[str, TaxRate]


def read_account(element: Mapping[str, Any]) -> Account:
    """An account from Xero's reply."""
    return Account(
        code=str(element.get("Code") or ""),
        name=str(element.get("Name") or ""),
        type=str(element.get("Type") or ""),
        klass=str(element.get("Class") or ""),
        status=str(element.get("Status") or ""),
        currency=str(element.get("CurrencyCode") or ""),
        takes_payments=bool(element.get("EnablePaymentsToAccount")),
        tax_type=str(element.get("TaxType") or ""),
        system=str(element.get("SystemAccount") or ""),
    )


def read_tax_rate(element: Mapping[str, Any]) -> TaxRate:
    """A tax rate from Xero's reply."""
    classes = frozenset(klass for klass, flag in _APPLIES.items() if element.get(flag))
    return TaxRate(
        str(element.get("TaxType") or ""),
        str(element.get("Name") or ""),
        str(element.get("Status") or ""),
        classes,
    )


def check_chart(
    roles: Sequence[RoleUse], books: Books, base_currency: str, kept: Iterable[str]
) -> list[Finding]:
    """Everything that would make Xero refuse a document, or book it to the wrong place.

    `base_currency` and `kept` are the currencies the pair's books keep.
    """
    currencies = [base_currency, *(currency for currency in kept if currency != base_currency)]
    findings = [*_currency_findings(books, base_currency, currencies), *_missing_roles(roles, currencies)]
    for role in roles:
        findings += _role_findings(role, books)
    return findings


def _currency_findings(books: Books, base_currency: str, currencies: Iterable[str]) -> Iterator[Finding]:
    if books.base_currency != base_currency:
        yield Finding(
            "base_currency_differs",
            books.base_currency,
            f"The Xero organisation keeps its books in {books.base_currency}, this pair in {base_currency}.",
            f"Set the pair's base currency to {books.base_currency}.",
        )
    for currency in currencies:
        if currency not in books.currencies and currency != books.base_currency:
            yield Finding(
                "currency_not_subscribed",
                currency,
                f"The Xero organisation does not keep {currency}.",
                f"Add {currency} in Xero, or take it out of the currencies the pair keeps.",
            )


def _missing_roles(roles: Sequence[RoleUse], currencies: Iterable[str]) -> Iterator[Finding]:
    if not any(role.role == "sales" for role in roles):
        yield _no_role("sales", "Sales")
    if not any(role.role == "rounding" for role in roles):
        yield _no_role("rounding", "Rounding")
    cleared = {role.currency for role in roles if role.role == "clearing" and not role.scheme}
    for position, currency in enumerate(currencies):
        # A clearing account for any currency is the one of the base currency.
        if currency not in cleared and not (position == 0 and "" in cleared):
            yield _no_role("clearing", f"Clearing {currency}")


def _no_role(role: str, label: str) -> Finding:
    return Finding(
        "role_missing",
        label,
        f"No account is chosen for the role {label}.",
        "Choose one under Accounts in the pair's settings.",
    )


def _role_findings(role: RoleUse, books: Books) -> Iterator[Finding]:
    account = books.accounts.get(role.code)
    if account is None:
        yield Finding(
            "account_unknown",
            role.code,
            f"{role.label} uses account {role.code}, which Xero's chart of accounts does not have.",
            f"Add account {role.code} in Xero, or choose another for {role.label}.",
        )
    elif account.status != "ACTIVE":
        yield Finding(
            "account_archived",
            role.code,
            f"{role.label} uses account {role.code} {account.name}, which is archived in Xero.",
            f"Restore the account in Xero, or choose another for {role.label}.",
        )
    elif role.role in _TAKES_PAYMENTS:
        yield from _payment_findings(role, account, books.base_currency)
    else:
        yield from _line_findings(role, account)
        yield from _tax_findings(role, account, books.tax_rates)


def _payment_findings(role: RoleUse, account: Account, base_currency: str) -> Iterator[Finding]:
    if not account.is_bank and not account.takes_payments:
        yield Finding(
            "payment_account_invalid",
            role.code,
            f"Account {role.code} {account.name} takes no payments in Xero.",
            "Use an account of type Bank, or tick “Enable payments to this account” on it in Xero.",
        )
    elif not account.is_bank:
        yield Finding(
            "account_not_bank",
            role.code,
            f"{role.label} uses account {role.code} {account.name}, which is not a bank account in Xero: payments "
            "can be booked to it, but payouts cannot be transferred out of it.",
            f"Make an account of type Bank in Xero and choose it for {role.label}.",
        )
    wanted = role.currency or base_currency
    if account.is_bank and account.currency and account.currency != wanted:
        yield Finding(
            "account_currency",
            role.code,
            f"{role.label} is for {wanted}, but account {role.code} {account.name} is kept in {account.currency}.",
            f"Choose a bank account in {wanted} for {role.label}.",
        )


def _line_findings(role: RoleUse, account: Account) -> Iterator[Finding]:
    if account.is_bank or account.system in _ONE_OF_XEROS:
        yield Finding(
            "account_type",
            role.code,
            f"{role.label} uses account {role.code} {account.name}, which no invoice line may use.",
            f"Choose another account for {role.label}.",
        )
        return
    expected = _CLASSES.get(role.role, ())
    if expected and account.klass not in expected:
        yield Finding(
            "account_type",
            role.code,
            f"{role.label} uses account {role.code} {account.name}, which is not {_CLASS_WORDS[expected[0]]}.",
            f"Choose {_CLASS_WORDS[expected[0]]} for {role.label}.",
        )


def _tax_findings(role: RoleUse, account: Account, tax_rates: Mapping[str, TaxRate]) -> Iterator[Finding]:
    if not role.tax_type:
        return
    rate = tax_rates.get(role.tax_type)
    if rate is None or rate.status != "ACTIVE":
        yield Finding(
            "tax_type_unknown",
            role.tax_type,
            f"{role.label} uses the tax rate {role.tax_type}, which is not in use in Xero.",
            f"Add the tax rate in Xero, or choose another for {role.label}.",
        )
    elif account.klass and account.klass not in rate.classes:
        yield Finding(
            "tax_type_not_allowed",
            f"{role.tax_type} {role.code}",
            f"Xero does not allow {rate.name} on account {role.code} {account.name}.",
            f"Choose another tax rate or account for {role.label}.",
        )
