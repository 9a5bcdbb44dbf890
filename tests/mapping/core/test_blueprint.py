from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from mapping.core.blueprint import (
    Blueprint,
    blueprint_from_json,
    blueprint_to_json,
    blueprint_to_text,
    completed,
    default_blueprint,
)
from mapping.core.document import loads
from mapping.core.flows.document import Flow
from mapping.core.problems import MappingInvalidError
from tests.mapping.blueprints import a_blueprint, a_mapping, blueprints


@given(blueprints)
def test_export_then_import_is_the_identity(blueprint: Blueprint) -> None:
    assert blueprint_from_json(loads(blueprint_to_text(blueprint))) == blueprint


def test_what_is_shipped_survives_export_and_import() -> None:
    assert blueprint_from_json(blueprint_to_json(default_blueprint())) == default_blueprint()


def test_all_faults_of_a_file_are_found_at_once() -> None:
    broken: Any = {
        "format": 1,
        "mappings": {"in voice": {"rows": [{"sources": 3}]}, "contact": []},
        "tables": {"codes": {"id": "other", "columns": ["key"], "rows": [["a", "b"], "c", ["a", 1]]}},
        "rules": [{"id": "a"}, {"id": "a", "effects": [{"kind": "explode"}], "enabled": "yes"}, {}],
        "flows": [
            {"id": "a/b", "trigger": "full_moon", "steps": [{"id": "s"}, {"id": "s", "kind": "post"}]},
            7,
        ],
    }
    with pytest.raises(MappingInvalidError) as caught:
        blueprint_from_json(broken)
    said = str(caught.value)
    for fault in (
        "This file has format 1; this version reads format 2.",
        "in voice: The name of a mapping should be letters, digits, - and _, 64 at most.",
        "in voice: Row 1 has no “target”.",
        "in voice: “sources” of row 1 should be a list, not a number.",
        "contact: The mapping should be a JSON object, not a list.",
        "The table “codes” has the id “other”: both must be the same.",
        "The table “codes” has 1 columns; it can have 2 to 50.",
        "Row 1 of the table “codes” has 2 cells, but the table has 1 columns.",
        "Row 2 of the table “codes” should be a list of 1 cells.",
        "“cells” of row 3 of the table “codes” should be text, not a number.",
        "Rule 2 has the id “a” of an earlier one: ids must differ.",
        "“kind” of an effect of rule 2 is “explode”; it can be hold, skip,",
        "“enabled” of rule 2 should be true or false, not text.",
        "Rule 3 has no “id”.",
        "The id “a/b” of flow 1 should be letters, digits, - and _, 64 at most.",
        "“trigger” of flow 1 is “full_moon”; it can be order_received,",
        "Step 1 of flow 1 has no “kind”.",
        "Step 2 of flow 1 has the id “s” of an earlier step: ids must differ.",
        "Flow 2 should be a JSON object, not a number.",
    ):
        assert fault in said


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_what_is_no_blueprint_at_all_is_refused(value: object) -> None:
    with pytest.raises(MappingInvalidError, match="should be a JSON object"):
        blueprint_from_json(value)


def test_decimals_are_kept_as_they_are_written() -> None:
    text = json.dumps(blueprint_to_json(a_blueprint())).replace('"length": 255', '"length": 0.10')
    blueprint = blueprint_from_json(loads(text))
    assert blueprint.mappings["contact"].rows[0].transforms[0].parameters == {"length": "0.10"}


def test_parameters_nested_without_end_are_refused() -> None:
    value: Any = {}
    for _ in range(30):
        value = {"a": value}
    data = blueprint_to_json(a_blueprint())
    data["flows"][0]["steps"][0]["settings"] = value
    with pytest.raises(MappingInvalidError, match="nested deeper than 20 levels"):
        blueprint_from_json(data)


def test_shipped_mappings_and_flows_fill_what_a_pair_has_none_of() -> None:
    shipped = a_blueprint(
        mappings={"contact": a_mapping(name="Shipped"), "invoice": a_mapping(kind="invoice")},
        flows=(Flow("orders", "Shipped", "order_received"), Flow("refunds", "Shipped", "refund_received")),
    )
    own = a_blueprint(rules=())
    found = completed(own, shipped)
    assert {name: document.name for name, document in found.mappings.items()} == {
        "contact": "Order to contact",
        "invoice": "Order to contact",
    }
    assert [(flow.id, flow.name) for flow in found.flows] == [("orders", "Orders"), ("refunds", "Shipped")]
    assert found.rules == ()
