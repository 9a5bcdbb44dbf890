from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.opayo.core.amounts import EXPONENTS, check_range, from_minor, parse_amount, show, to_minor
from sandbox.opayo.core.status_codes import Refusal


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("12.3", "GBP", "12.30"),
        ("1,234.50", "GBP", "1234.50"),
        ("7", "EUR", "7.00"),
        ("500", "JPY", "500"),
        ("1.234", "KWD", "1.234"),
        ("500.00", "JPY", "500"),
    ],
)
def test_amounts_as_the_protocol_writes_them(text: str, currency: str, amount: str) -> None:
    assert str(parse_amount(text, currency)) == amount


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("12,3", "GBP", "3032"),
        ("-1.00", "GBP", "3032"),
        ("1e3", "GBP", "3032"),
        ("١٢.٣٠", "GBP", "3032"),
        ("1.005", "GBP", "3006"),
        ("100.50", "JPY", "3006"),
        ("1.00", "XXX", "3003"),
    ],
)
def test_amounts_that_are_refused(text: str, currency: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_amount(text, currency)
    assert refused.value.code == code


@pytest.mark.parametrize("amount", ["0.00", "100000.01"])
def test_amounts_outside_the_range(amount: str) -> None:
    with pytest.raises(Refusal, match="4009"):
        check_range(Decimal(amount), "GBP")


def test_only_an_authenticate_may_ask_for_nothing() -> None:
    check_range(Decimal(0), "GBP", zero_allowed=True)


@given(st.integers(0, 10_000_000), st.sampled_from(sorted(EXPONENTS)))
def test_minor_units_survive_the_way_through_text(minor: int, currency: str) -> None:
    amount = from_minor(minor, currency)
    assert to_minor(amount, currency) == minor
    assert parse_amount(show(amount, currency), currency) == amount
