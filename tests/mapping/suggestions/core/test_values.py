"""What values look like, and which kinds of targets they fit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.suggestions.core.fits import UNKNOWN_FIT, fit
from mapping.suggestions.core.values import as_number, profile


def fits(kind: str, *values: Any) -> float:
    return fit(kind, profile(values, rows=len(values)))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("email", ["ada@example.com", "grace@example.org"]),
        ("date", ["2026-03-02T09:14:33Z", "2026-03-04"]),
        ("date", [1772442873, 1772646310]),
        ("date", [1772442873120]),
        ("date", ["02.03.2026", "04.03.2026"]),
        ("date", ["Mon, 02 Mar 2026 09:14:33 +0000"]),
        ("money", ["42.99", Decimal("9.99"), 1250]),
        ("money", ["1.500,00", "42,99"]),
        ("money", ["£1,200.50"]),
        ("currency", ["gbp", "EUR"]),
        ("currency", ["826", "978"]),
        ("country", ["GB", "ie"]),
        ("country", ["deu", "GBR"]),
        ("country", ["Frankreich", "United Kingdom"]),
        ("phone", ["+44 7700 900123", "(0113) 496 0000"]),
        ("postcode", ["LS1 4AB", "10115"]),
        ("taxnumber", ["GB123456789"]),
        ("flag", [True, False]),
        ("quantity", [1, 3, "2.000"]),
    ],
)
def test_values_fit_their_kind(kind: str, values: list[Any]) -> None:
    assert fits(kind, *values) > 0.9


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("email", ["Ada Moss"]),
        ("date", ["42.99", "Teapot"]),
        ("money", [1772442873]),
        ("money", ["Teapot"]),
        ("phone", ["2026-03-02", "42.99"]),
        ("currency", ["Teapot", "LS1"]),
        ("region", ["enabled", "disabled"]),
        ("name", ["ada@example.com"]),
    ],
)
def test_values_do_not_fit_another_kind(kind: str, values: list[Any]) -> None:
    assert fits(kind, *values) < 0.2


def test_blank_values_count_as_missing() -> None:
    seen = profile(["a", "", None, []], rows=4)
    assert (seen.count, seen.fill) == (1, 0.25)


def test_without_values_nothing_is_held_against_a_field() -> None:
    assert fits("email") == UNKNOWN_FIT


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42.99", Decimal("42.99")),
        ("1.500,00", Decimal("1500.00")),
        ("£1,200.50", Decimal("1200.50")),
        ("-3", Decimal(-3)),
        ("Teapot", None),
    ],
)
def test_numbers_are_read_as_shops_write_them(text: str, number: Decimal | None) -> None:
    assert as_number(text) == number
