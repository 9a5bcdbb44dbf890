"""The tree of a condition and its text say the same, both ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.conditions import ConditionError, compile_condition
from mapping.core.conditions.text import text_of, tree_of
from mapping.core.conditions.tree import (
    OPERATORS,
    OPERATORS_OF,
    Comparison,
    Group,
    Kept,
    Kind,
    Node,
    TreeError,
    Value,
    canonical,
    tree_from_json,
    tree_to_json,
)
from mapping.core.conditions.values import tidy
from mapping.core.conditions.verdict import explain, judge
from mapping.core.paths import Path
from mapping.core.readers import Scope, reader
from mapping.core.schemas.schema import FieldType

TYPES: dict[str, FieldType] = {
    "total": "decimal",
    "currency": "text",
    "placed_at": "moment",
    "prices_include_tax": "flag",
    "customer.email": "email",
    "tags": "list",
    "context:today": "date",
}
FIELDS: dict[Kind, list[str]] = {
    "number": ["total"],
    "text": ["currency", "customer.email"],
    "date": ["placed_at", "context:today"],
    "flag": ["prices_include_tax"],
    "list": ["tags"],
    "any": ["work:anything"],
}
type_of = TYPES.get

_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
_patterns = st.sampled_from(["G.P", "^a+$", "[A-Z]{3}", "a|b", r"\d+"])
_numbers = st.decimals("-99999", "99999", places=2).map(str)
_dates = st.dates().map(str)


def _literals(kind: Kind, operator: str) -> st.SearchStrategy[Value]:
    if operator in ("matches", "not_matches"):
        return _patterns.map(lambda text: Value("text", text))
    if kind == "number" or (operator in ("more", "at_least", "less", "at_most") and kind == "any"):
        return _numbers.map(lambda text: tidy(Value("number", text)))
    if kind == "date":
        return _dates.map(lambda text: Value("date", text))
    if kind == "flag":
        return st.sampled_from([Value("flag", "true"), Value("flag", "false")])
    return _texts.map(lambda text: Value("text", text))


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    kind: Kind = draw(st.sampled_from(sorted(FIELDS)))
    operator = OPERATORS[draw(st.sampled_from(OPERATORS_OF[kind]))]
    sizes = {0: (0, 0), 1: (1, 1), 2: (1, 3)}[operator.values]
    values = draw(st.lists(_literals(kind, operator.name), min_size=sizes[0], max_size=sizes[1]))
    return Comparison(draw(st.sampled_from(FIELDS[kind])), operator.name, tuple(values))


_KEPT = [
    Kept("total * 2 > 5"),
    Kept("total > 1 ? true : false"),
    Kept("[t for t in tags if t == 'or'].length > 0"),
]


def _groups(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    members = st.lists(nodes, max_size=4).map(tuple)
    return st.builds(Group, st.sampled_from(["all", "any", "none"]), members)


trees = st.recursive(comparisons() | st.sampled_from(_KEPT), _groups, max_leaves=8)
records = st.fixed_dictionaries(
    {},
    optional={
        "total": _numbers,
        "currency": st.sampled_from(["GBP", "EUR", ""]),
        "placed_at": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
        "prices_include_tax": st.booleans(),
        "customer": st.fixed_dictionaries({}, optional={"email": _texts}),
        "tags": st.lists(st.sampled_from(["vip", "or", "a"]), max_size=3),
    },
)


def reading(record: dict[str, Any]) -> Any:
    scope = Scope(record, {"today": "2026-11-22"})

    def read(path: Path) -> Any:
        return reader(path)(scope)

    return read


@given(trees)
def test_a_tree_comes_back_from_its_text(tree: Node) -> None:
    assert tree_of(text_of(tree, type_of), type_of) == canonical(tree)


@given(trees, records)
def test_a_text_means_the_same_after_going_through_the_tree(tree: Node, record: dict[str, Any]) -> None:
    text = text_of(tree, type_of)
    if not text:
        return
    again = text_of(tree_of(text, type_of), type_of)
    first, second = (judge(compile_condition(one, type_of), reading(record)) for one in (text, again))
    assert (first.holds, bool(first.error)) == (second.holds, bool(second.error))


@given(trees)
def test_a_tree_comes_back_from_json(tree: Node) -> None:
    assert tree_from_json(tree_to_json(tree)) == tree


@given(trees, records)
def test_the_parts_explain_the_whole(tree: Node, record: dict[str, Any]) -> None:
    whole = canonical(tree)
    text = text_of(whole, type_of)
    verdict = explain(whole, type_of, reading(record))
    if text and verdict.holds is not None:
        judged = judge(compile_condition(text, type_of), reading(record))
        assert judged.holds == verdict.holds or judged.error


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", {"all": []}),
        ("100 < total", {"all": [{"field": "total", "operator": "more", "value": "100", "type": "number"}]}),
        (
            "not prices_include_tax",
            {"none": [{"field": "prices_include_tax", "operator": "is", "value": "true", "type": "flag"}]},
        ),
        (
            "total > 1 and (currency == 'EUR' or total == null)",
            {
                "all": [
                    {"field": "total", "operator": "more", "value": "1", "type": "number"},
                    {
                        "any": [
                            {"field": "currency", "operator": "is", "value": "EUR", "type": "text"},
                            {"field": "total", "operator": "missing"},
                        ]
                    },
                ]
            },
        ),
        (
            'placed_at >= d"2026-11-22" and not ("vip" in tags or currency in ["GBP", "EUR"])',
            {
                "all": [
                    {"field": "placed_at", "operator": "at_least", "value": "2026-11-22", "type": "date"},
                    {
                        "none": [
                            {"field": "tags", "operator": "contains", "value": "vip", "type": "text"},
                            {
                                "field": "currency",
                                "operator": "one_of",
                                "value": ["GBP", "EUR"],
                                "type": "text",
                            },
                        ]
                    },
                ]
            },
        ),
        (
            "placed_at < context:today",
            {"all": [{"field": "placed_at", "operator": "less", "value": "context:today", "type": "field"}]},
        ),
    ],
)
def test_what_people_write_is_shown_as_a_tree(text: str, tree: dict[str, Any]) -> None:
    assert tree_to_json(tree_of(text, type_of)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "total * 2 > 5",
        "total > 1 ? true : false",
        'currency == "GBP" # the pound',
        "[tag for tag in tags if tag == 'a or b'].length > 0",
        "currency =~~ 'P'",
        "currency in [customer.email]",
    ],
)
def test_what_the_builder_cannot_show_stays_as_it_was_written(text: str) -> None:
    assert tree_of(text, type_of) == Group("all", (Kept(text),))
    assert text_of(tree_of(text, type_of), type_of) == text


def test_only_the_part_that_cannot_be_shown_stays_text() -> None:
    tree = tree_of('total * 2 > 5 and currency == "GBP"', type_of)
    assert tree.members == (Kept("total * 2 > 5"), Comparison("currency", "is", (Value("text", "GBP"),)))


def test_a_text_that_is_no_condition_has_no_tree() -> None:
    with pytest.raises(ConditionError, match="cannot be read"):
        tree_of("total >", type_of)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (Comparison("total", "more"), "Give a value."),
        (Comparison("total", "more", (Value("number", "a lot"),)), "not a number"),
        (Comparison("total", "contains", (Value("text", "1"),)), "does not suit"),
        (Comparison("placed_at", "less", (Value("date", "yesterday"),)), "not a date"),
        (Comparison("currency", "contains", (Value("text", ""),)), "Give a value."),
        (Comparison('"odd name"', "is", (Value("text", "x"),)), "cannot be used in a condition"),
        (Kept(""), "Write the condition."),
    ],
)
def test_an_unfinished_part_is_named_with_its_place(node: Node, message: str) -> None:
    tree = Group(
        "all", (Comparison("total", "present"), Group("any", (Comparison("total", "present"), node)))
    )
    with pytest.raises(TreeError, match=message) as caught:
        text_of(tree, type_of)
    assert caught.value.at == "1.1"


@pytest.mark.parametrize(
    ("data", "at"),
    [
        ([], ""),
        ({"all": {}}, ""),
        ({"all": [{"any": [{"field": "", "operator": "is"}]}]}, "0.0"),
        ({"all": [{"field": "total", "operator": "resembles"}]}, "0"),
        ({"all": [{"field": "total", "operator": "is", "value": "1", "type": "colour"}]}, "0"),
    ],
)
def test_a_malformed_tree_is_refused_at_its_place(data: Any, at: str) -> None:
    with pytest.raises(TreeError) as caught:
        tree_from_json(data)
    assert caught.value.at == at


def test_an_amount_may_be_typed_with_thousands() -> None:
    assert (
        text_of(Comparison("total", "more", (Value("number", " 1,500.00 "),)), type_of) == "total > 1500.00"
    )


def test_a_verdict_says_which_part_failed_and_what_the_record_has() -> None:
    tree = tree_of('total > 100 and (currency == "EUR" or placed_at == null)', type_of)
    verdict = explain(tree, type_of, reading({"total": "38.34", "currency": "EUR"}))
    assert verdict.holds is False
    total, group = verdict.members
    assert (total.holds, total.found) == (False, "38.34")
    assert (group.holds, group.members[0].found) == (True, "EUR")


def test_a_part_that_cannot_be_judged_says_why() -> None:
    verdict = explain(tree_of("total > 100", type_of), type_of, reading({"total": "a lot"}))
    assert verdict.holds is None
    assert "not an amount" in verdict.members[0].error
