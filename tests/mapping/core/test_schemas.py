from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from xero_python.accounting import models

from mapping.core.coercion import coercion
from mapping.core.paths import parse_path
from mapping.core.problems import TransformError
from mapping.core.schemas import SOURCES, TARGETS, Field, Schema
from mapping.core.schemas.context import CONTEXT

ALL = [*SOURCES.values(), *TARGETS.values(), CONTEXT]


@pytest.mark.parametrize("schema", ALL, ids=lambda schema: schema.name)
def test_every_schema_names_each_field_once_with_a_label(schema: Schema) -> None:
    assert len(schema.by_path) == len(schema.fields)
    for field in schema.fields:
        assert parse_path(field.path).pattern() == field.path
        assert field.label
        assert (field.type == "choice") == bool(field.choices)


@pytest.mark.parametrize("schema", TARGETS.values(), ids=lambda schema: schema.name)
def test_nested_target_fields_lie_in_a_declared_object_or_list(schema: Schema) -> None:
    for field in schema.fields:
        parent, _, _ = field.path.rpartition(".")
        if parent:
            kind = schema.by_path[parent.removesuffix("[]")].type
            assert kind == ("list" if parent.endswith("[]") else "object")


SDK_TYPES = {"float": "decimal", "date": "date", "datetime": "moment", "bool": "flag", "int": "integer"}


def sdk_property(schema: Schema, path: str) -> str | None:
    """The type Xero's own SDK gives a field, or None where it has no such field."""
    kind = schema.name.removeprefix("xero:")
    for step in parse_path(path).steps:
        model = getattr(models, re.sub(r"^list\[(.*)\]$", r"\1", kind), None)
        if model is None:
            return None
        names = {xero: ours for ours, xero in model.attribute_map.items()}
        if step.name not in names:
            return None
        kind = model.openapi_types[names[step.name]]
    return kind


@pytest.mark.parametrize("schema", TARGETS.values(), ids=lambda schema: schema.name)
def test_xeros_own_library_knows_every_target_field_and_agrees_on_its_type(schema: Schema) -> None:
    for field in schema.fields:
        kind = sdk_property(schema, field.path)
        assert kind is not None, field.path
        assert kind.startswith("list[") == (field.type == "list"), (field.path, kind)
        wanted = SDK_TYPES.get(kind.removesuffix("[ms-format]"))
        assert wanted is None or field.type == wanted, (field.path, kind)


def test_concrete_paths_find_their_field() -> None:
    contact = TARGETS["xero:Contact"]
    assert contact.field("Phones[2].PhoneNumber") is contact.field("Phones[].PhoneNumber") is not None
    assert contact.field("Phones[0].Colour") is None
    assert [field.path for field in TARGETS["xero:Payment"].children("Account")] == [
        "Account.Code",
        "Account.AccountID",
    ]


@pytest.mark.parametrize(
    ("field", "value", "result"),
    [
        (Field("X", "text", max_length=3), "abc", "abc"),
        (Field("X", "text"), Decimal("1.50"), "1.50"),
        (Field("X", "text"), "", None),
        (Field("X", "decimal", decimals=2), "12.5", Decimal("12.5")),
        (Field("X", "decimal", decimals=2), "", None),
        (Field("X", "date"), "2026-02-28", "2026-02-28"),
        (Field("X", "choice", choices=("A", "B")), "A", "A"),
        (Field("X", "guid"), "430FA14A-F945-44D3-9F97-5DF5E28441B8", "430fa14a-f945-44d3-9f97-5df5e28441b8"),
        (Field("X", "url"), "https://shop.example/1", "https://shop.example/1"),
        (Field("X", "flag"), False, False),
        (None, "anything", "anything"),
    ],
)
def test_fitting_values_pass(field: Field | None, value: Any, result: Any) -> None:
    assert coercion(field)(value) == result


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (Field("X", "text", "Name", max_length=3), "abcd", "Name has 4 characters, Xero takes 3"),
        (Field("X", "text", "Name", forbidden="<>"), "a<b", "contains <"),
        (Field("X", "text"), ["a"], "choose one of its fields"),
        (Field("X", "decimal", "Amount", decimals=2), "1.005", "Amount is 1.005; Xero keeps 2 decimals"),
        (Field("X", "decimal"), 1.5, "not an amount"),
        (Field("X", "decimal"), "10000000000.00", "more than Xero can hold"),
        (Field("X", "decimal"), Decimal("NaN"), "not an amount"),
        (Field("X", "date"), "2026-02-30", "not a day"),
        (Field("X", "date"), "22/11/2026", "use the date transform"),
        (Field("X", "choice", "Status", choices=("A",)), "B", "Status cannot be “B”: Xero knows A"),
        (Field("X", "flag"), "yes", "use the yes-or-no transform"),
        (Field("X", "guid"), "42", "not an id of Xero's"),
        (Field("X", "url"), "shop.example", "not a web address"),
    ],
)
def test_unfit_values_are_refused_with_the_remedy(field: Field, value: Any, said: str) -> None:
    with pytest.raises(TransformError, match=said):
        coercion(field)(value)
