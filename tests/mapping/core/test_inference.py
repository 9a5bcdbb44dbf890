from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.document import loads
from mapping.core.paths import parse_path
from mapping.core.readers import Scope, reader
from mapping.core.schemas import SOURCES
from mapping.core.schemas.inference import DEEPEST, MOST_FIELDS, SampleError, infer_from_text, infer_schema
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


def formats(**fields: Any) -> dict[str, str]:
    return {field.path: field.format for field in infer_schema([fields]).fields}


def test_formats_are_told_from_the_values_and_the_name() -> None:
    assert formats(
        currency="GBP",
        country="GB",
        created=1795348500,
        createdAt="1795348500000",
        amount=3834,
        amount_minor=5,
        preis="1.234,50",
        started="22/11/2026 10:15:30",
        us_day="11/22/2026",
        total="38.34",
        quantity=300,
        customer_id=1795348500,
        size="XL",
        paid=True,
    ) == {
        "currency": "currency",
        "country": "country",
        "created": "epoch_seconds",
        "createdAt": "epoch_milliseconds",
        "amount": "minor_units",
        "amount_minor": "minor_units",
        "preis": "decimal_comma",
        "started": "day_first",
        "us_day": "month_first",
        "total": "",
        "quantity": "",
        "customer_id": "",
        "size": "",
        "paid": "",
    }


def test_personal_fields_are_known_by_their_names() -> None:
    sample = {"billing": {"firstName": "Ada", "address_1": "x", "postcode": "LS1"}, "sku": "A", "phone": "01"}
    assert {field.path for field in infer_schema([sample]).fields if field.personal} == {
        "billing.firstName",
        "billing.address_1",
        "billing.postcode",
        "phone",
    }


def test_examples_are_a_few_different_values() -> None:
    (field,) = infer_schema([{"a": value} for value in "xxyzvwu"]).fields
    assert (field.example, field.examples) == ("x", ("x", "y", "z", "v", "w"))


def test_lists_of_different_things_and_lists_in_lists_are_read() -> None:
    sample = {"mixed": [1, "x", {"a": 1}], "deep": [{"items": [{"tags": ["x"]}]}], "grid": [[1, 2]]}
    assert types(sample) == {
        "mixed": "list",
        "mixed[]": "text",
        "mixed[].a": "integer",
        "deep": "list",
        "deep[].items": "list",
        "deep[].items[].tags": "list",
        "deep[].items[].tags[]": "text",
        "grid": "list",
    }


def test_an_empty_list_where_others_have_an_object_is_an_empty_object() -> None:
    assert types({"meta": []}, {"meta": {"a": "1"}}) == {"meta": "object", "meta.a": "text"}
    assert types({"meta": []}) == {"meta": "list"}


def test_digits_are_an_id_by_themselves_and_a_number_beside_numbers() -> None:
    assert types({"id": "10042", "price": "12"}, {"id": "10043", "price": "12.50"}) == {
        "id": "text",
        "price": "decimal",
    }


def test_what_is_an_object_once_cannot_be_used_as_a_text() -> None:
    assert types({"a": "x"}, {"a": {"b": 1}}) == {"a": "object", "a.b": "integer"}


def test_a_pasted_list_gives_all_its_records() -> None:
    sample = infer_from_text('\ufeff[{"a": 1.10}, {"a": 2}]')
    assert [str(record["a"]) for record in sample.records] == ["1.10", "2"]
    assert [(field.path, field.type) for field in sample.schema.fields] == [("a", "decimal")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no sample"),
        ("  ", "There is no sample"),
        ("[]", "There is no sample"),
        ("Hello", "a value is missing in line 1, column 1"),
        ('{"a": 1,\n "b" 2}', "a colon is missing in line 2, column 6"),
        ('{"a": 1\n "b": 2}', "a comma is missing in line 2, column 2"),
        ('{"a": "x', "a text without closing quotation mark begins in line 1, column 7"),
        ('{"a": 1} {"b": 2}', "there is more text after the end in line 1, column 10"),
        ("{'a': 1}", "a name in double quotation marks is missing in line 1, column 2"),
        ('{"a": NaN}', "NaN is not a number JSON knows"),
        ('"text"', "has to be a JSON object"),
        ("[1]", "has to be a JSON object"),
        ("[" * 100_000, "nested deeper than"),
        ('{"a": ' + "9" * 10_000 + "}", "a number that is too long"),
        ('{"a": "' + "x" * 5_000_000 + '"}', "The sample has 5.0 MB; at most 5 MB are read."),
    ],
)
def test_a_text_that_is_no_sample_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(SampleError) as caught:
        infer_from_text(text)
    assert said in str(caught.value)


def test_five_megabytes_are_read_in_reasonable_time() -> None:
    text = json.dumps({"lines": [{"sku": str(number), "total": "1.20"} for number in range(140_000)]})
    assert 4_500_000 < len(text) < 5_000_000
    start = time.process_time()
    infer_from_text(text)
    assert time.process_time() - start < 3
