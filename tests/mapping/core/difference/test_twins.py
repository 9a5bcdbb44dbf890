from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.core.compiler import compile_mapping
from mapping.core.defaults import default_document
from mapping.core.difference.twins import Twins, shared_rows
from mapping.core.document import Collection, MappingDocument, Row, TransformUse
from mapping.core.problems import MappingInvalidError
from tests.mapping.builders import a_context, an_order, orders

INVOICE = default_document("invoice")
CONSTANT = (TransformUse("constant", {"value": "260"}),)


def changed(target: str, **fields: Any) -> MappingDocument:
    """The invoice mapping with one row changed."""
    return replace(
        INVOICE, rows=tuple(replace(row, **fields) if row.target == target else row for row in INVOICE.rows)
    )


def shared_targets(after: MappingDocument) -> set[str]:
    ids = shared_rows(compile_mapping(INVOICE), compile_mapping(after))
    return {row.target for row in after.rows if row.id in ids}


def test_a_changed_row_alone_is_worked_out_twice() -> None:
    after = changed("LineItems[].AccountCode", sources=(), transforms=CONSTANT)

    assert shared_targets(after) == {row.target for row in INVOICE.rows} - {"LineItems[].AccountCode"}


def test_what_reads_a_differing_working_value_is_not_shared() -> None:
    after = changed("work:number", sources=("number",))

    assert {row.target for row in INVOICE.rows} - shared_targets(after) == {"work:number", "InvoiceNumber"}


def test_other_elements_make_every_row_of_theirs_differ() -> None:
    after = replace(INVOICE, collections=(Collection("LineItems", "work:lines", "work:lines[].gross > 0"),))

    assert not any(target.startswith("LineItems") for target in shared_targets(after))


def test_a_remark_on_a_row_changes_nothing() -> None:
    assert shared_targets(changed("Reference", note="Seen by Ada")) == {row.target for row in INVOICE.rows}


def test_values_that_python_takes_for_equal_are_told_apart() -> None:
    one, true = (
        changed("Reference", sources=(), transforms=(TransformUse("constant", {"value": value}),))
        for value in (1, True)
    )

    ids = shared_rows(compile_mapping(one), compile_mapping(true))

    assert {row.target for row in INVOICE.rows if row.id not in ids} == {"Reference"}


@st.composite
def drafts(draw: st.DrawFn) -> MappingDocument:
    """The invoice mapping with a few rows dropped, made constant, conditional, moved, or reading something else."""
    rows: list[Row] = []
    places = st.integers(min_value=0, max_value=len(INVOICE.rows) - 1)
    some = draw(st.sets(places, max_size=3))
    for place, row in enumerate(INVOICE.rows):
        change = (
            draw(st.sampled_from(["drop", "constant", "when", "source", "first"])) if place in some else ""
        )
        if change == "constant":
            row = replace(row, sources=(), transforms=CONSTANT)
        elif change == "when":
            row = replace(row, when="total > 100")
        elif change == "source":
            row = replace(row, sources=("number",))
        if change == "first":
            rows.insert(0, row)
        elif change != "drop":
            rows.append(row)
    when = draw(st.sampled_from(["", "", "work:lines[].gross > 5"]))
    return replace(INVOICE, rows=tuple(rows), collections=(Collection("LineItems", "work:lines", when),))


@settings(max_examples=60)
@given(
    drafts(), drafts(), st.lists(orders() | st.just(an_order(total="-1", lines=[])), min_size=1, max_size=3)
)
def test_twins_say_what_each_says_alone(
    before: MappingDocument, after: MappingDocument, records: list[dict[str, Any]]
) -> None:
    try:
        old, new = compile_mapping(before), compile_mapping(after)
    except MappingInvalidError:
        return
    twins, context = Twins(old, new), a_context(status="AUTHORISED")

    for record in records:
        first, second = twins.evaluate(record, context)
        for together, alone in ((first, old), (second, new)):
            expected = alone.evaluate(record, context)
            assert (together.document, together.problems) == (expected.document, expected.problems)


@pytest.mark.parametrize("record", [{}, {"lines": 3}, {"currency": "XXX", "lines": [1, 2]}])
def test_records_that_cannot_be_mapped_say_the_same_together(record: dict[str, Any]) -> None:
    mapping = compile_mapping(INVOICE)

    first, second = Twins(mapping, mapping).evaluate(record, {})

    assert first.problems == second.problems == mapping.evaluate(record, {}).problems
    assert first.problems
