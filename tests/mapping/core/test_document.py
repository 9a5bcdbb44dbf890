from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.defaults import KINDS, default_document
from mapping.core.document import (
    Check,
    Collection,
    MappingDocument,
    Row,
    TransformUse,
    loads,
    to_json,
    to_text,
)
from mapping.core.problems import MappingInvalidError
from mapping.core.reading import from_json

texts = st.text(min_size=1, max_size=12)
blank_or_text = st.text(max_size=12)
literals = st.one_of(
    st.text(), st.integers(), st.booleans(), st.none(), st.decimals(allow_nan=False).map(str)
)
uses = st.builds(TransformUse, texts, st.dictionaries(texts, literals, max_size=3))
rows = st.builds(
    Row,
    id=texts,
    target=texts,
    sources=st.lists(texts, max_size=3).map(tuple),
    transforms=st.lists(uses, max_size=3).map(tuple),
    when=blank_or_text,
    note=blank_or_text,
)
documents = st.builds(
    MappingDocument,
    kind=blank_or_text,
    target=texts,
    source=blank_or_text,
    name=blank_or_text,
    rows=st.lists(rows, max_size=5, unique_by=lambda row: row.id).map(tuple),
    collections=st.lists(st.builds(Collection, texts, texts, blank_or_text), max_size=2).map(tuple),
    checks=st.lists(st.builds(Check, texts, texts, st.sampled_from(["stop", "warn"])), max_size=2).map(tuple),
    note=blank_or_text,
)


@given(documents)
def test_export_then_import_is_the_identity(document: MappingDocument) -> None:
    assert from_json(loads(to_text(document))) == document


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_documents_survive_export_and_import(kind: str) -> None:
    assert from_json(to_json(default_document(kind))) == default_document(kind)


def test_rows_without_an_id_are_named_after_their_target() -> None:
    document = from_json(
        {"target": "xero:Contact", "rows": [{"target": "Name"}, {"target": "Name", "when": "true"}]}
    )
    assert [row.id for row in document.rows] == ["Name", "Name#2"]


def test_a_bare_name_is_a_transform_without_parameters() -> None:
    document = from_json({"target": "xero:Contact", "rows": [{"target": "Name", "transforms": ["trim"]}]})
    assert document.row("Name").transforms == (TransformUse("trim"),)


def test_all_faults_of_a_file_are_found_at_once() -> None:
    broken: Any = {
        "format": 7,
        "rows": [{"sources": "name"}, "Name", {"id": "a", "target": "Name"}, {"id": "a", "target": "Name"}],
        "checks": [{"must": "true", "otherwise": "no", "effect": "explode"}],
        "collections": {},
        "kind": 3,
    }
    with pytest.raises(MappingInvalidError) as caught:
        from_json(broken)
    said = str(caught.value)
    for fault in (
        "format 7",
        "The mapping has no “target”",
        "Row 1 has no “target”",
        "“sources” of row 1 should be a list, not text",
        "Row 2 should be a JSON object, not text",
        "Row 4 has the id “a” of an earlier row",
        "A check can stop or warn, not “explode”",
        "“kind” of the mapping should be text, not a number",
    ):
        assert fault in said


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_what_is_no_mapping_at_all_is_refused(value: object) -> None:
    with pytest.raises(MappingInvalidError, match="should be a JSON object"):
        from_json(value)
