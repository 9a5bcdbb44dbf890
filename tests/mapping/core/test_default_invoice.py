from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.core.compiler import compile_mapping
from mapping.core.defaults import default_document
from mapping.core.evaluate import Evaluation
from tests.mapping.builders import (
    PENNY,
    a_context,
    a_line,
    a_payment,
    a_rate,
    an_order,
    an_order_of,
    orders,
    tax_of,
)

INVOICE = compile_mapping(default_document("invoice"))
PAYMENT = compile_mapping(default_document("payment"))


def invoice(order: dict[str, Any], **context: Any) -> dict[str, Any]:
    result = evaluated(order, **context)
    assert result.is_usable, result.problems
    return result.document


def evaluated(order: dict[str, Any], **context: Any) -> Evaluation:
    return INVOICE.evaluate(order, a_context(**context))


def total_of(document: dict[str, Any]) -> Decimal:
    """What Xero will make of the lines (Invoices, line items)."""
    lines = document["LineItems"]
    net_or_gross = sum((line["LineAmount"] for line in lines), Decimal(0))
    tax = sum((line["TaxAmount"] for line in lines), Decimal(0))
    return net_or_gross if document["LineAmountTypes"] == "Inclusive" else net_or_gross + tax


def test_the_documented_order_becomes_this_invoice() -> None:
    document = invoice(an_order())
    lines = document.pop("LineItems")
    assert document == {
        "Type": "ACCREC",
        "InvoiceNumber": "HF-10042",
        "Reference": "HF-10042-1",
        "Status": "AUTHORISED",
        "Date": "2026-11-22",
        "DueDate": "2026-11-22",
        "LineAmountTypes": "Inclusive",
        "CurrencyCode": "GBP",
    }
    assert [(line["Description"], line["LineAmount"], line["TaxAmount"]) for line in lines] == [
        ("Assam, 250 g", Decimal("12.57"), Decimal("0.00")),
        ("Teapot", Decimal("21.92"), Decimal("3.65")),
        ("Royal Mail Tracked 48", Decimal("3.85"), Decimal("0.64")),
    ]
    assert [(line["AccountCode"], line["TaxType"]) for line in lines] == [
        ("202", "ZERORATEDOUTPUT"),
        ("200", "OUTPUT2"),
        ("201", "OUTPUT2"),
    ]


def test_without_a_discount_the_vat_is_the_shops_own_figure() -> None:
    order = an_order(discount=None, total="39.34")
    assert [line["TaxAmount"] for line in invoice(order)["LineItems"]] == [
        Decimal("0.00"),
        Decimal("3.75"),
        Decimal("0.66"),
    ]


def test_prices_without_vat_make_an_exclusive_invoice_that_totals_with_vat_on_top() -> None:
    document = invoice(
        an_order_of(a_line("10.00"), a_line("5.55", rate="5"), total="17.83", includes_tax=False)
    )
    assert document["LineAmountTypes"] == "Exclusive"
    assert [(line["LineAmount"], line["TaxAmount"]) for line in document["LineItems"]] == [
        (Decimal("10.00"), Decimal("2.00")),
        (Decimal("5.55"), Decimal("0.28")),
    ]
    assert total_of(document) == Decimal("17.83")


def test_number_takes_the_prefix_of_the_pair_unless_it_is_already_settled() -> None:
    pair = {"zone": "Europe/London", "invoice_prefix": "WEB-", "days_due": 14}
    assert invoice(an_order(), pair=pair)["InvoiceNumber"] == "WEB-HF-10042"
    assert invoice(an_order(), pair=pair, invoice_number="HF-10042-B")["InvoiceNumber"] == "HF-10042-B"
    assert invoice(an_order(), pair=pair)["DueDate"] == "2026-12-06"


def test_the_day_is_that_of_the_pairs_zone() -> None:
    late = an_order(placed_at="2026-07-01T23:30:00Z")
    assert invoice(late)["Date"] == "2026-07-02"
    assert invoice(late, pair={"zone": "America/New_York", "invoice_prefix": ""})["Date"] == "2026-07-01"


def test_free_delivery_makes_no_line() -> None:
    free = {"name": "Collect", "tax_rate": "20", "tax": "0.00", "total": "0.00"}
    document = invoice(an_order(delivery=free, total="34.39"))
    assert len(document["LineItems"]) == 2


def test_exempt_and_out_of_scope_are_told_from_zero_rated() -> None:
    lines = [
        a_line("1.00", tax_code="exempt"),
        a_line("1.00", tax_code="outside_scope"),
        a_line("1.00", rate="0.0"),
    ]
    document = invoice(an_order_of(*lines, total="3.00"))
    assert [line["TaxType"] for line in document["LineItems"]] == ["EXEMPTOUTPUT", "NONE", "ZERORATEDOUTPUT"]
    assert {line["TaxAmount"] for line in document["LineItems"]} == {Decimal(0)}


def test_pennies_of_difference_become_a_rounding_line_that_is_reported() -> None:
    result = evaluated(an_order(total="38.36"))
    assert result.is_usable
    assert result.document["LineItems"][-1] == {
        "Description": "Rounding",
        "Quantity": Decimal(1),
        "UnitAmount": Decimal("0.02"),
        "AccountCode": "860",
        "TaxType": "NONE",
        "TaxAmount": Decimal(0),
        "LineAmount": Decimal("0.02"),
    }
    assert [problem.severity for problem in result.problems] == ["warning"]


