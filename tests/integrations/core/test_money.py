from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.core.currencies import EXPONENTS, UnknownCurrencyError
from integrations.core.money import CurrencyMismatchError, InexactAmountError, Money, allocate

currencies = st.sampled_from(sorted(EXPONENTS))
minors = st.integers(min_value=-(10**13), max_value=10**13)
weights = st.lists(
    st.one_of(st.integers(0, 10**9), st.decimals(0, 10**6, places=4, allow_nan=False)),
    min_size=1,
    max_size=12,
)


def test_minor_units_follow_the_decimals_of_the_currency() -> None:
    assert Money.from_decimal("12.34", "GBP") == Money(1234, "GBP")
    assert Money.from_decimal("1234", "JPY") == Money(1234, "JPY")
    assert Money.from_decimal("1.234", "KWD") == Money(1234, "KWD")


def test_decimal_form_always_shows_the_decimals_of_the_currency() -> None:
    assert str(Money(1230, "GBP")) == "12.30 GBP"
    assert str(Money(1230, "JPY")) == "1230 JPY"
    assert str(Money(1230, "KWD")) == "1.230 KWD"


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("12.345", "GBP"),
        ("0.5", "JPY"),
        ("NaN", "GBP"),
        ("ten", "GBP"),
        ("12.3400000000000000000000000000001", "GBP"),
        ("123456789012345678901234567890.12", "GBP"),
    ],
)
def test_an_amount_the_currency_cannot_hold_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(InexactAmountError):
        Money.from_decimal(amount, currency)


def test_floats_are_refused_everywhere() -> None:
    with pytest.raises(TypeError):
        Money(12.0, "GBP")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money.from_decimal(12.34, "GBP")  # type: ignore[arg-type]


def test_an_unknown_currency_is_refused() -> None:
    for code in ("XXX", "gbp", "", "POUND"):
        with pytest.raises(UnknownCurrencyError):
            Money(1, code)


def test_two_currencies_never_add_subtract_or_compare() -> None:
    pounds, euros = Money(100, "GBP"), Money(100, "EUR")
    for operation in (pounds.__add__, pounds.__sub__, pounds.__lt__, pounds.__ge__):
        with pytest.raises(CurrencyMismatchError):
            operation(euros)
    assert pounds != euros


@pytest.mark.parametrize(
    ("amount", "minor"), [("0.005", 1), ("-0.005", -1), ("0.0049", 0), ("2.675", 268), ("-2.665", -267)]
)
def test_rounding_is_half_away_from_zero(amount: str, minor: int) -> None:
    assert Money.rounded(Decimal(amount), "GBP") == Money(minor, "GBP")


def test_odd_pennies_go_to_the_largest_fraction_then_to_the_earlier_part() -> None:
    assert allocate(100, [1, 1, 1]) == (34, 33, 33)
    assert allocate(-100, [1, 1, 1]) == (-34, -33, -33)
    assert allocate(10, [5, 3, 0, 1]) == (6, 3, 0, 1)


def test_weights_of_nothing_share_equally_and_no_weights_are_refused() -> None:
    assert allocate(5, [0, 0]) == (3, 2)
    with pytest.raises(ValueError, match="no parts"):
        allocate(5, [])
    with pytest.raises(ValueError, match="negative"):
        allocate(5, [1, -1])


@given(minors, currencies)
def test_decimal_and_back_is_the_identity(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.from_decimal(money.to_decimal(), currency) == money


@given(minors, weights)
def test_parts_always_sum_to_the_whole_and_miss_their_share_by_less_than_one_unit(
    minor: int, shares: list[int | Decimal]
) -> None:
    parts = allocate(minor, shares)
    assert sum(parts) == minor
    whole = sum(Decimal(share) for share in shares)
    if whole:
        for part, share in zip(parts, shares, strict=True):
            assert abs(part * whole - minor * Decimal(share)) < whole


@given(minors, minors, currencies)
def test_adding_and_taking_away_returns_to_the_start(one: int, other: int, currency: str) -> None:
    left, right = Money(one, currency), Money(other, currency)
    assert left + right - right == left
    assert Money.total([left, right], currency) == right + left
