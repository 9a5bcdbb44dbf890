"""Tax is rounded per line; what Xero's own documentation and recorded replies show must come out."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.xero.core import lines

AMOUNTS = st.decimals("-9999.99", "9999.99", places=2)
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "5", "15", "17.5", "20")])


@pytest.mark.parametrize(("gross", "tax"), [("89.00", "11.61"), ("90.00", "11.74"), ("541.25", "70.60")])
def test_tax_inside_a_gross_amount_at_fifteen_per_cent(gross: str, tax: str) -> None:
    assert lines.tax_amount(Decimal(gross), Decimal(15), "Inclusive", ROUND_HALF_UP) == Decimal(tax)


def test_tax_is_rounded_on_each_line_and_not_on_the_sum() -> None:
    amounts = [Decimal("25.06"), Decimal("25.61"), Decimal("25.63")]
    taxed = [(a, lines.tax_amount(a, Decimal(15), "Exclusive", ROUND_HALF_UP)) for a in amounts]
    totals = lines.totals(taxed, "Exclusive")
    assert [tax for _, tax in taxed] == [Decimal("3.76"), Decimal("3.84"), Decimal("3.84")]
    assert (totals.sub_total, totals.total_tax, totals.total) == (
        Decimal("76.30"),
        Decimal("11.44"),
        Decimal("87.74"),
    )


def test_an_exact_half_penny_goes_the_way_it_is_told() -> None:
    assert lines.tax_amount(Decimal("0.50"), Decimal(5), "Exclusive", ROUND_HALF_UP) == Decimal("0.03")
    assert lines.tax_amount(Decimal("0.50"), Decimal(5), "Exclusive", ROUND_HALF_EVEN) == Decimal("0.02")


def test_no_tax_means_none_whatever_the_rate() -> None:
    assert lines.tax_amount(Decimal(100), Decimal(20), "NoTax", ROUND_HALF_UP) == 0


def test_discounts_come_off_before_rounding() -> None:
    rate = lines.line_amount(Decimal(3), Decimal("9.99"), ROUND_HALF_UP, discount_rate=Decimal(15))
    amount = lines.line_amount(Decimal(3), Decimal("9.99"), ROUND_HALF_UP, discount_amount=Decimal("4.97"))
    assert (rate, amount) == (Decimal("25.47"), Decimal("25.00"))


@given(
    st.lists(st.tuples(AMOUNTS, RATES), min_size=1, max_size=8),
    st.sampled_from(["Inclusive", "Exclusive", "NoTax"]),
)
def test_total_is_always_sub_total_and_tax(given_lines: list[tuple[Decimal, Decimal]], kind: str) -> None:
    taxed = [(a, lines.tax_amount(a, rate, kind, ROUND_HALF_UP)) for a, rate in given_lines]
    totals = lines.totals(taxed, kind)
    assert totals.sub_total + totals.total_tax == totals.total
    assert sum(lines.net_amount(a, tax, kind) for a, tax in taxed) == totals.sub_total
    if kind == "Inclusive":
        assert totals.total == sum(amount for amount, _ in given_lines)
