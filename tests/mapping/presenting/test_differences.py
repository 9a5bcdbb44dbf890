"""Two blueprints side by side: what differs is found, named and counted, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.blueprint import Blueprint, default_blueprint
from mapping.core.flows.document import Flow, Step
from mapping.core.flows.edits import with_step_moved
from mapping.core.rules.document import Effect, Rule
from mapping.core.tables import Table
from mapping.presenting.differences import FieldSides, ShownDifference, field_name, shown_difference

SHIPPED = default_blueprint()
LARGE = Rule("large", "Large orders wait", "total > 1000", (Effect("hold", reason="Large"),))


def with_flow(flow: Flow) -> Blueprint:
    """What is shipped, with that flow in the place of the one of its id."""
    return replace(SHIPPED, flows=tuple(flow if one.id == flow.id else one for one in SHIPPED.flows))


def told(difference: ShownDifference) -> list[tuple[str, str, str]]:
    """Group, kind and label of each change."""
    return [
        (group.title, change.kind, change.label) for group in difference.groups for change in group.changes
    ]


def test_a_blueprint_beside_itself_shows_nothing() -> None:
    difference = shown_difference(SHIPPED, SHIPPED)
    assert difference.groups == ()
    assert difference.summary == "Nothing differs: the two say the same, field by field."


def test_a_changed_link_is_told_by_its_fields() -> None:
    document = SHIPPED.mappings["invoice"]
    row = document.rows[0]
    changed = replace(document, rows=(replace(row, note="Mind the prefix."), *document.rows[1:]))
    difference = shown_difference(
        SHIPPED, replace(SHIPPED, mappings={**SHIPPED.mappings, "invoice": changed})
    )
    assert told(difference) == [("Mapping invoice", "changed", row.target)]
    assert difference.groups[0].changes[0].fields == (FieldSides("note", row.note, "Mind the prefix."),)
    assert difference.summary == "1 difference in Mapping invoice."


def test_new_and_lost_rules_and_tables_are_told() -> None:
    table = Table("codes", "Account codes", rows=(("tea", "201"), ("pots", "202")))
    other = replace(SHIPPED, rules=(LARGE,), tables={"codes": table})
    assert told(shown_difference(SHIPPED, other)) == [
        ("Rules", "added", "Large orders wait"),
        ("Look-up tables", "added", "Account codes"),
    ]
    assert [change.kind for group in shown_difference(other, SHIPPED).groups for change in group.changes] == [
        "removed",
        "removed",
    ]


def test_a_changed_row_of_a_table_is_one_field() -> None:
    before, after = (
        Table("codes", "Codes", rows=(("tea", code), ("pots", "202"))) for code in ("201", "205")
    )
    one, other = (replace(SHIPPED, tables={"codes": table}) for table in (before, after))
    change = shown_difference(one, other).groups[0].changes[0]
    assert change.fields == (FieldSides("rows · “tea”", "201", "205"),)


def test_a_new_check_of_a_flow_reads_without_technical_names() -> None:
    orders = SHIPPED.flows[0]
    check = {"must": "total > 0", "otherwise": "It costs nothing.", "effect": "stop"}
    flow = replace(orders, steps=(Step("check", "validate", {"checks": [check]}), *orders.steps))
    difference = shown_difference(SHIPPED, with_flow(flow))
    assert told(difference) == [("Flow Orders", "added", "Step 1, check")]
    assert FieldSides("check 1 · must", "", "total > 0") in difference.groups[0].changes[0].fields


def test_only_the_step_that_was_moved_counts_as_moved() -> None:
    orders = SHIPPED.flows[0]
    moved = with_step_moved(orders, orders.steps[0].id, len(orders.steps) - 1)
    difference = shown_difference(SHIPPED, with_flow(moved))
    assert [change.kind for group in difference.groups for change in group.changes] == ["moved"]


@given(order=st.permutations(range(6)))
def test_putting_what_moved_aside_leaves_the_rest_in_its_order(order: list[int]) -> None:
    steps = [Step(f"s{number}", "rules") for number in range(6)]
    flow = replace(SHIPPED.flows[0], steps=tuple(steps))
    shuffled = replace(flow, steps=tuple(steps[place] for place in order))
    changes = [
        change
        for group in shown_difference(with_flow(flow), with_flow(shuffled)).groups
        for change in group.changes
    ]
    labels = {change.label for change in changes}
    left = [place for position, place in enumerate(order, 1) if f"Step {position}, rules" not in labels]
    assert left == sorted(left)
    assert bool(changes) == (list(order) != sorted(order))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("sources[0]", "source 1"),
        ("transforms[1].parameters.text", "transform 2 · parameters · text"),
        ("settings.checks[0].must", "check 1 · must"),
        ("when", "when"),
    ],
)
def test_fields_are_named_for_people(path: str, name: str) -> None:
    assert field_name(path) == name
