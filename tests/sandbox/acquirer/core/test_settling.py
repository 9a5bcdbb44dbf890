"""What a settlement comes to, and a month's bill, to the penny."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.acquirer.core.bills import Overcharge, bill_lines, bill_total
from sandbox.acquirer.core.contracts import Basis, Contract, Mode, usual_contract
from sandbox.acquirer.core.settling import (
    Kind,
    batch_fees,
    dispute_lines,
    fees_kept,
    reserve_line,
    total,
    trade_line,
)

NET = usual_contract("31000401", "Worldpay", "GBP")
GROSS = usual_contract("21000401", "Elavon", "GBP")


def item(captured: str, scheme: str = "VISA", kind: str = "PAYMENT") -> dict[str, Any]:
    return {
        "type": kind, "captured": Decimal(captured), "scheme": scheme, "on": date(2026, 11, 20), "vpstxid": "A",
        "vendortxcode": "HF-1-1", "last4": "0006", "bank_auth_code": "999777", "tx_auth_no": "1000001",
    }  # fmt: skip


def settled(contract: Contract, *items: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [trade_line(each, contract) for each in items]
    return lines + batch_fees(lines, contract) + reserve_line(lines, contract)


def test_gross_pays_everything() -> None:
    lines = settled(GROSS, item("100.00"), item("28.95", "MC"), item("10.00", kind="REFUND"))
    assert (total(lines), fees_kept(lines)) == (Decimal("118.95"), {})


def test_a_percentage_of_the_batch_is_rounded_once_for_each_rate() -> None:
    lines = settled(NET, *[item("10.05") for _ in range(3)], item("10.05", "DELTA"))
    fees = [line["gross"] for line in lines if line["kind"] == Kind.FEE]
    assert fees == [Decimal("-0.29"), Decimal("-0.06")]  # 0.97 % of 30.15 and 0.58 % of 10.05
    assert fees_kept(lines) == {"service_charge": Decimal("0.35"), "per_item": Decimal("0.20")}
    assert total(lines) == Decimal("39.65")


def test_a_percentage_of_each_item_is_rounded_each_time_half_up() -> None:
    by_item = replace(NET, basis=Basis.ITEM)
    lines = settled(by_item, *[item("10.05") for _ in range(3)])
    assert [line["percent_fee"] for line in lines] == [Decimal("0.10")] * 3
    assert settled(by_item, item("50.00"))[0]["percent_fee"] == Decimal("0.49")  # 0.485


def test_a_refund_costs_its_item_fee_and_gives_no_percentage_back() -> None:
    (line,) = settled(replace(NET, basis=Basis.ITEM), item("10.00", kind="REFUND"))
    assert (line["gross"], line["percent_fee"], line["net"]) == (Decimal("-10.00"), 0, Decimal("-10.05"))


def test_a_reserve_is_a_share_of_the_sales() -> None:
    contract = replace(NET, mode=Mode.NET_RESERVE, rates=GROSS.rates)
    lines = settled(contract, item("33.33"), item("20.00", kind="REFUND"))
    assert lines[-1]["kind"] == Kind.HELD
    assert lines[-1]["gross"] == Decimal("-3.33")


def test_a_dispute_takes_its_amount_and_its_fee_apart_and_gives_only_the_amount_back() -> None:
    notice = {
        "money": Decimal("-43.95"), "amount": Decimal("28.95"), "on": date(2026, 11, 24), "scheme": "Visa",
        "last4": "0006", "auth_code": "999777", "retrieval_reference": "1", "case_id": "CB1", "notice_id": "N1",
    }  # fmt: skip
    taken = dispute_lines(notice)
    assert [(line["kind"], line["net"]) for line in taken] == [
        ("chargeback", Decimal("-28.95")),
        ("fee", Decimal("-15.00")),
    ]
    assert fees_kept(taken) == {"dispute": Decimal("15.00")}
    (back,) = dispute_lines({**notice, "money": Decimal("28.95")})
    assert (back["kind"], back["net"]) == ("chargeback_reversal", Decimal("28.95"))
    assert dispute_lines({**notice, "money": Decimal(0)}) == []


prices = st.integers(1, 10**7).map(lambda pence: str(Decimal(pence) / 100))
items = st.builds(
    item, prices, st.sampled_from(["VISA", "MC", "DELTA", "MAESTRO"]), st.sampled_from(["PAYMENT", "REFUND"])
)


@given(st.lists(items, max_size=30), st.sampled_from(Mode), st.sampled_from(Basis))
def test_what_is_handed_in_is_paid_charged_or_held_and_nothing_else(
    given_items: list[dict[str, Any]], mode: Mode, basis: Basis
) -> None:
    contract = replace(NET, mode=mode, basis=basis)
    lines = settled(contract, *given_items)
    signed = sum(
        (-each["captured"] if each["type"] == "REFUND" else each["captured"]) for each in given_items
    )
    held = -total(lines, frozenset({Kind.HELD}))
    assert total(lines) + sum(fees_kept(lines).values()) + held == signed
    assert all(line["net"] == line["gross"] - line["percent_fee"] - line["item_fee"] for line in lines)
    assert all(line["net"] == round(line["net"], 2) for line in lines)


# Bills


def month(*items: dict[str, Any]) -> list[dict[str, Any]]:
    return [trade_line(each, GROSS) for each in items]


def test_a_bill_has_a_percentage_and_an_amount_per_item_for_each_rate_and_the_monthly_fees_with_vat() -> None:
    lines = bill_lines(month(item("100.00"), item("50.10"), item("10.00", kind="REFUND")), GROSS)
    assert [(line["fee_kind"], line["net"], line["vat"]) for line in lines] == [
        ("service_charge", Decimal("1.23"), Decimal("0.00")),
        ("per_item", Decimal("0.09"), Decimal("0.00")),
        ("minimum", Decimal("12.50"), Decimal("2.50")),
        ("pci", Decimal("4.95"), Decimal("0.99")),
    ]
    assert (lines[0]["volume"], lines[0]["quantity"]) == (Decimal("150.10"), 3)
    assert (bill_total(lines), bill_total(lines, "overcharged")) == (Decimal("22.26"), Decimal(0))


@pytest.mark.parametrize(("points", "pounds"), [("0.30", "3.00"), ("0", "0.00")])
def test_an_overcharge_is_known_in_pounds(points: str, pounds: str) -> None:
    lines = bill_lines(month(item("1000.00")), GROSS, [Overcharge("Visa credit", Decimal(points))])
    assert bill_total(lines, "overcharged") == Decimal(pounds)
    assert lines[0]["percent"] == Decimal("0.82") + Decimal(points)
