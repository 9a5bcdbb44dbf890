from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.blueprint import Blueprint, blueprint_to_json
from mapping.core.document import check_json, collection_json, row_json, to_json
from mapping.core.editing import apply
from mapping.core.flows.document import flow_to_json
from mapping.core.problems import MappingInvalidError
from mapping.core.rules.document import rule_to_json
from mapping.core.tables import table_to_json
from tests.mapping import blueprints as made

Json = dict[str, Any]


def put(item: str, name: str, value: Any, **parts: Any) -> Json:
    return {"op": "put", "item": item, "id": name, "value": value, **parts}


def drop(item: str, name: str, **parts: Any) -> Json:
    return {"op": "drop", "item": item, "id": name, **parts}


_NEW: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], Json]]] = {
    "row": (made.rows, row_json),
    "collection": (made.collections, collection_json),
    "check": (made.checks, check_json),
    "rule": (made.rules, rule_to_json),
    "flow": (made.flows, flow_to_json),
    "table": (made.tables(), table_to_json),
    "mapping": (made.documents, to_json),
    "blueprint": (made.blueprints, blueprint_to_json),
}


def _ids(blueprint: Blueprint, item: str, mapping: str) -> list[str]:
    if item in ("row", "collection", "check"):
        document = blueprint.mappings[mapping]
        if item == "row":
            return [row.id for row in document.rows]
        if item == "collection":
            return [each.target for each in document.collections]
        return [str(place) for place in range(len(document.checks))]
    if item == "blueprint":
        return [""]
    found: Any = {
        "rule": [rule.id for rule in blueprint.rules],
        "flow": [flow.id for flow in blueprint.flows],
        "table": list(blueprint.tables),
        "mapping": list(blueprint.mappings),
    }[item]
    return list(found)


def _own_id(item: str, value: Any, blueprint: Blueprint, mapping: str, draw: st.DrawFn) -> str:
    if item == "collection":
        return str(value.target)
    if item == "check":
        return str(len(blueprint.mappings[mapping].checks))
    if item in ("mapping", "blueprint"):
        return draw(made.names) if item == "mapping" else ""
    return str(value.id)


@st.composite
def a_change(draw: st.DrawFn, blueprint: Blueprint) -> Json:
    """Something new, something else in place of what is there, a move, or a removal."""
    inside = ["row", "collection", "check"] if blueprint.mappings else []
    item = draw(st.sampled_from([*inside, "rule", "flow", "table", "mapping", "blueprint"]))
    mapping = draw(st.sampled_from(sorted(blueprint.mappings))) if item in inside else ""
    place = {"mapping": mapping} if mapping else {}
    there = _ids(blueprint, item, mapping)
    if there and item != "blueprint" and draw(st.booleans()):
        return drop(item, draw(st.sampled_from(there)), **place)
    strategy, write = _NEW[item]
    value = draw(strategy)
    name = _own_id(item, value, blueprint, mapping, draw)
    written = write(value)
    if there and item in ("row", "rule", "flow", "table") and draw(st.booleans()):
        name = written["id"] = draw(st.sampled_from(there))
    at = {"at": draw(st.integers(0, 6))} if draw(st.booleans()) else {}
    return put(item, name, written, **place, **at)


@given(st.data())
def test_undo_returns_the_identical_document_and_redo_the_changed_one(data: st.DataObject) -> None:
    first = blueprint = data.draw(made.blueprints)
    log: list[tuple[list[Json], list[Json], Blueprint]] = []
    for _ in range(data.draw(st.integers(1, 4))):
        changes = [data.draw(a_change(blueprint))]
        blueprint, inverse = apply(blueprint, changes)
        log.append((changes, inverse, blueprint))
    last = blueprint
    for _, inverse, _ in reversed(log):
        blueprint, _ = apply(blueprint, inverse)
    assert blueprint_to_json(blueprint) == blueprint_to_json(first)
    assert blueprint == first
    for changes, _, after in log:
        blueprint, _ = apply(blueprint, changes)
        assert blueprint == after
    assert blueprint == last


