"""The auditor over the way to the bank: what a careful person books is sound; a lost, doubled or strange object is named."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from sandbox.auditor import audit
from sandbox.auditor.unbanked import unbanked
from sandbox.kernel.server import Sandbox
from tests.sandbox.bookkeeping import keep_books, keep_disputes, keep_settlements, trading, truth

Truth = dict[str, Any]
DAY = 86_400


def two_acquirers_and_a_reserve(sandbox: Sandbox) -> None:
    acquirer: Any = sandbox.systems["acquirer"]
    sandbox.world.switches["opayo.second_authprocessor"] = "Worldpay"
    acquirer.funds.change_contract(mid="91000401", mode="net_reserve", reserve_days=4)
    acquirer.funds.change_contract(mid="31000401", mode="net_reserve", reserve_days=400)


@pytest.mark.asyncio
async def test_settlements_kept_with_care_are_sound_and_every_fault_is_found() -> None:
    async with trading({"server": 60, "pi": 10, "disputes": 12}, two_acquirers_and_a_reserve) as sandbox:
        acquirer: Any = sandbox.systems["acquirer"]
        for _ in range(60):
            sandbox.control.move_clock(DAY)
        assert acquirer.funds.due()["next"] is None
        keep_books(sandbox)
        keep_disputes(sandbox)
        assert audit(truth(sandbox), settlement=True)["proof_ok"] is False
        keep_settlements(sandbox)
        told = truth(sandbox)
    report = audit(told, settlement=True)
    wrong = [each for each in report["problems"] if each["fault"] != "confirmations_missing"]
    assert wrong == []
    assert (report["proof_ok"], report["clearing_difference"]) == (True, 0)
    assert report["bank_lines"] == report["bank_lines_matched"] > 8
    assert report["settlements"] > 8
    assert report["clearing"]["GBP"]["fees"] > 0
    assert report["clearing"]["GBP"]["reserve"] == report["clearing"]["GBP"]["balance"] * 0 + held(told) > 0
    found_faults(told)


def held(told: Truth) -> Decimal:
    rows = told["acquirer"]["reserves"]
    return sum((Decimal(row["held"]) for row in rows if row["currency"] == "GBP"), Decimal(0))


def found_faults(told: Truth) -> None:
    """Spoil the books in one way after another; the auditor counts and names each."""
    lost = copy.deepcopy(told)
    del lost["xero"]["bank_transfers"][0]
    report = audit(lost, settlement=True)
    assert (report["missing"], report["bank_lines"] - report["bank_lines_matched"]) == (1, 1)
    doubled = copy.deepcopy(told)
    doubled["xero"]["bank_transfers"].append(doubled["xero"]["bank_transfers"][0])
    report = audit(doubled, settlement=True)
    assert (report["duplicates"], report["bank_lines"] - report["bank_lines_matched"]) == (1, 1)
    strange = copy.deepcopy(told)
    strange["xero"]["bank_transfers"].append({**told["xero"]["bank_transfers"][0], "Amount": "0.07"})
    assert audit(strange, settlement=True)["wrong_amount"] == 1
    changed = copy.deepcopy(told)
    fee = next(
        each for each in changed["xero"]["bank_transactions"] if each["LineItems"][0]["AccountCode"] == "407"
    )
    fee["LineItems"][0]["LineAmount"] = str(Decimal(fee["LineItems"][0]["LineAmount"]) + 1)
    problems = audit(changed, settlement=True)["problems"]
    assert any(each["order"].startswith("fees kept back") for each in problems)
    unbilled = copy.deepcopy(told)
    bill = next(each for each in unbilled["xero"]["invoices"] if each["Type"] == "ACCPAY")
    bill["TotalTax"] = "99.00"
    assert any("VAT is 99.00" in each["why"] for each in audit(unbilled, settlement=True)["problems"])


# Where the money of each acquirer stands


def small_truth(*codes: str) -> Truth:
    """20.00 by Elavon and 7.00 by American Express, of which Amex kept 0.12; paid to the accounts named."""
    names = {"095": "Opayo clearing GBP", "098": "Amex clearing GBP"}
    own = {"095": "20.00", "098": "6.88"} if "098" in codes else {"095": "26.88", "098": "0.00"}
    balances = {code: {"name": name, "currency": "GBP", "own": own[code]} for code, name in names.items()}
    sale = {"type": "PAYMENT", "currency": "GBP"}
    return {
        "opayo": {
            "transactions": [
                {**sale, "captured": "20.00", "acquirer": "Elavon"},
                {**sale, "captured": "7.00", "acquirer": "American Express"},
            ]
        },
        "acquirer": {
            "disputes": [],
            "fundings": [],
            "settlements": [
                {
                    "currency": "GBP",
                    "acquirer": "American Express",
                    "fees": {"service_charge": "0.12"},
                    "reserve": "0",
                }
            ],
        },
        "xero": {
            "balances": balances,
            "payments": [{"AccountCode": code, "Status": "AUTHORISED"} for code in codes],
            "bank_transfers": [],
            "bank_transactions": [],
        },
    }


def differences(told: Truth) -> dict[str, Decimal]:
    return {place: sums["difference"] for place, sums in unbanked(told).items()}


def test_one_clearing_account_holds_the_money_of_every_acquirer() -> None:
    assert differences(small_truth("095")) == {"GBP": 0}


def test_an_account_of_one_acquirer_that_is_used_must_hold_all_of_its_money_and_no_other() -> None:
    told = small_truth("095", "098")
    assert differences(told) == {"GBP": 0, "GBP American Express": 0}
    told["xero"]["balances"]["098"]["own"], told["xero"]["balances"]["095"]["own"] = "0.00", "26.88"
    assert differences(told) == {"GBP": Decimal("6.88"), "GBP American Express": Decimal("-6.88")}
