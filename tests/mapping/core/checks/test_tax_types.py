from __future__ import annotations

from typing import Any

import pytest

from integrations.xero.core.chart import Account, Books, TaxRate
from mapping.core.compiler import check_document
from mapping.core.defaults import KINDS, default_document
from mapping.core.reading import from_json
from tests.mapping.builders import a_context

ALL = frozenset({"ASSET", "EQUITY", "EXPENSE", "LIABILITY", "REVENUE"})
NO_EXPENSE, NO_REVENUE = ALL - {"EXPENSE"}, ALL - {"REVENUE"}


def account(code: str, klass: str, kind: str = "SALES", **changes: Any) -> Account:
    return Account(
        **{
            "code": code,
            "name": f"Account {code}",
            "type": kind,
            "klass": klass,
            "status": "ACTIVE",
            **changes,
        }
    )


def rate(kind: str, classes: frozenset[str], status: str = "ACTIVE") -> TaxRate:
    return TaxRate(kind, f"Rate {kind}", status, classes)


def books(*accounts: Account, rates: tuple[TaxRate, ...] = ()) -> Books:
    usual = [account(code, "REVENUE") for code in ("200", "201", "202")]
    usual += [account("860", "EXPENSE", "EXPENSE"), account("404", "EXPENSE", "OVERHEADS")]
    usual += [account(code, "ASSET", "BANK") for code in ("090", "091", "095", "096", "097")]
    known = [rate(kind, NO_EXPENSE) for kind in ("OUTPUT2", "RROUTPUT", "ZERORATEDOUTPUT", "EXEMPTOUTPUT")]
    known += [rate("NONE", ALL), rate("INPUT2", NO_REVENUE)]
    return Books(
        "GBP",
        frozenset({"GBP"}),
        {each.code: each for each in [*usual, *accounts]},
        {each.type: each for each in [*known, *rates]},
    )


def messages(kind: str, chart: Books, **context: Any) -> list[str]:
    found = check_document(default_document(kind), settings=a_context(**context), chart=chart)
    return [problem.message for problem in found]


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_mappings_suit_a_usual_chart(kind: str) -> None:
    assert messages(kind, books()) == []


def test_a_tax_type_that_xero_does_not_allow_on_an_account_is_named_with_both() -> None:
    types = {**a_context()["tax_types"], "20": "INPUT2"}
    assert messages("invoice", books(account("205", "ASSET")), tax_types=types) == [
        f"Xero does not allow Rate INPUT2 (INPUT2) on account {code} Account {code}: choose another tax type or account."
        for code in ("200", "201", "202")
    ]


def test_rounding_meets_only_the_tax_type_outside_the_scope() -> None:
    assert messages("invoice", books()) == []  # 860 is an expense account, which takes no output tax
    types = {**a_context()["tax_types"], "outside_scope": "OUTPUT2"}
    assert "on account 860" in messages("invoice", books(), tax_types=types)[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accounts_by_category": {"food": "299"}}, "has no account 299"),
        ({"accounts_by_category": {"food": "210"}}, "Account 210 Account 210 is archived"),
        ({"accounts_by_category": {"food": "090"}}, "is a bank account, which no line may use"),
        ({"tax_types": {"20": "TAX009"}}, "The tax rate TAX009 is not in use in Xero"),
        ({"tax_types": {"20": "OLD"}}, "The tax rate OLD is not in use in Xero"),
    ],
)
def test_accounts_and_rates_that_xero_does_not_have_are_found(changes: dict[str, Any], said: str) -> None:
    chart = books(account("210", "REVENUE", status="ARCHIVED"), rates=(rate("OLD", ALL, "DELETED"),))
    assert any(said in text for text in messages("invoice", chart, **changes))


def test_money_can_only_be_paid_into_accounts_that_take_payments() -> None:
    accounts = {**a_context()["accounts"], "clearing": {"GBP": "300"}}
    asset = account("300", "ASSET", "CURRENT")
    assert (
        "Account 300 Account 300 takes no payments" in messages("payment", books(asset), accounts=accounts)[0]
    )
    enabled = account("300", "ASSET", "CURRENT", takes_payments=True)
    assert messages("payment", books(enabled), accounts=accounts) == []
    assert "is not a bank account" in messages("settlement_transfer", books(enabled), accounts=accounts)[0]


def test_fixed_codes_are_checked_without_any_settings() -> None:
    def fixed(target: str, value: str) -> dict[str, Any]:
        return {"target": target, "transforms": [{"name": "constant", "parameters": {"value": value}}]}

    document = from_json(
        {
            "target": "xero:Invoice",
            "source": "shop:order",
            "collections": [{"target": "LineItems", "source": "lines"}],
            "rows": [fixed("LineItems[].AccountCode", "200"), fixed("LineItems[].TaxType", "INPUT2")],
        }
    )
    found = [
        problem for problem in check_document(document, chart=books()) if "does not allow" in problem.message
    ]
    assert [problem.row for problem in found] == ["LineItems[].TaxType"]
    assert not [p for p in check_document(document) if "does not allow" in p.message]
