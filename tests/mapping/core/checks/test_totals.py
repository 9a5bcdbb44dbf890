from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mapping.core.compiler import check_document
from mapping.core.defaults import default_document
from mapping.core.document import MappingDocument, to_json
from mapping.core.reading import from_json


def changed(change: Callable[[dict[str, Any]], None], kind: str = "invoice") -> list[tuple[str, str]]:
    data = to_json(default_document(kind))
    change(data)
    return [(problem.severity, problem.message) for problem in check_document(from_json(data))]


def steps_of(data: dict[str, Any], target: str = "work:lines") -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = next(row for row in data["rows"] if row["target"] == target)["transforms"]
    return steps


def without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        steps = steps_of(data)
        steps[:] = [step for step in steps if step["name"] != name]

    return change


def last(name: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        steps = steps_of(data)
        steps.sort(key=lambda step: step["name"] == name)

    return change


def row(target: str, **parts: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["rows"] = [each for each in data["rows"] if each["target"] != target]
        if parts:
            data["rows"].append({"target": target, **parts})

    return change


def fixed(target: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return row(target, transforms=[{"name": "constant", "parameters": {"value": value}}])


@pytest.mark.parametrize(
    ("change", "severity", "said"),
    [
        (without("match_total"), "warning", "add “Check against the total”"),
        (without("add_line"), "warning", "Delivery is no line of the document"),
        (without("spread"), "warning", "discount is not taken off"),
        (without("line_amounts"), "error", "add “LineAmount and TaxAmount”"),
        (without("order_lines"), "warning", "The amounts are taken as they are"),
        (last("spread"), "error", "“spread” changes the lines after “match_total”"),
        (last("add_line"), "error", "“add_line” changes the lines after “line_amounts”"),
        (row("LineItems[].TaxAmount"), "warning", "VAT is left to Xero"),
        (row("LineAmountTypes"), "warning", "Xero takes prices for net"),
        (fixed("LineAmountTypes", "Exclusive"), "warning", "the document always says Exclusive"),
        (fixed("LineItems[].LineAmount", "12.00"), "warning", "A fixed amount of 12.00"),
    ],
)
def test_a_mapping_that_cannot_total_to_the_payment_is_found(
    change: Callable[[dict[str, Any]], None], severity: str, said: str
) -> None:
    found = changed(change)
    assert any(said in message and severity == kind for kind, message in found), found


def test_lines_worked_out_net_cannot_stand_on_a_document_that_says_inclusive() -> None:
    def change(data: dict[str, Any]) -> None:
        steps_of(data)[-1]["parameters"]["includes_tax"] = False
        fixed("LineAmountTypes", "Inclusive")(data)

    assert ("error", "The lines exclude VAT, but the document says Inclusive.") in changed(change)


def test_lines_without_any_amount_are_found() -> None:
    def change(data: dict[str, Any]) -> None:
        row("LineItems[].LineAmount")(data)
        row("LineItems[].UnitAmount")(data)

    assert any("The lines have no amount" in message for _, message in changed(change))


def test_lines_added_up_after_their_amounts_are_found() -> None:
    def change(data: dict[str, Any]) -> None:
        steps_of(data).append({"name": "aggregate_lines", "parameters": {"by": ["tax_rate"]}})

    assert any("put “Add lines up” before" in message for _, message in changed(change))


def test_a_credit_note_takes_its_lines_from_what_is_left_of_the_order() -> None:
    assert any(
        "add “Lines of a refund”" in message for _, message in changed(without("refund_lines"), "credit_note")
    )


def test_a_fixed_payment_is_pointed_out() -> None:
    found = changed(fixed("Amount", "10.00"), "payment")
    assert [message for _, message in found] == [
        "A fixed amount of 10.00 cannot be what every customer pays."
    ]


def test_a_circle_of_working_values_is_shown_as_one() -> None:
    document = default_document("invoice")
    rows = {each.target: each for each in document.rows}
    circle = replace(rows["work:number"], sources=("work:other",), transforms=())
    other = replace(circle, id="other", target="work:other", sources=("work:number",))
    kept = tuple(each for each in document.rows if each.target != "work:number")
    found = check_document(replace(document, rows=(circle, other, *kept)))
    assert any("(work:number → work:other → work:number)" in problem.message for problem in found), [
        problem.message for problem in found
    ]


def test_a_document_without_lines_that_count_is_left_alone() -> None:
    document = MappingDocument(kind="", target="xero:Contact", source="shop:order")
    assert not [p for p in check_document(document) if "customer pays" in p.message]
