"""Whatever is done with the lines of a sale, they come to what the customer pays."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.core.compiler import check_document, compile_mapping
from mapping.core.defaults import default_document
from mapping.core.document import MappingDocument, to_json
from mapping.core.lines import Line, spread
from mapping.core.reading import from_json
from mapping.core.transforms import REGISTRY
from tests.mapping.builders import PENNY, a_context, a_rate, orders

TAX_TYPES = {**a_context()["tax_types"], "17.5": "TAX001"}


def aggregated() -> MappingDocument:
    """The shipped invoice mapping with its lines added up by tax type and account before their amounts are worked out."""
    data = to_json(default_document("invoice"))
    steps = next(row for row in data["rows"] if row["target"] == "work:lines")["transforms"]
    accounts = {name: {"from": f"context:{name}"} for name in ("accounts", "tax_types")}
    by_category = {"by_category": {"from": "context:accounts_by_category"}}
    steps[-1:-1] = [
        {"name": "code_lines", "parameters": {**accounts, **by_category}},
        {"name": "aggregate_lines"},
    ]
    return from_json(data)


ONE_BY_ONE = compile_mapping(default_document("invoice"))
AGGREGATED = compile_mapping(aggregated())


def total_of(document: dict[str, Any]) -> Decimal:
    """What Xero makes of the lines: the sum of LineAmount, and of TaxAmount on top of net prices."""
    lines = document.get("LineItems", [])
    taxes = sum((line["TaxAmount"] for line in lines), Decimal(0))
    amounts = sum((line["LineAmount"] for line in lines), Decimal(0))
    return amounts if document["LineAmountTypes"] == "Inclusive" else amounts + taxes


def test_the_aggregated_mapping_has_nothing_to_complain_about() -> None:
    assert check_document(aggregated()) == ()


@given(orders())
@settings(max_examples=100, deadline=None)
def test_an_aggregated_invoice_totals_to_the_penny_with_one_line_per_tax_type_and_account(
    order: dict[str, Any],
) -> None:
    result = AGGREGATED.evaluate(order, a_context(tax_types=TAX_TYPES))
    assert result.is_usable, result.problems
    assert total_of(result.document) == Decimal(order["total"])
    keys = [(line["TaxType"], line["AccountCode"]) for line in result.document["LineItems"]]
    assert len(keys) == len(set(keys))


@given(orders())
@settings(max_examples=60, deadline=None)
def test_adding_lines_up_keeps_what_is_paid_for_each_tax_type_and_account(order: dict[str, Any]) -> None:
    context = a_context(tax_types=TAX_TYPES)
    single, added = (
        gross_by_key(each.evaluate(order, context).document) for each in (ONE_BY_ONE, AGGREGATED)
    )
    assert single == added


@given(orders(), st.integers(-5, 5))
@settings(max_examples=60, deadline=None)
def test_odd_pennies_become_a_rounding_line_and_the_total_holds(order: dict[str, Any], pennies: int) -> None:
    total = Decimal(order["total"]) + pennies * PENNY
    for mapping in (ONE_BY_ONE, AGGREGATED):
        result = mapping.evaluate({**order, "total": str(total)}, a_context(tax_types=TAX_TYPES))
        if total >= 0:
            assert result.is_usable, result.problems
            assert total_of(result.document) == total


@given(orders(currency="USD"), st.decimals("0.01", "150", places=6))
@settings(max_examples=60, deadline=None)
def test_an_aggregated_invoice_in_another_currency_totals_to_the_converted_payment(
    order: dict[str, Any], rate: Decimal
) -> None:
    context = a_context(tax_types=TAX_TYPES, rate=a_rate(rate=str(rate)))
    documents = [each.evaluate(order, context).document for each in (ONE_BY_ONE, AGGREGATED)]
    paid = REGISTRY["convert_currency"].function([order["total"], "USD"], rate=a_rate(rate=str(rate)))
    assert [total_of(document) for document in documents] == [paid, paid]


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=12), st.integers(0, 10_000), st.booleans())
def test_a_discount_or_charge_is_shared_in_proportion_and_to_the_penny(
    pence: list[int], thousandths: int, charge: bool
) -> None:
    lines = [a_sold_line(each) for each in pence]
    amount = sum(pence) * thousandths // 10_000 * PENNY * (1 if charge else -1)
    after = spread(lines, amount)
    assert sum(line["gross"] for line in after) == sum(pence) * PENNY + amount
    for before, line in zip(lines, after, strict=True):
        exact = amount * before["gross"] / (sum(pence) * PENNY) if sum(pence) else Decimal(0)
        assert abs(line["gross"] - before["gross"] - exact) < PENNY or not sum(pence)
        assert line["gross"] >= 0


def a_sold_line(pence: int) -> Line:
    return {
        "kind": "goods",
        "description": "Thing",
        "sku": "",
        "category": "",
        "quantity": Decimal(1),
        "unit_price": pence * PENNY,
        "tax_rate": Decimal(20),
        "tax_code": "",
        "gross": pence * PENNY,
        "tax": None,
        "currency": "GBP",
    }


def gross_by_key(document: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    included = document["LineAmountTypes"] == "Inclusive"
    for line in document["LineItems"]:
        tax = Decimal(0) if included else line["TaxAmount"]
        sums[line["TaxType"], line["AccountCode"]] += line["LineAmount"] + tax
    return sums
