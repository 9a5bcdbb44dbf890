from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mapping.core.compiler import compile_mapping
from mapping.core.defaults import KINDS, default_document
from mapping.core.evaluate import CompiledMapping, Evaluation, TraceEntry
from mapping.core.reading import from_json
from tests.mapping.builders import a_context, an_order, orders

INVOICE = compile_mapping(default_document("invoice"))


def compiled(
    *rows: dict[str, Any], target: str = "xero:Contact", source: str = "", **parts: Any
) -> CompiledMapping:
    return compile_mapping(from_json({"source": source, "target": target, "rows": list(rows), **parts}))


def named(*rows: dict[str, Any], **parts: Any) -> CompiledMapping:
    return compiled({"target": "Name", "sources": ["name"]}, *rows, **parts)


def entry(result: Evaluation, target: str) -> TraceEntry:
    return next(item for item in result.trace if item.target == target)


def test_the_trace_tells_for_a_field_its_sources_each_step_and_the_value() -> None:
    rate = entry(INVOICE.evaluate(an_order(), a_context()), "LineItems[1].TaxType")
    assert rate.row == "LineItems[].TaxType"
    assert rate.sources == (("work:lines[1].tax_rate", Decimal("20")), ("work:lines[1].tax_code", ""))
    assert [(step.transform, step.before, step.after) for step in rate.steps] == [
        ("tax_type", [Decimal("20"), ""], "OUTPUT2")
    ]
    assert rate.value == "OUTPUT2"


def test_the_trace_shows_what_each_transform_of_a_chain_did() -> None:
    shorten = [
        {"name": "case", "parameters": {"style": "upper"}},
        {"name": "truncate", "parameters": {"length": 3}},
    ]
    result = compiled({"target": "Name", "sources": ["name"], "transforms": shorten}).evaluate(
        {"name": "ada moss"}, {}
    )
    steps = entry(result, "Name").steps
    assert [(step.before, step.after) for step in steps] == [("ada moss", "ADA MOSS"), ("ADA MOSS", "ADA")]
    assert steps[1].remark == "Cut from 8 to 3 characters."
    assert [(problem.severity, problem.target) for problem in result.problems] == [("warning", "Name")]


def test_every_field_of_the_document_has_an_entry_in_the_trace_with_its_value() -> None:
    result = INVOICE.evaluate(an_order(), a_context())
    traced = {item.target: item.value for item in result.trace}
    for index, line in enumerate(result.document["LineItems"]):
        for name, value in line.items():
            assert traced[f"LineItems[{index}].{name}"] == value
    for name in result.document.keys() - {"LineItems"}:
        assert traced[name] == result.document[name]


@given(orders())
@settings(max_examples=25, deadline=None)
def test_a_trace_asked_for_later_is_the_one_gathered_on_the_way(order: dict[str, Any]) -> None:
    eager = INVOICE.evaluate(order, a_context(), trace=True)
    lazy = INVOICE.evaluate(order, a_context())
    assert (eager.document, eager.problems, eager.trace) == (lazy.document, lazy.problems, lazy.trace)


def test_evaluation_leaves_record_and_context_as_they_were() -> None:
    order, context = an_order(), a_context()
    before = deepcopy((order, context))
    assert len(INVOICE.evaluate(order, context).trace) > 30
    assert (order, context) == before


def test_missing_and_blank_values_are_left_out() -> None:
    result = named(
        {"target": "LastName", "sources": ["last"]}, {"target": "FirstName", "sources": ["first"]}
    ).evaluate({"name": "Ada", "last": "", "first": None}, {})
    assert result.document == {"Name": "Ada"}


def test_a_condition_decides_over_a_row() -> None:
    mapping = named({"target": "LastName", "sources": ["last"], "when": 'kind == "person"'})
    assert mapping.evaluate({"name": "A", "last": "B", "kind": "person"}, {}).document["LastName"] == "B"
    assert "LastName" not in mapping.evaluate({"name": "A", "last": "B", "kind": "firm"}, {}).document


