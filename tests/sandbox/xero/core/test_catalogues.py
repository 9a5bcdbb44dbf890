"""Chart, tax rates and currencies: what they must have to be usable."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sandbox.xero.core import chart, currencies, tax_rates


def test_codes_and_names_of_the_chart_are_unique() -> None:
    codes = [entry.code for entry in chart.CARD_BUSINESS_CHART]
    names = [entry.name.lower() for entry in chart.CARD_BUSINESS_CHART]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


def test_every_account_may_use_its_own_tax_type() -> None:
    classes = {rate.tax_type: rate.classes for rate in tax_rates.UK_TAX_RATES}
    for entry in chart.CARD_BUSINESS_CHART:
        assert chart.CLASSES[entry.type] in classes[entry.tax_type], entry.code


def test_reverse_charges_come_to_nothing_and_show_their_rate() -> None:
    rates = {rate.tax_type: rate for rate in tax_rates.UK_TAX_RATES}
    assert rates["REVERSECHARGES"].effective == 0
    assert rates["REVERSECHARGES"].display == 20
    assert rates["CAPEXINPUT"].effective == Decimal("17.5")


def test_rates_stay_near_the_table_and_the_pound_is_always_one() -> None:
    for days in range(100):
        on = date(2026, 1, 1) + timedelta(days=days)
        assert currencies.rate_on("GBP", on) == 1
        assert abs(currencies.rate_on("EUR", on) / currencies.RATES["EUR"] - 1) < Decimal("0.01")
