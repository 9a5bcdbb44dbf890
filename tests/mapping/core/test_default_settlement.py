from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.core.compiler import compile_mapping
from mapping.core.defaults import default_document
from mapping.core.evaluate import Evaluation
from tests.mapping.builders import a_context, a_settlement

TRANSFER = compile_mapping(default_document("settlement_transfer"))
FEE = compile_mapping(default_document("settlement_fee"))


def transfer(**changes: Any) -> Evaluation:
    return TRANSFER.evaluate(a_settlement(**changes), a_context())


def fees(context: dict[str, Any] | None = None, **changes: Any) -> Evaluation:
    return FEE.evaluate(a_settlement(**changes), a_context(**(context or {})))


def test_a_settlement_is_transferred_from_clearing_to_the_bank_to_the_penny() -> None:
    assert transfer().document == {
        "FromBankAccount": {"Code": "095"},
        "ToBankAccount": {"Code": "090"},
        "Amount": Decimal("1082.40"),
        "Date": "2026-11-25",
        "Reference": "ELAVON B",
    }


def test_the_money_goes_the_other_way_when_refunds_exceed_sales() -> None:
    document = transfer(net="-15.00", scheme="AMEX").document
    assert (document["FromBankAccount"], document["ToBankAccount"]) == ({"Code": "090"}, {"Code": "096"})
    assert document["Amount"] == Decimal("15.00")


def test_a_settlement_of_nothing_is_not_transferred() -> None:
    result = transfer(net="0.00")
    assert not result.is_usable
    assert "comes to nothing" in result.problems[0].message


def test_the_fees_kept_back_are_spent_from_clearing_a_line_for_each_kind() -> None:
    document = fees().document
    lines = document.pop("LineItems")
    assert document == {
        "Type": "SPEND",
        "Contact": {"Name": "Elavon"},
        "BankAccount": {"Code": "095"},
        "Date": "2026-11-23",
        "Reference": "ELAVON B",
        "LineAmountTypes": "Inclusive",
        "CurrencyCode": "GBP",
    }
    assert [(line["Description"], line["UnitAmount"], line["AccountCode"]) for line in lines] == [
        ("interchange", Decimal("20.00"), "404"),
        ("scheme", Decimal("1.60"), "404"),
    ]
    assert not any("TaxType" in line for line in lines)


def test_look_up_tables_give_each_kind_of_fee_its_account_and_tax_type() -> None:
    tables = {"fee_accounts": {"scheme": "405"}, "fee_tax_types": {"scheme": "INPUT2"}}
    lines = fees({"tables": tables}).document["LineItems"]
    assert [(line["AccountCode"], line.get("TaxType")) for line in lines] == [
        ("404", None),
        ("405", "INPUT2"),
    ]


def test_fees_given_back_are_received() -> None:
    result = fees(fees_total="-2.00", fees=[{"kind": "correction", "amount": "-2.00"}])
    assert result.is_usable
    assert (result.document["Type"], result.document["LineItems"][0]["UnitAmount"]) == (
        "RECEIVE",
        Decimal("2.00"),
    )


@pytest.mark.parametrize(
    ("changes", "context", "said", "cause"),
    [
        ({"fees_total": "21.61"}, {}, "do not add up", "record"),
        ({"fees_total": "0", "fees": []}, {}, "no fees back", "record"),
        ({}, {"accounts": {"clearing": {"GBP": "095"}}}, "add it there", "settings"),
        ({"currency": "JPY"}, {}, "No clearing account is set", "settings"),
    ],
)
def test_fees_that_cannot_be_booked_say_why(
    changes: dict[str, Any], context: dict[str, Any], said: str, cause: str
) -> None:
    result = fees(context, **changes)
    assert not result.is_usable
    assert [problem.cause for problem in result.problems if said in problem.message][:1] == [cause]
