from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.files.tables import read_table
from reconciliation.settlements.core.bills import NotABillError, read_bills
from reconciliation.settlements.core.rate_card import (
    BillLine,
    Fixed,
    Rate,
    RateCard,
    RateCardError,
    check,
    rate_card_as_text,
    rate_card_from_json,
    rate_card_from_text,
)

BILL = """Invoice Number,Invoice Date,Merchant ID,Billing Month,Fee Type,Description,Rate Name,Quantity,Volume,Rate %,Per Item,Net Amount,VAT %,VAT Amount,Gross Amount,Currency,Collection Date
2100001-202603,01/04/2026,2100001,2026-03,service_charge,Service charge Visa debit,Visa debit,240,"12,345.67",0.590,,72.84,0,0.00,72.84,GBP,15/04/2026
2100001-202603,01/04/2026,2100001,2026-03,per_item,Transaction charge Visa debit,Visa debit,240,,,0.0300,7.20,0,0.00,7.20,GBP,15/04/2026
2100001-202603,01/04/2026,2100001,2026-03,pci,PCI DSS programme,PCI DSS programme,1,,,,4.95,20,0.99,5.94,GBP,15/04/2026
"""
CARD = RateCard(
    (Rate("Visa debit", Decimal("0.49"), Decimal(3), ("DELTA", "UKE")),),
    (Fixed("pci", 495, Decimal(20)),),
)


def test_an_overcharge_is_told_line_by_line_to_the_penny() -> None:
    (bill,), bad = read_bills(read_table(BILL.encode()))
    assert not bad
    assert (bill.reference, bill.total_minor, bill.vat_minor) == ("2100001-202603", 8_598, 99)
    checked = check(bill.lines, CARD)
    # 0.49 % of 12,345.67 is 60.49; 0.59 % was charged.
    assert [(each.should_be, each.over_minor) for each in checked] == [(6_049, 1_235), (720, 0), (495, 0)]


def test_a_charge_the_rate_card_does_not_know_is_no_overcharge_but_said_so() -> None:
    (checked,) = check([BillLine("gateway", "Online service", 1, 0, 995)], CARD)
    assert (checked.should_be, checked.over_minor) == (None, 0)


def test_a_row_whose_gross_is_not_its_net_with_vat_is_named() -> None:
    _, bad = read_bills(read_table(BILL.replace("5.94", "5.95").encode()))
    assert [row.number for row in bad] == [4]


def test_a_file_without_amounts_is_no_bill() -> None:
    with pytest.raises(NotABillError, match="Net amount"):
        read_bills(read_table(b"Invoice Number,Invoice Date,Merchant ID\n1,01/04/2026,2\n"))


def test_a_rate_card_is_written_as_people_write_it() -> None:
    text = "Visa debit | 0.49 % | 3p | DELTA, UKE\npci | 4.95 | 20 %"
    assert rate_card_from_text(text) == CARD
    assert rate_card_from_text(rate_card_as_text(CARD)) == CARD
    assert rate_card_from_json(CARD.as_json()) == CARD
    assert rate_card_from_json({}) == RateCard()


@pytest.mark.parametrize("text", ["Visa debit", "Visa debit | much", " | 0.49 %"])
def test_a_line_of_a_rate_card_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(RateCardError, match="Line 1"):
        rate_card_from_text(text)


@given(st.integers(0, 10**9), st.decimals(Decimal("0.01"), Decimal(5), places=2))
def test_what_is_charged_by_the_card_is_never_an_overcharge(volume: int, percent: Decimal) -> None:
    card = RateCard((Rate("All", percent, Decimal(0)),))
    (right,) = check([BillLine("service_charge", "All", 1, volume, 0)], card)
    assert right.should_be is not None
    (checked,) = check([BillLine("service_charge", "All", 1, volume, right.should_be)], card)
    assert checked.over_minor == 0
    assert abs(right.should_be - volume * percent / 100) <= Decimal("0.5")