def test_an_order_that_does_not_add_up_is_stopped_with_both_figures() -> None:
    result = evaluated(an_order(total="48.34"))
    assert not result.is_usable
    assert result.problems[0].message == ("The order says 48.34 GBP, but its lines come to 38.34.")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": []}, "The order has no lines."),
        ({"currency": "POUNDS"}, "not an ISO 4217 currency"),
        ({"total": "-1.00"}, "negative"),
        ({"discount": {"total": "100.00"}}, "more than the order comes to"),
        ({"placed_at": "yesterday"}, "not a date and time"),
        ({"total": 38.34}, "not an amount"),
        ({"lines": [a_line("12.345")]}, "finer than the smallest unit"),
        ({"lines": [a_line("12.00", tax="1.00")]}, "20 % of 12.00 comes to 2.00"),
        ({"lines": [a_line("12.00", rate="21")]}, "No Xero tax type is set for VAT “21”"),
        ({"lines": ["tea"]}, "not an object"),
    ],
)
def test_a_wrong_order_is_refused_in_words_and_never_raises(change: dict[str, Any], said: str) -> None:
    order = an_order_of(a_line("12.00"), total="12.00")
    if "lines" in change and change["lines"] and isinstance(change["lines"][0], dict):
        change = {**change, "total": change["lines"][0]["total"]}
    result = evaluated({**order, **change})
    assert not result.is_usable
    assert any(said in problem.message for problem in result.problems), result.problems


def test_a_missing_account_is_a_matter_of_settings_and_names_the_line() -> None:
    result = evaluated(an_order(), accounts={"clearing": {}}, accounts_by_category={"food": "202"})
    assert {(problem.target, problem.cause) for problem in result.problems} == {
        ("LineItems[1].AccountCode", "settings"),
        ("LineItems[2].AccountCode", "settings"),
    }


def test_a_foreign_order_is_converted_line_by_line_with_its_sum_kept() -> None:
    document = invoice(an_order(currency="USD"), rate=a_rate())
    assert document["CurrencyCode"] == "GBP"
    assert total_of(document) == Decimal("28.42")  # 38.34 × 0.7412 = 28.4176


def test_an_order_in_a_kept_currency_stays_in_it() -> None:
    document = invoice(an_order(currency="EUR"))
    assert (document["CurrencyCode"], total_of(document)) == ("EUR", Decimal("38.34"))


def test_a_currency_without_decimals_keeps_whole_units() -> None:
    lines = [a_line("1000"), a_line("505")]
    document = invoice(an_order_of(*lines, total="1405", currency="JPY", discount={"total": "100"}))
    assert [(line["LineAmount"], line["TaxAmount"]) for line in document["LineItems"]] == [
        (Decimal("934"), Decimal("156")),
        (Decimal("471"), Decimal("79")),
    ]


@given(orders())
@settings(max_examples=150, deadline=None)
def test_any_order_totals_to_the_penny_what_the_customer_pays(order: dict[str, Any]) -> None:
    assert total_of(invoice_or_unknown_rate(order)) == Decimal(order["total"])


@given(orders())
@settings(max_examples=150, deadline=None)
def test_vat_of_every_line_matches_its_rate(order: dict[str, Any]) -> None:
    document = invoice_or_unknown_rate(order)
    included = order["prices_include_tax"]
    parts = [
        *order["lines"],
        *([order["delivery"]] if order["delivery"] and has_price(order["delivery"]) else []),
    ]
    for part, line in zip(parts, document["LineItems"], strict=True):
        rate = Decimal(0) if part["tax_code"] else Decimal(part["tax_rate"])
        by_rate = tax_of(line["LineAmount"], rate, included=included)
        # Net prices after a discount of the whole order: VAT is taken out of what is paid, so a penny may move.
        assert abs(line["TaxAmount"] - by_rate) <= (0 if included or not order["discount"] else PENNY)


@given(orders())
@settings(max_examples=100, deadline=None)
def test_unit_price_quantity_and_discount_explain_the_line_amount_as_xero_checks_it(
    order: dict[str, Any],
) -> None:
    for line in invoice_or_unknown_rate(order)["LineItems"]:
        if "UnitAmount" in line:
            explained = line["Quantity"] * line["UnitAmount"] - line.get("DiscountAmount", 0)
            assert {explained.quantize(PENNY, way) for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)} == {
                line["LineAmount"]
            }


@given(orders(currency="USD"), st.decimals("0.01", "150", places=6))
@settings(max_examples=100, deadline=None)
def test_a_converted_invoice_is_exactly_what_the_converted_payment_pays(
    order: dict[str, Any], rate: Decimal
) -> None:
    settled = {"rate": a_rate(rate=str(rate)), "tax_types": WITH_OLD_RATE}
    document = invoice(order, **settled)
    paid = PAYMENT.evaluate(a_payment(amount=order["total"], currency="USD"), a_context(**settled))
    assert total_of(document) == paid.document.get("Amount", Decimal(0))


WITH_OLD_RATE = {**a_context()["tax_types"], "17.5": "TAX001"}


def invoice_or_unknown_rate(order: dict[str, Any]) -> dict[str, Any]:
    return invoice(order, tax_types=WITH_OLD_RATE)


def has_price(part: dict[str, str]) -> bool:
    return Decimal(part["total"]) != 0
