from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.document import loads
from mapping.core.paths import parse_path
from mapping.core.readers import Scope, reader
from mapping.core.schemas import SOURCES
from mapping.core.schemas.inference import DEEPEST, MOST_FIELDS, SampleError, infer_schema
from tests.mapping.builders import an_order


def types(*samples: dict[str, Any]) -> dict[str, str]:
    return {field.path: field.type for field in infer_schema(samples).fields}


def test_types_are_read_from_the_values() -> None:
    sample = loads(
        '{"id": 7, "paid": true, "amount": "12.90", "rate": 0.2, "at": "2026-11-22T10:15:00Z", "day": "2026-11-22",'
        ' "mail": "a@b.co", "page": "https://x.example", "tx": "{EE6025C6-7D24-4873-FB92-CD7A66B9494E}",'
        ' "phone": "0113496", "who": {"name": "Ada"}, "lines": [{"sku": "A"}], "tags": ["x"]}'
    )
    assert types(sample) == {
        "id": "integer",
        "paid": "flag",
        "amount": "decimal",
        "rate": "decimal",
        "at": "moment",
        "day": "date",
        "mail": "email",
        "page": "url",
        "tx": "guid",
        "phone": "text",
        "who": "object",
        "who.name": "text",
        "lines": "list",
        "lines[].sku": "text",
        "tags": "list",
        "tags[]": "text",
    }


def test_several_samples_widen_types_and_show_what_may_be_missing() -> None:
    schema = infer_schema([{"a": 1, "b": "x", "c": {"d": 1}}, {"a": loads("1.5"), "b": 3, "c": None}])
    assert {field.path: (field.type, field.optional) for field in schema.fields} == {
        "a": ("decimal", False),
        "b": ("text", False),
        "c": ("object", True),
        "c.d": ("integer", False),
    }


def test_fields_of_list_elements_are_optional_when_one_element_lacks_them() -> None:
    schema = infer_schema([{"lines": [{"sku": "A", "qty": 1}, {"sku": "B"}]}])
    assert [(field.path, field.optional) for field in schema.fields if "[]" in field.path] == [
        ("lines[].sku", False),
        ("lines[].qty", True),
    ]


def test_odd_names_still_make_paths_that_read_the_value() -> None:
    schema = infer_schema([{"a.b": {"c[0]": 1}, "": 2}])
    assert [field.path for field in schema.fields] == ['"a.b"', '"a.b"."c[0]"']
    assert reader(parse_path('"a.b"."c[0]"'))(Scope({"a.b": {"c[0]": 1}}, {})) == 1


def test_labels_are_words() -> None:
    assert [field.label for field in infer_schema([{"unit_price": 1, "unitPrice": 1}]).fields] == [
        "Unit price"
    ] * 2


def test_the_order_of_the_documentation_agrees_with_its_schema() -> None:
    declared = SOURCES["shop:order"]
    for field in infer_schema([an_order()]).fields:
        known = declared.field(field.path)
        assert known is not None, field.path
        assert field.type in (known.type, "text", "integer", "object") or known.type == "text"


@pytest.mark.parametrize("samples", [[], ["text"], [[{"a": 1}]], [{"a": 1}, 3]])
def test_what_is_no_record_is_refused(samples: list[Any]) -> None:
    with pytest.raises(SampleError):
        infer_schema(samples)


def test_samples_beyond_all_bounds_are_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(DEEPEST + 1):
        deep = {"a": deep}
    with pytest.raises(SampleError, match="nested deeper"):
        infer_schema([deep])
    with pytest.raises(SampleError, match="more than"):
        infer_schema([{f"f{number}": 1 for number in range(MOST_FIELDS + 1)}])


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.lists(st.dictionaries(st.text(max_size=4), values, max_size=4), min_size=1, max_size=3))
def test_any_json_object_gives_a_schema_of_readable_paths(samples: list[dict[str, Any]]) -> None:
    for field in infer_schema(samples).fields:
        assert parse_path(field.path).pattern() == field.path
