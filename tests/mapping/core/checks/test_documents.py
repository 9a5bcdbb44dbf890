from __future__ import annotations

from typing import Any

import pytest

from mapping.core.compiler import check_document, compile_mapping
from mapping.core.defaults import KINDS, default_document
from mapping.core.problems import MappingInvalidError, Problem
from mapping.core.reading import from_json
from mapping.core.schemas.inference import infer_schema


def problems(*rows: dict[str, Any], target: str = "xero:Contact", **parts: Any) -> tuple[Problem, ...]:
    return check_document(from_json({"source": "shop:order", "target": target, "rows": list(rows), **parts}))


def messages(*rows: dict[str, Any], **parts: Any) -> list[str]:
    return [problem.message for problem in problems(*rows, **parts)]


NAME = {"target": "Name", "sources": ["customer.company"]}


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_mappings_have_nothing_to_complain_about(kind: str) -> None:
    assert check_document(default_document(kind)) == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"target": "Nmae", "sources": ["number"]}, "Xero contact has no field “Nmae”."),
        ({"target": "a..b"}, "is not a field path"),
        ({"target": "ContactID", "sources": ["number"]}, "Xero sets Contact's id in Xero itself"),
        ({"target": "LastName", "sources": ["surname"]}, "Shop order has no field “surname”."),
        ({"target": "LastName", "sources": ["a[x]"]}, "is not a field path"),
        ({"target": "LastName", "sources": ["context:nothing"]}, "The settings have no “nothing”."),
        ({"target": "LastName", "sources": ["work:later"]}, "is made by no row"),
        ({"target": "LastName", "sources": ["number", "total"]}, "say first how to combine them"),
        ({"target": "LastName", "sources": ["lines[].name"]}, "wants"),
        ({"target": "Phones[100].PhoneNumber", "sources": ["number"]}, "Positions in a list go up to 99."),
        ({"target": "Phones[].PhoneNumber", "sources": ["number"]}, "add a for-each"),
        (
            {"target": "LastName", "sources": ["number"], "transforms": ["shout"]},
            "There is no transform “shout”.",
        ),
        ({"target": "LastName", "sources": ["number"], "when": "total >"}, "cannot be read"),
        ({"target": "LastName", "sources": ["number"], "when": "total > 'x'"}, "cannot be read"),
        ({"target": "work:a.b", "sources": ["number"]}, "a working value has one plain name"),
        ({"target": "context:a", "sources": ["number"]}, "cannot be written"),
        (
            {
                "target": "ContactStatus",
                "transforms": [{"name": "constant", "parameters": {"value": "SLEEPING"}}],
            },
            "Status cannot be “SLEEPING”",
        ),
        (
            {
                "target": "LastName",
                "sources": ["number"],
                "transforms": [{"name": "default", "parameters": {"value": {"from": "context:nothing"}}}],
            },
            "The settings have no “nothing”.",
        ),
    ],
)
def test_each_fault_is_tied_to_its_row_and_worded_for_an_accountant(row: dict[str, Any], said: str) -> None:
    found = [problem for problem in problems(NAME, {"id": "this", **row}) if said in problem.message]
    assert found, messages(NAME, row)
    assert {problem.row for problem in found} == {"this"}


def test_many_faults_are_all_reported_and_stop_compilation() -> None:
    rows = [{"target": "Nmae"}, {"target": "LastName", "sources": ["surname"]}]
    document = from_json({"source": "shop:order", "target": "xero:Contact", "rows": rows})
    with pytest.raises(MappingInvalidError) as caught:
        compile_mapping(document)
    assert len(caught.value.problems) == 3  # the two rows, and the required name


def test_required_fields_that_no_row_fills_are_named() -> None:
    assert messages() == ["Name is required by Xero and no row fills it."]
    assert "Kind of phone is required by Xero and no row fills it." in messages(
        NAME, {"target": "Phones[0].PhoneNumber", "sources": ["customer.phone"]}
    )


def test_fields_needed_only_for_approval_are_warnings() -> None:
    kind = {"target": "Type", "transforms": [{"name": "constant", "parameters": {"value": "ACCREC"}}]}
    found = problems(kind, target="xero:Invoice")
    assert {problem.severity for problem in found} == {"warning"}
    assert "Due date is needed to approve the document and no row fills it." in [p.message for p in found]


def test_working_values_cannot_be_read_before_they_are_made_nor_by_themselves() -> None:
    assert any(
        "goes round in a circle (work:a → work:a)" in text
        for text in messages(NAME, {"target": "work:a", "sources": ["work:a"]})
    )
    swapped = [{"target": "work:a", "sources": ["work:b"]}, {"target": "work:b", "sources": ["number"]}]
    assert any("is made by a later row" in text for text in messages(NAME, *swapped))
    assert (
        messages({"target": "Name", "sources": ["work:b"]}, {"target": "work:b", "sources": ["number"]}) == []
    )


