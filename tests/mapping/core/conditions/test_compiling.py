from __future__ import annotations

from typing import Any

import pytest

from mapping.core.conditions import ConditionError, compile_condition
from mapping.core.paths import parse_path
from mapping.core.problems import TransformError
from mapping.core.readers import Scope, reader
from mapping.core.schemas.schema import FieldType

TYPES: dict[str, FieldType] = {
    "total": "decimal",
    "currency": "text",
    "placed_at": "moment",
    "prices_include_tax": "flag",
    "customer.email": "email",
    "lines[].quantity": "decimal",
    "context:status": "text",
}
ORDER: dict[str, Any] = {
    "total": "38.34",
    "currency": "GBP",
    "placed_at": "2026-11-22T10:15:00Z",
    "prices_include_tax": True,
    "customer": {"email": "ada@example.com"},
    "lines": [{"quantity": "2"}, {"quantity": "1"}],
    "extra": "x",
}


def type_of(path: str) -> FieldType | None:
    return TYPES.get(parse_path(path).pattern())


def holds(text: str, source: dict[str, Any] = ORDER) -> bool:
    condition = compile_condition(text, type_of)
    readers = {symbol: reader(path) for symbol, path in condition.paths.items()}
    scope = Scope(source, {"status": "DRAFT"})
    return condition.holds(lambda symbol: readers[symbol](scope))


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("total > 38.33 and total < 38.35", True),
        ("total == 38.34", True),
        ('currency == "GBP" and context:status == "DRAFT"', True),
        ("currency in ['EUR', 'USD']", False),
        ('customer.email.ends_with("example.com")', True),
        ("customer.email.length > 200", False),
        ("customer.phone == null", True),
        ("prices_include_tax", True),
        ("not prices_include_tax", False),
        ('placed_at > d"2026-11-22"', True),
        ('currency =~ "G.P"', True),
        ('"total > 1" == currency', False),
        ("[line for line in lines if line['quantity'] == '2'].length == 1", True),
        ("lines[0].quantity == 2", True),
    ],
)
def test_conditions_compare_by_the_types_of_the_schema(text: str, met: bool) -> None:
    assert holds(text) is met


def test_a_comparison_with_a_missing_value_is_not_met() -> None:
    assert not holds("total > 10", {})
    assert not holds("total > 10", {"total": ""})
    assert holds("total == null", {})


@pytest.mark.parametrize(
    "text", ["total >", "total > 'ten'", "total + ", "$now > placed_at", "(", "currency > 3"]
)
def test_conditions_that_make_no_sense_are_refused_with_the_fields_own_names(text: str) -> None:
    with pytest.raises(ConditionError) as caught:
        compile_condition(text, type_of)
    assert "field_" not in str(caught.value)


def test_a_value_of_another_type_than_expected_is_reported_not_raised_raw() -> None:
    with pytest.raises(TransformError, match="not an amount"):
        holds("total > 10", {"total": "a lot"})
    with pytest.raises(TransformError, match="cannot be judged"):
        holds("extra > 10")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ('total > 10 or currency == "GBP"', True),
        ('currency == "GBP" and total > 10', False),
        ("not total > 10", True),
        ('not ("x" in customer.email)', True),
        ('"x" in customer.email or currency == "GBP"', True),
        ('customer.email.starts_with("a")', False),
        ('placed_at > d"2026-01-01" or currency =~ "G"', True),
    ],
)
def test_a_missing_value_decides_about_its_own_comparison_only(text: str, met: bool) -> None:
    assert holds(text, {"currency": "GBP"}) is met
