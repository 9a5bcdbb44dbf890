"""Accounts for categories and tax types for rates, by the names in a chart that is given."""

from __future__ import annotations

from decimal import Decimal

from mapping.suggestions.core.codes import Account, TaxRate, account_codes, tax_types

CHART = [
    Account("200", "Sales"),
    Account("201", "Tea sales"),
    Account("210", "Postage income"),
    Account("310", "Tea purchases", "DIRECTCOSTS"),
]
RATES = [
    TaxRate("OUTPUT2", "20% (VAT on Income)", Decimal(20)),
    TaxRate("INPUT2", "20% (VAT on Expenses)", Decimal(20), for_sales=False),
    TaxRate("RROUTPUT", "5% (VAT on Income)", Decimal(5)),
    TaxRate("ZERORATEDOUTPUT", "Zero Rated Income", Decimal(0)),
    TaxRate("EXEMPTOUTPUT", "Exempt Income", Decimal(0)),
]


def test_a_category_finds_the_income_account_of_its_name() -> None:
    found = {each.name: each for each in account_codes(["Teas", "Delivery", "Homeware"], CHART)}
    assert {name: each.code for name, each in found.items()} == {
        "Teas": "201",
        "Delivery": "210",
        "Homeware": "200",
    }
    assert found["Homeware"].confidence == 0.5 < found["Teas"].confidence
    assert "Tea sales" in found["Teas"].reasons[0]


def test_without_income_accounts_nothing_is_suggested() -> None:
    assert account_codes(["Tea"], [Account("310", "Tea", "DIRECTCOSTS")]) == []


def test_a_rate_finds_its_tax_type_for_sales_however_it_is_written() -> None:
    found = {each.name: each.code for each in tax_types(["20", "0.2", "20.0 %", "5"], RATES)}
    assert found == {"20": "OUTPUT2", "0.2": "OUTPUT2", "20.0 %": "OUTPUT2", "5": "RROUTPUT"}


def test_among_several_of_no_rate_the_zero_rated_one_is_offered_with_a_doubt() -> None:
    (found,) = tax_types(["0"], RATES)
    assert (found.code, found.confidence) == ("ZERORATEDOUTPUT", 0.6)


def test_a_tax_by_name_and_one_that_nobody_knows() -> None:
    assert [(each.name, each.code) for each in tax_types(["Exempt", "17.5", "luxury"], RATES)] == [
        ("Exempt", "EXEMPTOUTPUT")
    ]
