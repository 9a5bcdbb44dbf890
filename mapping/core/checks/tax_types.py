"""Does Xero's chart of accounts know the accounts a mapping can use, and allow its tax types on them?

Which codes come out is known from the mapping and the pair's settings: an account by role, category, product or table;
a tax type by rate. Rounding lines are outside the scope of VAT, so only that tax type meets the rounding account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from integrations.xero.core.chart import Account, Books
from mapping.core.checks.known import Known, fault, rows_for
from mapping.core.checks.outcomes import parameter, possible_values
from mapping.core.document import MappingDocument, Row, TransformUse
from mapping.core.problems import Problem

_LINE: Final = ("LineItems[].AccountCode", "LineItems[].TaxType")
_PAID_INTO: Final = ("Account.Code", "BankAccount.Code", "FromBankAccount.Code", "ToBankAccount.Code")
_OF_LINES: Final = "sales"
_ROUNDING: Final = "rounding"
_UNTAXED: Final = "outside_scope"


def problems(document: MappingDocument, known: Known) -> Iterator[Problem]:
    """Accounts that are missing, archived or of the wrong kind, and tax types Xero refuses on them."""
    if known.chart is None or not known.chart.accounts:
        return
    for row in rows_for(document, _LINE[0]):
        accounts = _accounts(row, known)
        yield from _account_problems(row, accounts.values(), known.chart)
        for tax_row in rows_for(document, _LINE[1]):
            yield from _pair_problems(tax_row, accounts, _tax_types(tax_row, known), known.chart)
    for pattern in _PAID_INTO:
        for row in rows_for(document, pattern):
            yield from _bank_problems(row, _banks(row, known), known.chart, transfer="BankAccount" in pattern)


def _accounts(row: Row, known: Known) -> dict[str, str]:
    """Account codes by what they are for; everything but rounding can meet every tax type."""
    use = _last(row)
    if use is None or use.name != "account_code":
        values = possible_values(row, known).values
        return {f"{_OF_LINES} {code}": str(code) for code in values}
    found: dict[str, str] = {}
    accounts = parameter(use, "accounts", known)
    for role in ("sales", "delivery", _ROUNDING):
        if isinstance(accounts, Mapping) and accounts.get(role):
            found[role] = str(accounts[role])
    for name in ("by_category", "by_product"):
        table = parameter(use, name, known)
        if isinstance(table, Mapping):
            found.update({str(key): str(code) for key, code in table.items() if code})
    return found


def _tax_types(row: Row, known: Known) -> dict[str, str]:
    """Tax types by rate or code; those of a fixed value or table by themselves."""
    use = _last(row)
    if use is None or use.name != "tax_type":
        return {str(value): str(value) for value in possible_values(row, known).values}
    table = parameter(use, "tax_types", known)
    return {str(rate): str(kind) for rate, kind in table.items()} if isinstance(table, Mapping) else {}


def _last(row: Row) -> TransformUse | None:
    return row.transforms[-1] if row.transforms else None


def _account_problems(row: Row, codes: Iterable[str], chart: Books) -> Iterator[Problem]:
    for code in sorted(set(codes)):
        account = chart.accounts.get(code)
        if account is None or account.status != "ACTIVE":
            yield fault(row, _not_in_use(code, account))
        elif account.is_bank:
            yield fault(row, f"Account {code} {account.name} is a bank account, which no line may use.")


def _not_in_use(code: str, account: Account | None) -> str:
    if account is None:
        return f"Xero's chart of accounts has no account {code}: add it in Xero, or choose another."
    return f"Account {code} {account.name} is archived in Xero: restore it, or choose another."


def _pair_problems(
    row: Row, accounts: Mapping[str, str], tax_types: Mapping[str, str], chart: Books
) -> Iterator[Problem]:
    if not chart.tax_rates:
        return
    yield from _unknown_rates(row, tax_types.values(), chart)
    refused = {
        (kind, code)
        for role, code in accounts.items()
        for rate, kind in tax_types.items()
        if (role != _ROUNDING or rate == _UNTAXED or len(tax_types) == 1)
        and not _is_allowed(chart.accounts.get(code), kind, chart)
    }
    for kind, code in sorted(refused):
        yield fault(
            row,
            f"Xero does not allow {chart.tax_rates[kind].name} ({kind}) on account {code} "
            f"{chart.accounts[code].name}: choose another tax type or account.",
        )


def _unknown_rates(row: Row, kinds: Iterable[str], chart: Books) -> Iterator[Problem]:
    for kind in sorted(set(kinds)):
        rate = chart.tax_rates.get(kind)
        if rate is None or rate.status != "ACTIVE":
            yield fault(row, f"The tax rate {kind} is not in use in Xero: add it there, or choose another.")


def _is_allowed(account: Account | None, kind: str, chart: Books) -> bool:
    """True also where nothing can be said: unknown accounts and rates are reported by themselves."""
    rate = chart.tax_rates.get(kind)
    if account is None or rate is None or not account.klass or not rate.classes:
        return True
    return account.klass in rate.classes


def _banks(row: Row, known: Known) -> Iterator[str]:
    use = _last(row)
    if use is None or use.name != "clearing_account":
        yield from (str(value) for value in possible_values(row, known).values)
        return
    table: Any = parameter(use, "accounts", known)
    if isinstance(table, Mapping):
        yield from (str(code) for code in table.values() if code)


def _bank_problems(row: Row, codes: Iterable[str], chart: Books, *, transfer: bool) -> Iterator[Problem]:
    for code in sorted(set(codes)):
        account = chart.accounts.get(code)
        if account is None or account.status != "ACTIVE":
            yield fault(row, _not_in_use(code, account))
        elif transfer and not account.is_bank:
            yield fault(row, f"Account {code} {account.name} is not a bank account, which Xero needs here.")
        elif not (account.is_bank or account.takes_payments):
            yield fault(
                row,
                f"Account {code} {account.name} takes no payments in Xero: use a bank account, or tick "
                "“Enable payments to this account” on it.",
            )
