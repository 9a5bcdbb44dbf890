"""Fields are read from records, lists of records, and several kinds of schema."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.core.schemas.inference import SampleError
from mapping.suggestions.core.reading import fields_of


def paths(value: Any) -> list[str]:
    return [field.path for field in fields_of(value)]


@pytest.mark.parametrize(
    "value",
    [
        {"order": {"number": "A-1"}, "lines": [{"sku": "POT"}]},
        [{"order": {"number": "A-1"}}, {"lines": [{"sku": "POT"}]}],
        {"fields": [{"path": "order.number", "type": "text"}, {"path": "lines[].sku", "type": "text"}]},
        [{"name": "order.number", "type": "string"}, {"name": "lines[].sku", "type": "string"}],
        ["order.number", "lines[].sku"],
        {
            "type": "object",
            "properties": {
                "order": {"$ref": "#/$defs/order"},
                "lines": {"type": "array", "items": {"properties": {"sku": {"type": "string"}}}},
            },
            "$defs": {"order": {"properties": {"number": {"type": "string"}}}},
        },
    ],
)
def test_the_same_fields_in_every_form(value: Any) -> None:
    assert paths(value) == ["order.number", "lines[].sku"]


def test_records_that_have_a_name_and_a_type_are_records() -> None:
    assert paths([{"name": "Tea", "type": "drink", "price": "2.50"}]) == ["name", "type", "price"]


def test_examples_of_a_schema_are_its_values() -> None:
    (field,) = fields_of([{"name": "mail", "type": "string", "examples": ["ada@example.com"]}])
    assert field.values.share("email") == 1


def test_lines_are_found_by_what_is_in_them() -> None:
    fields = fields_of(
        {"bits": [{"sku": "POT", "qty": 1, "price": "2.50"}], "taxes": [{"rate": 20, "amount": "1"}]}
    )
    assert [field.path for field in fields if field.in_lines] == ["bits[].sku", "bits[].qty", "bits[].price"]


@pytest.mark.parametrize("value", [[], "text", 7, [1, 2], None, {"properties": {}}])
def test_what_has_no_fields_is_refused(value: Any) -> None:
    with pytest.raises(SampleError):
        fields_of(value)


def test_a_schema_that_refers_to_itself_is_refused() -> None:
    schema = {
        "properties": {"me": {"$ref": "#/$defs/me"}},
        "$defs": {"me": {"properties": {"me": {"$ref": "#/$defs/me"}}}},
    }
    with pytest.raises(SampleError, match="deeper"):
        fields_of(schema)


def test_name_beside_a_first_name_is_the_last_name() -> None:
    fields = {field.path: field for field in fields_of({"client": {"prenom": "Ada", "nom": "Moss"}})}
    assert fields["client.nom"].name.leaf == ("lastname",)
