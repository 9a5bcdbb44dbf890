"""Accounts, tax rates and currencies: made, changed, refused."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.xero.switches import SWITCHES, Choices
from tests.sandbox.xero.rig import Xero, invoice, line


def account(**changes: Any) -> dict[str, Any]:
    return {"Code": "201", "Name": "Card sales", "Type": "SALES", **changes}


def account_id(xero: Xero, code: str) -> str:
    [row] = xero.get("Accounts", where=f'Code=="{code}"').rows("Accounts")
    return str(row["AccountID"])


def test_the_chart_has_what_a_card_business_needs(xero: Xero) -> None:
    rows = {row["Code"]: row for row in xero.get("Accounts").rows("Accounts")}
    assert [rows[code]["CurrencyCode"] for code in ("095", "096", "097", "098")] == [
        "GBP",
        "EUR",
        "USD",
        "GBP",
    ]
    assert rows["615"]["EnablePaymentsToAccount"] is True
    assert (rows["615"]["Type"], rows["405"]["Type"], rows["406"]["Class"]) == (
        "CURRENT",
        "EXPENSE",
        "EXPENSE",
    )
    assert rows["820"]["SystemAccount"] == "GST"
    assert "SystemAccount" not in rows["200"]


def test_an_account_is_made_used_and_archived(xero: Xero) -> None:
    made = xero.call("PUT", "Accounts", account(TaxType="OUTPUT2")).rows("Accounts")[0]
    assert (made["Class"], made["Status"]) == ("REVENUE", "ACTIVE")
    xero.made("Invoices", invoice("A", line(AccountCode="201")))
    assert xero.balance("201") == -10
    archived = xero.call("POST", f"Accounts/{made['AccountID']}", {"Status": "ARCHIVED"})
    assert archived.rows("Accounts")[0]["Status"] == "ARCHIVED"
    assert xero.put("Invoices", invoice("B", line(AccountCode="201"))).status == 400
    assert xero.call("DELETE", f"Accounts/{made['AccountID']}").status == 400


def test_an_unused_account_can_be_deleted(xero: Xero) -> None:
    made = xero.call("PUT", "Accounts", account()).rows("Accounts")[0]
    assert xero.call("DELETE", f"Accounts/{made['AccountID']}").rows("Accounts")[0]["Status"] == "DELETED"
    assert xero.call("PUT", "Accounts", account()).status == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Name": "sales"}, "Please enter a unique Name."),
        ({"Code": "200"}, "Please enter a unique Code."),
        ({"Name": None}, "Name is required"),
        ({"Code": None}, "Code is required"),
        ({"Type": "MONEY"}, "'MONEY' is not a valid value for Type"),
        ({"TaxType": "VAT"}, "The TaxType code 'VAT' does not exist"),
        ({"Type": "BANK", "CurrencyCode": "NZD"}, "Organisation is not subscribed to currency NZD"),
        ({"Code": "x" * 11}, "The Code field must not be more than 10 characters long."),
    ],
)
def test_bad_accounts_are_refused(xero: Xero, changes: dict[str, Any], reason: str) -> None:
    assert xero.call("PUT", "Accounts", account(**changes)).reasons()[0].startswith(reason)


def test_accounts_come_one_at_a_time(xero: Xero) -> None:
    assert xero.put("Accounts", account(), account(Code="202", Name="x")).status == 400


def test_system_accounts_cannot_be_archived(xero: Xero) -> None:
    assert xero.call("POST", f"Accounts/{account_id(xero, '610')}", {"Status": "ARCHIVED"}).status == 400


def test_payments_can_be_enabled_on_an_account(xero: Xero) -> None:
    changed = xero.call("POST", f"Accounts/{account_id(xero, '850')}", {"EnablePaymentsToAccount": True})
    assert changed.rows("Accounts")[0]["EnablePaymentsToAccount"] is True


def test_a_tax_rate_of_ones_own_is_made_used_and_deleted(xero: Xero) -> None:
    rate = {"Name": "Odd", "ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "VAT", "Rate": "12.5"}]}
    made = xero.put("TaxRates", rate).rows("TaxRates")[0]
    assert (made["TaxType"], made["CanApplyToExpenses"]) == ("TAX001", False)
    assert xero.made("Invoices", invoice("A", line("9.00", TaxType="TAX001")))["TotalTax"] == 1
    assert xero.put("TaxRates", rate).status == 400
    gone = xero.post("TaxRates", {"Name": "Odd", "Status": "DELETED"}).rows("TaxRates")[0]
    assert (gone["Status"], gone["EffectiveRate"]) == ("DELETED", made["EffectiveRate"])
    assert xero.put("Invoices", invoice("B", line(TaxType="TAX001"))).status == 400


@pytest.mark.parametrize("missing", ["Name", "ReportTaxType", "TaxComponents"])
def test_a_tax_rate_needs_name_report_and_components(xero: Xero, missing: str) -> None:
    rate = {"Name": "Odd", "ReportTaxType": "OUTPUT", "TaxComponents": [{"Name": "VAT", "Rate": "12.5"}]}
    assert xero.put("TaxRates", {**rate, missing: None}).reasons() == [f"{missing} is required"]


def test_a_currency_is_added_once(xero: Xero) -> None:
    for _ in range(2):
        assert xero.put("Currencies", {"Code": "NZD"}).status == 200
    codes = [row["Code"] for row in xero.get("Currencies").rows("Currencies")]
    assert sorted(codes) == ["EUR", "GBP", "NZD", "USD"]
    assert xero.put("Currencies", {"Code": "XXX"}).status == 400


def test_every_switch_has_its_default_among_its_values_and_a_reason() -> None:
    for name, switch in SWITCHES.items():
        assert switch.default in switch.values
        assert switch.note.endswith(".")
        assert Choices({})(name.removeprefix("xero.")) == switch.default
