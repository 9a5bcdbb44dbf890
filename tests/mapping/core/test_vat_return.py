from __future__ import annotations

from decimal import Decimal

import pytest

from mapping.core.vat_return import TAX_RULES, TITLES, boxes_of

NET, VAT = Decimal("100.00"), Decimal("20.00")


def test_a_standard_rated_sale_counts_as_output_vat_and_as_net_sales() -> None:
    assert boxes_of("OUTPUT2", NET, VAT) == {1: VAT, 3: VAT, 5: VAT, 6: NET}


def test_a_zero_rated_sale_counts_in_net_sales_alone() -> None:
    assert boxes_of("ZERORATEDOUTPUT", NET, Decimal(0)) == {6: NET}


def test_a_purchase_is_reclaimed_and_lowers_what_is_to_be_paid() -> None:
    # Purchases are debits: in credits they are negative.
    assert boxes_of("INPUT2", -NET, -VAT) == {4: VAT, 5: -VAT, 7: NET}


def test_a_reverse_charge_is_due_and_reclaimed_at_once_though_no_document_shows_its_vat() -> None:
    assert boxes_of("REVERSECHARGES", -NET, Decimal(0)) == {1: VAT, 3: VAT, 4: VAT, 6: NET, 7: NET}


@pytest.mark.parametrize("tax_type", ["NONE", "TAX001", ""])
def test_what_is_outside_the_scope_or_unknown_counts_nowhere(tax_type: str) -> None:
    assert boxes_of(tax_type, NET, VAT) == {}


@pytest.mark.parametrize("tax_type", sorted(TAX_RULES))
def test_the_boxes_of_a_sum_are_the_sums_of_the_boxes(tax_type: str) -> None:
    one = boxes_of(tax_type, Decimal("33.33"), Decimal("6.67"))
    other = boxes_of(tax_type, Decimal("-10.01"), Decimal("-2.00"))
    together = boxes_of(tax_type, Decimal("23.32"), Decimal("4.67"))
    for box in TITLES:
        assert one.get(box, 0) + other.get(box, 0) == together.get(box, 0)
