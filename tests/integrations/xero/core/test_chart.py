from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.xero.core.chart import (
    Account,
    Books,
    RoleUse,
    TaxRate,
    check_chart,
    read_account,
    read_tax_rate,
)

SALES = Account("200", "Sales", "REVENUE", "REVENUE", "ACTIVE", tax_type="OUTPUT2")
CLEARING = Account("095", "Opayo clearing GBP", "BANK", "ASSET", "ACTIVE", "GBP")
ROUNDING = Account("860", "Rounding", "CURRLIAB", "LIABILITY", "ACTIVE", system="ROUNDING")
FEES = Account("404", "Bank Fees", "OVERHEADS", "EXPENSE", "ACTIVE")
OUTPUT = TaxRate(
    "OUTPUT2", "20% (VAT on Income)", "ACTIVE", frozenset({"REVENUE", "ASSET", "EQUITY", "LIABILITY"})
)
ROLES = (
    RoleUse("sales", "Sales", "200"),
    RoleUse("rounding", "Rounding", "860"),
    RoleUse("clearing", "Clearing GBP", "095", "GBP"),
)


def books(*accounts: Account, currencies: frozenset[str] = frozenset({"GBP"})) -> Books:
    chart = {account.code: account for account in (SALES, CLEARING, ROUNDING, FEES, *accounts)}
    return Books("GBP", currencies, chart, {"OUTPUT2": OUTPUT})


def found(
    *roles: RoleUse, in_books: Books | None = None, kept: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    findings = check_chart([*ROLES, *roles], in_books or books(), "GBP", kept)
    for finding in findings:
        assert finding.message.endswith(".")
        assert finding.fix
    return [(finding.code, finding.subject) for finding in findings]


def test_a_chart_that_suits_the_roles_has_nothing_wrong() -> None:
    assert found(RoleUse("fees", "Merchant fees", "404")) == []


def test_roles_without_an_account_are_asked_for() -> None:
    missing = [(finding.code, finding.subject) for finding in check_chart([], books(), "GBP", ["EUR"])]
    assert missing == [
        ("currency_not_subscribed", "EUR"),
        ("role_missing", "Sales"),
        ("role_missing", "Rounding"),
        ("role_missing", "Clearing GBP"),
        ("role_missing", "Clearing EUR"),
    ]


def test_a_clearing_account_of_no_currency_is_the_base_currencys() -> None:
    roles = [*ROLES[:2], RoleUse("clearing", "Clearing", "095")]
    assert check_chart(roles, books(), "GBP", []) == []


def test_a_clearing_account_for_one_card_scheme_does_not_stand_for_all() -> None:
    roles = [*ROLES[:2], RoleUse("clearing", "Clearing AMEX GBP", "095", "GBP", "AMEX")]
    assert [finding.subject for finding in check_chart(roles, books(), "GBP", [])] == ["Clearing GBP"]


def test_books_in_another_base_currency_are_said() -> None:
    euro = replace(books(), base_currency="EUR", currencies=frozenset({"EUR", "GBP"}))
    assert ("base_currency_differs", "EUR") in found(in_books=euro)


@pytest.mark.parametrize(
    ("role", "account", "code"),
    [
        (RoleUse("delivery", "Delivery", "999"), None, "account_unknown"),
        (
            RoleUse("delivery", "Delivery", "201"),
            replace(SALES, code="201", status="ARCHIVED"),
            "account_archived",
        ),
        (RoleUse("delivery", "Delivery", "404"), None, "account_type"),
        (RoleUse("delivery", "Delivery", "095"), None, "account_type"),
        (RoleUse("fees", "Merchant fees", "200"), None, "account_type"),
        (RoleUse("clearing", "Clearing EUR", "200", "EUR"), None, "payment_account_invalid"),
        (RoleUse("clearing", "Clearing EUR", "095", "EUR"), None, "account_currency"),
        (
            RoleUse("clearing", "Clearing EUR", "611", "EUR"),
            Account("611", "Card money", "CURRENT", "ASSET", "ACTIVE", takes_payments=True),
            "account_not_bank",
        ),
        (RoleUse("delivery", "Delivery", "200", tax_type="TAX009"), None, "tax_type_unknown"),
        (RoleUse("losses", "Chargeback losses", "404", tax_type="OUTPUT2"), None, "tax_type_not_allowed"),
        (
            RoleUse("disputed", "Disputed receivables", "610"),
            Account("610", "Accounts Receivable", "CURRENT", "ASSET", "ACTIVE", system="DEBTORS"),
            "account_type",
        ),
    ],
)
def test_each_thing_that_can_be_wrong_with_an_account_is_found(
    role: RoleUse, account: Account | None, code: str
) -> None:
    chart = books(*([account] if account else []), currencies=frozenset({"GBP", "EUR"}))
    assert [finding for finding, _ in found(role, in_books=chart)] == [code]


def test_accounts_and_tax_rates_are_read_from_xeros_words() -> None:
    account = read_account(
        {
            "Code": "095",
            "Name": "Clearing",
            "Type": "BANK",
            "Class": "ASSET",
            "Status": "ACTIVE",
            "CurrencyCode": "GBP",
        }
    )
    assert account == Account("095", "Clearing", "BANK", "ASSET", "ACTIVE", "GBP")
    assert account.is_bank
    rate = read_tax_rate(
        {
            "TaxType": "INPUT2",
            "Name": "20% (VAT on Expenses)",
            "Status": "ACTIVE",
            "CanApplyToExpenses": True,
            "CanApplyToRevenue": False,
        }
    )
    assert rate.classes == {"EXPENSE"}
