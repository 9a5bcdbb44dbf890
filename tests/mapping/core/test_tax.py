from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.tax import in_proportion, smallest_unit, vat_on, vat_within

PENNY = Decimal("0.01")
amounts = st.decimals("-9999.99", "9999.99", places=2)


@pytest.mark.parametrize(
    ("gross", "tax"), [("89.00", "11.61"), ("90.00", "11.74"), ("541.25", "70.60"), ("0.00", "0.00")]
)
def test_vat_inside_a_price_is_what_xero_shows_at_fifteen_per_cent(gross: str, tax: str) -> None:
    assert vat_within(Decimal(gross), Decimal(15), PENNY) == Decimal(tax)


def test_vat_is_rounded_line_by_line_so_its_sum_differs_from_the_vat_of_the_sum() -> None:
    nets = [Decimal("25.06"), Decimal("25.61"), Decimal("25.63")]
    assert sum(vat_on(net, Decimal(15), PENNY) for net in nets) == Decimal("11.44")
    assert vat_on(sum(nets, Decimal(0)), Decimal(15), PENNY) == Decimal("11.45")


def test_half_a_penny_goes_up_unless_the_pair_says_to_even() -> None:
    assert vat_within(Decimal("0.03"), Decimal(20), PENNY) == Decimal("0.01")
    assert vat_within(Decimal("0.03"), Decimal(20), PENNY, ROUND_HALF_EVEN) == Decimal("0.00")
    assert vat_within(Decimal("-0.03"), Decimal(20), PENNY) == Decimal("-0.01")


def test_the_smallest_unit_follows_the_currency() -> None:
    assert [smallest_unit(code) for code in ("GBP", "JPY", "KWD")] == [PENNY, Decimal(1), Decimal("0.001")]


@given(amounts, st.sampled_from([Decimal(0), Decimal(5), Decimal("17.5"), Decimal(20)]))
def test_vat_inside_a_price_is_within_half_a_penny_of_the_exact_share(gross: Decimal, rate: Decimal) -> None:
    tax = vat_within(gross, rate, PENNY)
    assert abs(tax * (100 + rate) - gross * rate) * 2 <= PENNY * (100 + rate)


@given(amounts, st.lists(amounts, min_size=1, max_size=10))
def test_shares_in_proportion_always_sum_to_the_whole_whatever_their_signs(
    total: Decimal, weights: list[Decimal]
) -> None:
    assert sum(in_proportion(total, weights, PENNY)) == total


def test_sales_and_returns_share_a_sum_in_proportion() -> None:
    shares = in_proportion(Decimal("40.00"), [Decimal("30.00"), Decimal("-10.00")], PENNY)
    assert shares == [Decimal("60.00"), Decimal("-20.00")]