def test_a_field_filled_twice_needs_conditions() -> None:
    assert any("is filled in twice" in text for text in messages(NAME, NAME))
    assert messages(NAME, {**NAME, "when": "total > 100"}) == []


def test_for_each_must_fit_its_rows() -> None:
    line = {"target": "LineItems[].Description", "sources": ["lines[].name"]}
    kind = {"target": "Type", "transforms": [{"name": "constant", "parameters": {"value": "ACCREC"}}]}
    each = {"target": "LineItems", "source": "lines"}

    def said(*rows: dict[str, Any], collections: list[dict[str, str]]) -> list[str]:
        found = problems(kind, *rows, target="xero:Invoice", collections=collections)
        return [problem.message for problem in found if problem.severity == "error"]

    assert said(line, collections=[each]) == []
    assert "repeats another list" in said(line, collections=[{**each, "source": "work:lines"}])[0]
    assert any("made twice" in text for text in said(line, collections=[each, each]))
    assert any(
        "has no list “Lines”" in text for text in said(line, collections=[each, {**each, "target": "Lines"}])
    )
    assert any(
        "cannot be read" in text for text in said(line, collections=[{**each, "when": "lines[].quantity >"}])
    )


def test_unknown_schemas_are_refused_and_samples_take_their_place() -> None:
    document = from_json(
        {"source": "woo:order", "target": "xero:Contact", "rows": [{"target": "Name", "sources": ["who"]}]}
    )
    assert "is not known: give a sample" in check_document(document)[0].message
    assert check_document(document, source=infer_schema([{"who": "Ada"}])) == ()
    assert "is not a target" in check_document(from_json({"target": "sage:Invoice"}))[0].message


def test_checks_that_cannot_be_read_are_reported() -> None:
    assert any(
        "cannot be read" in text for text in messages(NAME, checks=[{"must": "total >", "otherwise": "no"}])
    )


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("totl > 1", "reads what is not there: Shop order has no field “totl”. Did you mean total?"),
        ("context:pair.zon == 'x'", "The settings have no “pair.zon”. Did you mean pair.zone?"),
        ("total > 1 and not customer.nam == 'x'", "Shop order has no field “customer.nam”"),
    ],
)
def test_conditions_that_read_unknown_fields_are_reported(condition: str, said: str) -> None:
    (of_row,) = problems({**NAME, "when": condition})
    assert said in of_row.message
    assert (of_row.row, of_row.target) == ("Name", "Name")
    (of_check,) = problems(NAME, checks=[{"must": condition, "otherwise": "no"}])
    assert said in of_check.message


def test_comparisons_with_values_a_field_never_has_are_pointed_out() -> None:
    (found,) = problems({**NAME, "when": 'delivery.tax_code == "exmpt" or delivery.tax_code == "exempt"'})
    assert found.severity == "warning"
    assert found.message == "Delivery: VAT code is never “exmpt”: it can be exempt, outside_scope."


def test_a_source_choice_that_xero_does_not_know_is_pointed_out() -> None:
    row = {"target": "Status", "sources": ["delivery.tax_code"]}
    found = [p for p in problems(row, target="xero:Invoice") if p.target == "Status"]
    assert [(p.severity, p.message[:31]) for p in found] == [
        ("warning", "Status cannot be “exempt”: Xero"),
        ("warning", "Status cannot be “outside_scope"),
    ]


@pytest.mark.parametrize(
    ("target", "source", "said"),
    [
        ("Date", "placed_at", "Invoice date wants a day, but Placed at is a time: use the date transform"),
        (
            "CurrencyRate",
            "customer.email",
            "Exchange rate wants a number, but Customer's e-mail is an e-mail address.",
        ),
    ],
)
def test_texts_of_another_kind_are_type_mismatches(target: str, source: str, said: str) -> None:
    assert any(
        said in text for text in messages({"target": target, "sources": [source]}, target="xero:Invoice")
    )


def test_a_for_each_over_what_is_no_list_is_reported() -> None:
    each = {"target": "LineItems", "source": "line"}
    line = {"target": "LineItems[].Description", "sources": ["line[].name"]}

    def said(collection: dict[str, str]) -> list[str]:
        return messages(line, target="xero:Invoice", collections=[collection])

    assert any("Shop order has no list “line” to repeat. Did you mean lines?" in text for text in said(each))
    assert any("“delivery” is not a list" in text for text in said({**each, "source": "delivery"}))
    assert any("“work:l”, which is made by no row" in text for text in said({**each, "source": "work:l"}))
