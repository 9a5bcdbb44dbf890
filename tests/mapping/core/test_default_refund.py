from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mapping.core.compiler import compile_mapping
from mapping.core.defaults import default_document
from mapping.core.evaluate import Evaluation
from tests.mapping.builders import a_context, a_line, a_rate, a_refund, an_order, an_order_of, orders

INVOICE = compile_mapping(default_document("invoice"))
CREDIT_NOTE = compile_mapping(default_document("credit_note"))
PAYMENT = compile_mapping(default_document("refund"))
WITH_OLD_RATE = {**a_context()["tax_types"], "17.5": "TAX001"}
PENNY = Decimal("0.01")


def evaluated(refund: dict[str, Any], **context: Any) -> Evaluation:
    return CREDIT_NOTE.evaluate(refund, a_context(tax_types=WITH_OLD_RATE, **context))


def credit_note(refund: dict[str, Any], **context: Any) -> dict[str, Any]:
    result = evaluated(refund, **context)
    assert result.is_usable, result.problems
    return result.document


def invoice(order: dict[str, Any], **context: Any) -> dict[str, Any]:
    return INVOICE.evaluate(order, a_context(tax_types=WITH_OLD_RATE, **context)).document


def by_tax_and_account(*documents: dict[str, Any]) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Net or gross and VAT of each tax type and account; what comes to nothing is left out."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for document in documents:
        for line in document.get("LineItems", []):
            key = (line["TaxType"], line["AccountCode"])
            amount, tax = sums[key]
            sums[key] = (amount + line["LineAmount"], tax + line["TaxAmount"])
    return {key: found for key, found in sums.items() if any(found)}


def total_of(document: dict[str, Any]) -> Decimal:
    lines = document["LineItems"]
    taxes = Decimal(0)
    if document["LineAmountTypes"] == "Exclusive":
        taxes = sum((line["TaxAmount"] for line in lines), Decimal(0))
    return sum((line["LineAmount"] for line in lines), taxes)


def test_a_full_refund_of_the_documented_order_becomes_this_credit_note() -> None:
    document = credit_note(a_refund(an_order()))
    lines = document.pop("LineItems")
    assert document == {
        "Type": "ACCRECCREDIT",
        "CreditNoteNumber": "HF-10042-R1",
        "Reference": "HF-10042-R1",
        "Status": "AUTHORISED",
        "Date": "2026-11-25",
        "LineAmountTypes": "Inclusive",
        "CurrencyCode": "GBP",
    }
    assert [(line["Description"], line["LineAmount"], line["TaxAmount"]) for line in lines] == [
        ("Assam, 250 g", Decimal("12.57"), Decimal("0.00")),
        ("Teapot", Decimal("21.92"), Decimal("3.65")),
        ("Royal Mail Tracked 48", Decimal("3.85"), Decimal("0.64")),
    ]
    assert not any("DiscountAmount" in line for line in lines)


def test_a_part_refund_takes_each_line_in_proportion() -> None:
    order = an_order_of(a_line("60.00"), a_line("40.00", rate="0"), total="100.00")
    lines = credit_note(a_refund(order, "10.00"))["LineItems"]
    assert [(line["LineAmount"], line["TaxAmount"], line["TaxType"]) for line in lines] == [
        (Decimal("6.00"), Decimal("1.00"), "OUTPUT2"),
        (Decimal("4.00"), Decimal("0.00"), "ZERORATEDOUTPUT"),
    ]


@pytest.mark.parametrize(
    "returned",
    [{"sku": "POT", "quantity": "1"}, {"line": 2, "total": "24.00"}, {"sku": "POT", "total": "24.00"}],
)
def test_the_lines_that_came_back_are_refunded_before_all_others(returned: dict[str, Any]) -> None:
    tea = a_line("10.00", rate="0", sku="TEA")
    pots = {**a_line("48.00", sku="POT"), "quantity": "2", "unit_price": "24.00"}
    order = an_order_of(tea, pots, total="58.00")
    (line,) = credit_note(a_refund(order, "24.00", lines=[returned]))["LineItems"]
    assert (line["Quantity"], line["UnitAmount"], line["LineAmount"], line["TaxAmount"]) == (
        Decimal(1),
        Decimal("24.00"),
        Decimal("24.00"),
        Decimal("4.00"),
    )