def test_several_changes_are_taken_back_in_one_step() -> None:
    blueprint = made.a_blueprint()
    changes = [
        put(
            "row",
            "phone",
            {"target": "Phones[0].PhoneNumber", "sources": ["customer.phone"]},
            mapping="contact",
            at=0,
        ),
        drop("row", "email", mapping="contact"),
        put("check", "", {"must": "true", "otherwise": "Never."}, mapping="contact"),
    ]
    changed, inverse = apply(blueprint, changes)
    assert [row.id for row in changed.mappings["contact"].rows] == ["phone", "name"]
    assert len(changed.mappings["contact"].checks) == 2
    assert apply(changed, inverse)[0] == blueprint


def test_a_row_keeps_its_place_unless_a_place_is_asked_for() -> None:
    blueprint = made.a_blueprint()
    name = {"target": "Name", "sources": ["customer.email"]}
    kept, _ = apply(blueprint, [put("row", "name", name, mapping="contact")])
    moved, inverse = apply(blueprint, [put("row", "name", name, mapping="contact", at=1)])
    assert [row.id for row in kept.mappings["contact"].rows] == ["name", "email"]
    assert [row.id for row in moved.mappings["contact"].rows] == ["email", "name"]
    assert apply(moved, inverse)[0] == blueprint


def test_a_for_each_may_be_given_another_list_of_the_target() -> None:
    first = put("collection", "LineItems", {"target": "LineItems", "source": "lines"}, mapping="contact")
    blueprint, _ = apply(made.a_blueprint(), [first])
    renamed = put("collection", "LineItems", {"target": "Phones", "source": "lines"}, mapping="contact")
    changed, inverse = apply(blueprint, [renamed])
    assert [each.target for each in changed.mappings["contact"].collections] == ["Phones"]
    assert apply(changed, inverse)[0] == blueprint


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("text", "A change should be a JSON object, not text"),
        ({"op": "move", "item": "row"}, "“op” of a change is “move”; it can be put, drop"),
        ({"op": "put", "item": "soul", "id": "a", "value": {}}, "“item” of a change is “soul”"),
        ({"op": "put", "item": "rule", "id": "a"}, "no “value”"),
        (
            put("row", "a", {"target": "Name"}, mapping="nothing"),
            "There is no mapping “nothing” in this version",
        ),
        (put("row", "a", {"sources": "x"}, mapping="contact"), "The row has no “target”"),
        (put("row", "a", {"id": "b", "target": "Name"}, mapping="contact"), "comes with the id “b”"),
        (
            put("row", "name", {"target": "Name"}, mapping="contact", at=-1),
            "“at” should be a position from 0",
        ),
        (
            put("row", "name", {"target": "Name"}, mapping="contact", at=True),
            "“at” should be a position from 0",
        ),
        (drop("row", "ghost", mapping="contact"), "There is no row “ghost” to take out"),
        (drop("check", "9", mapping="contact"), "There is no check “9” to take out"),
        (drop("collection", "Lines", mapping="contact"), "There is no for-each “Lines” to take out"),
        (drop("table", "ghost"), "There is no table “ghost” to take out"),
        (drop("mapping", "ghost"), "There is no mapping “ghost” to take out"),
        (drop("blueprint", ""), "A whole blueprint cannot be taken out"),
        (put("rule", "a b", {"name": "x"}), "The id “a b” of the rule should be letters"),
        (put("table", "t", {"id": "u"}), "The table “t” comes with the id “u”"),
        (put("mapping", "a/b", {"target": "xero:Contact"}), "The name of a mapping should be letters"),
        (put("blueprint", "", {"format": 1}), "This file has format 1"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(change: Any, said: str) -> None:
    with pytest.raises(MappingInvalidError, match=said):
        apply(made.a_blueprint(), [change])


def test_the_change_at_fault_is_named_among_several() -> None:
    good = put("rule", "a", {"name": "A"})
    with pytest.raises(MappingInvalidError, match="Change 2: There is no rule “ghost”"):
        apply(made.a_blueprint(), [good, drop("rule", "ghost")])


def test_a_mapping_cannot_grow_without_end() -> None:
    rows = [{"id": str(number), "target": "Name"} for number in range(2001)]
    with pytest.raises(MappingInvalidError, match="2001 rows; it can have 2000 at most"):
        apply(made.a_blueprint(), [put("mapping", "big", {"target": "xero:Contact", "rows": rows})])
    with pytest.raises(MappingInvalidError, match="501 changes at once"):
        apply(made.a_blueprint(), [drop("rule", "x")] * 501)
