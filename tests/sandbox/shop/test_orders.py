"""What an order comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.shop.core.messages import order_body, order_cancelled, order_created, payment_started
from sandbox.shop.core.orders import PENNY, Basket, Line, tax_of
from tests.sandbox.shop.builders import ada, basket, line

PLACED = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
amounts = st.decimals(Decimal("0.01"), Decimal("9999.99"), places=2)
rates = st.sampled_from([Decimal(0), Decimal(5), Decimal(20)])


def test_a_line_is_quantity_times_price_less_discount() -> None:
    tea = Line("T", "Tea", "food", Decimal(2), Decimal("6.45"), Decimal(0), discount=Decimal("1.29"))
    assert tea.total == Decimal("11.61")


@pytest.mark.parametrize(
    ("amount", "rate", "inclusive", "tax"),
    [
        ("22.49", "20", True, "3.75"),
        ("3.95", "20", True, "0.66"),
        ("10.50", "5", True, "0.50"),
        ("24.99", "20", False, "5.00"),
        ("0.03", "20", True, "0.01"),
        ("12.90", "0", True, "0.00"),
    ],
)
def test_vat_is_within_or_on_top_half_a_penny_up(amount: str, rate: str, inclusive: bool, tax: str) -> None:
    assert tax_of(Decimal(amount), Decimal(rate), inclusive=inclusive) == Decimal(tax)


@given(amounts, rates)
def test_taking_vat_out_and_putting_it_on_again_is_right_to_a_penny(amount: Decimal, rate: Decimal) -> None:
    net = amount - tax_of(amount, rate, inclusive=True)
    assert abs(net + tax_of(net, rate, inclusive=False) - amount) <= PENNY


def test_the_total_has_delivery_and_the_order_discount_in_it() -> None:
    assert basket(line("22.49"), discount=Decimal("1.00")).total == Decimal("25.44")


def test_prices_without_tax_have_it_on_top_of_lines_and_delivery() -> None:
    assert basket(line("10.00"), prices_include_tax=False).total == Decimal("16.74")


@given(st.lists(st.tuples(amounts, rates), min_size=1, max_size=6), st.booleans())
def test_the_body_adds_up_as_the_contract_says(parts: list[tuple[Decimal, Decimal]], inclusive: bool) -> None:
    lines = tuple(line(str(amount), str(rate)) for amount, rate in parts)
    body = order_body("HF-1", PLACED, ada(), Basket("GBP", lines, prices_include_tax=inclusive))
    tax = Decimal(0) if inclusive else sum(Decimal(each["tax"]) for each in body["lines"])
    assert sum(Decimal(each["total"]) for each in body["lines"]) + tax == Decimal(body["total"])


def test_the_messages_are_as_the_contract_describes() -> None:
    body = order_body("HF-1", PLACED, ada(), basket(line(tax_code="exempt", rate="0")), "Ring twice")
    assert body["placed_at"] == "2026-11-22T10:15:00Z"
    assert body["lines"][0]["tax_code"] == "exempt"
    assert "discount" not in body
    assert body["customer"]["billing_address"]["postcode"] == "LS1 4AB"
    created = order_created("shop", body, payment={"method": "opayo_server", "vendor_tx_code": "HF-1-1"})
    assert (created["type"], created["order"]["payment"]["vendor_tx_code"]) == ("order.created", "HF-1-1")
    assert order_cancelled("shop", "HF-1")["order"] == {"number": "HF-1"}
    assert payment_started("shop", "HF-1", {"method": "opayo_pi"})["type"] == "payment.started"