def test_what_no_returned_line_explains_is_shared_over_the_rest() -> None:
    order = an_order_of(a_line("10.00", rate="0", sku="TEA"), a_line("24.00", sku="POT"), total="34.00")
    lines = credit_note(a_refund(order, "29.00", lines=[{"sku": "POT"}]))["LineItems"]
    assert [(line["LineAmount"], line["TaxAmount"]) for line in lines] == [
        (Decimal("5.00"), Decimal("0.00")),
        (Decimal("24.00"), Decimal("4.00")),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "38.35"}, "more than the 38.34 left of the order"),
        ({"amount": "0.01", "earlier": [{"amount": "38.34"}]}, "more than the 0.00 left of the order"),
        ({"amount": "0"}, "not more than nothing"),
        ({"amount": "1.005"}, "finer than the smallest unit"),
        ({"currency": "EUR"}, "The refund is in EUR, but the order is in GBP."),
        ({"lines": [{"sku": "CUP"}]}, "The returned article “CUP” is not on the order."),
        ({"lines": [{"line": 9}]}, "The returned line 9 is not one of the order's 3 lines."),
        ({"lines": ["tea"]}, "not an object"),
        ({"earlier": ["5.00"]}, "not an object with its amount"),
        ({"earlier": "5.00"}, "cannot be used as refunds before this one"),
        ({"order": None}, "The order that is refunded is not known"),
    ],
)
def test_a_wrong_refund_is_refused_in_words(changes: dict[str, Any], said: str) -> None:
    result = evaluated({**a_refund(an_order()), **changes})
    assert not result.is_usable
    assert any(said in problem.message for problem in result.problems), result.problems


def test_the_money_goes_back_out_of_the_clearing_account_it_came_into() -> None:
    result = PAYMENT.evaluate(a_refund(an_order(), "5.00", card_type="AMEX"), a_context())
    assert result.is_usable
    assert result.document == {
        "Account": {"Code": "096"},
        "Date": "2026-11-25",
        "Amount": Decimal("5.00"),
        "Reference": "HF-10042-R1",
    }


@given(orders())
@settings(max_examples=100, deadline=None)
def test_a_full_refund_is_the_invoice_to_the_penny_for_every_vat_rate(order: dict[str, Any]) -> None:
    assume(Decimal(order["total"]) > 0)
    note = credit_note(a_refund(order))
    assert by_tax_and_account(note) == by_tax_and_account(invoice(order))
    assert total_of(note) == Decimal(order["total"])


@given(orders(), st.data())
@settings(max_examples=100, deadline=None)
def test_refunds_in_whatever_steps_come_to_the_invoice_for_every_vat_rate(
    order: dict[str, Any], data: st.DataObject
) -> None:
    notes, steps = refunded_in_steps(order, data)
    assert [total_of(note) for note in notes] == steps
    assert by_tax_and_account(*notes) == by_tax_and_account(invoice(order))


@given(orders(), st.data())
@settings(max_examples=60, deadline=None)
def test_no_part_of_a_refund_takes_more_vat_or_money_than_its_line_has(
    order: dict[str, Any], data: st.DataObject
) -> None:
    notes, _ = refunded_in_steps(order, data)
    assert all(line["TaxAmount"] >= 0 and line["LineAmount"] >= 0 for n in notes for line in n["LineItems"])


@given(orders(currency="USD"), st.data(), st.decimals("0.01", "150", places=6))
@settings(max_examples=60, deadline=None)
def test_converted_refunds_come_to_the_converted_invoice_and_their_payments_to_them(
    order: dict[str, Any], data: st.DataObject, rate: Decimal
) -> None:
    context = {"rate": a_rate(rate=str(rate)), "tax_types": WITH_OLD_RATE}
    notes: list[dict[str, Any]] = []
    for refund in refunds_of(order, data):
        paid = PAYMENT.evaluate(refund, a_context(**context)).document.get("Amount", Decimal(0))
        note = CREDIT_NOTE.evaluate(refund, a_context(**context)).document
        assert (total_of(note) if "LineItems" in note else Decimal(0)) == paid
        notes.append(note)
    assert by_tax_and_account(*notes) == by_tax_and_account(
        INVOICE.evaluate(order, a_context(**context)).document
    )


def refunded_in_steps(
    order: dict[str, Any], data: st.DataObject
) -> tuple[list[dict[str, Any]], list[Decimal]]:
    refunds = refunds_of(order, data)
    return [credit_note(refund) for refund in refunds], [Decimal(each["amount"]) for each in refunds]


def refunds_of(order: dict[str, Any], data: st.DataObject) -> list[dict[str, Any]]:
    """One to five refunds that give everything back, some of them of one line first."""
    pence = int(Decimal(order["total"]) * 100)
    assume(pence > 0)
    cuts = sorted({pence, *data.draw(st.lists(st.integers(1, pence), max_size=4))})
    earlier: list[dict[str, Any]] = []
    made = []
    for low, high in zip([0, *cuts], cuts, strict=False):
        back = data.draw(
            st.sampled_from([[], [{"line": 1}], [{"line": len(order["lines"]), "quantity": "1"}]])
        )
        amount = str((high - low) * PENNY)
        made.append(a_refund(order, amount, lines=back, earlier=list(earlier)))
        earlier.append({"amount": amount, "lines": back})
    return made