def test_a_condition_decides_over_the_elements_of_a_for_each() -> None:
    mapping = compiled(
        {"target": "Type", "transforms": [{"name": "constant", "parameters": {"value": "ACCREC"}}]},
        {"target": "LineItems[].Description", "sources": ["lines[].name"]},
        {"target": "LineItems[].LineAmount", "sources": ["lines[].total"]},
        target="xero:Invoice",
        source="shop:order",
        collections=[{"target": "LineItems", "source": "lines", "when": "lines[].total > 0"}],
    )
    lines = [{"name": "A", "total": "1.00"}, {"name": "B", "total": "0.00"}, {"name": "C", "total": "2.00"}]
    result = mapping.evaluate({"lines": lines}, {})
    assert [line["Description"] for line in result.document["LineItems"]] == ["A", "C"]
    last = entry(result, "LineItems[1].Description")
    assert last.sources == (("lines[2].name", "C"),)


def test_a_list_read_outside_a_for_each_can_be_joined() -> None:
    join = {"name": "concatenate", "parameters": {"separator": " + "}}
    mapping = compiled({"target": "Name", "sources": ["lines[].name"], "transforms": [join]})
    assert mapping.evaluate({"lines": [{"name": "Tea"}, {"name": "Pot"}]}, {}).document == {
        "Name": "Tea + Pot"
    }


def test_checks_stop_or_warn_in_the_words_of_whoever_wrote_them() -> None:
    checks = [
        {"must": "age >= 18", "otherwise": "The customer is a minor."},
        {"must": "age >= 21", "otherwise": "The customer is young.", "effect": "warn"},
    ]
    mapping = named(checks=checks)
    assert mapping.evaluate({"name": "A", "age": 30}, {}).problems == ()
    young = mapping.evaluate({"name": "A", "age": 19}, {})
    assert (young.is_usable, [problem.message for problem in young.problems]) == (
        True,
        ["The customer is young."],
    )
    assert not mapping.evaluate({"name": "A", "age": 9}, {}).is_usable
    assert not mapping.evaluate({"name": "A"}, {}).is_usable


def test_all_problems_of_a_record_are_found_in_one_go() -> None:
    result = INVOICE.evaluate(
        {**an_order(), "placed_at": "soon", "number": "x" * 300}, a_context(status="PAID")
    )
    assert {problem.target for problem in result.problems} == {"Status", "Date", "DueDate", "InvoiceNumber"}


def test_a_transform_that_meets_a_shape_nobody_foresaw_gives_a_problem_not_a_crash() -> None:
    broken = {"name": "line_amounts", "parameters": {"includes_tax": True}}
    mapping = named({"target": "work:lines", "sources": ["lines"], "transforms": [broken]})
    result = mapping.evaluate({"name": "A", "lines": [{"gross": "1"}]}, {})
    assert [(problem.row, problem.cause) for problem in result.problems] == [("work:lines", "mapping")]


def test_required_fields_left_empty_are_named_with_their_row() -> None:
    result = named().evaluate({"name": ""}, {})
    assert [(problem.row, problem.target) for problem in result.problems] == [("Name", "Name")]


def test_what_is_needed_for_approval_is_not_asked_of_a_draft() -> None:
    order = an_order(placed_at=None)
    assert INVOICE.evaluate(order, a_context(status="DRAFT")).is_usable
    assert {problem.target for problem in INVOICE.evaluate(order, a_context()).problems} == {
        "Date",
        "DueDate",
    }


junk = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.decimals(allow_nan=True)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
TOP_LEVEL = (
    "number",
    "placed_at",
    "currency",
    "prices_include_tax",
    "customer",
    "lines",
    "delivery",
    "discount",
    "total",
)


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from([*TOP_LEVEL, "amount", "taken_at"]), junk))
@settings(max_examples=150, deadline=None)
def test_no_record_whatever_makes_a_shipped_mapping_raise(kind: str, changes: dict[str, Any]) -> None:
    mapping = compile_mapping(default_document(kind))
    result = mapping.evaluate({**an_order(), **changes}, a_context())
    assert isinstance(result.document, dict)
    assert result.trace
