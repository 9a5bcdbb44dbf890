"""Editing flows: steps come, go and move, and everything else stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.core.flows.document import STEP_KINDS, Flow, Step
from mapping.core.flows.edits import (
    copied_flow,
    free_id,
    place_of,
    with_new_step,
    with_step,
    with_step_copied,
    with_step_moved,
    without_step,
)

flows = st.lists(st.sampled_from(STEP_KINDS), min_size=1, max_size=8).map(
    lambda kinds: Flow(
        "orders",
        "Orders",
        "order_received",
        steps=tuple(Step(f"s{place}", kind) for place, kind in enumerate(kinds)),
    )
)


@given(flow=flows, kind=st.sampled_from(STEP_KINDS), at=st.integers(0, 8))
def test_taking_a_new_step_out_again_gives_the_same_flow(flow: Flow, kind: str, at: int) -> None:
    added, step = with_new_step(flow, kind, at)  # type: ignore[arg-type]  # drawn from the kinds
    assert len({one.id for one in added.steps}) == len(added.steps) == len(flow.steps) + 1
    assert without_step(added, step.id) == flow


@given(flow=flows, data=st.data(), to=st.integers(-3, 12))
def test_moving_a_step_loses_none_and_moving_it_back_gives_the_same_flow(
    flow: Flow, data: st.DataObject, to: int
) -> None:
    step = data.draw(st.sampled_from(flow.steps))
    moved = with_step_moved(flow, step.id, to)
    assert sorted(one.id for one in moved.steps) == sorted(one.id for one in flow.steps)
    assert place_of(moved, step.id) == min(max(to, 0), len(flow.steps) - 1)
    assert with_step_moved(moved, step.id, place_of(flow, step.id)) == flow


def test_a_copied_step_stands_right_behind_its_original() -> None:
    flow = Flow(
        "f", "F", "schedule", steps=(Step("a", "post"), Step("b", "rules", {"only": ["r"]}), Step("c", "map"))
    )
    copied, copy = with_step_copied(flow, "b")
    assert [step.id for step in copied.steps] == ["a", "b", copy.id, "c"]
    assert (copy.kind, copy.settings) == ("rules", {"only": ["r"]})


def test_a_copied_flow_is_switched_off_so_that_nothing_is_booked_twice() -> None:
    flow = Flow("orders", "Orders", "order_received", steps=(Step("a", "post"),))
    copy = copied_flow(flow, ["orders", "orders-2"])
    assert (copy.id, copy.mode, copy.steps) == ("orders-3", "off", flow.steps)


@pytest.mark.parametrize(
    ("words", "taken", "expected"),
    [
        ("Large orders", [], "large-orders"),
        ("Large orders", ["large-orders"], "large-orders-2"),
        ("£££", [], "flow"),
        ("x" * 90, [], "x" * 40),
    ],
)
def test_ids_are_readable_and_never_taken(words: str, taken: list[str], expected: str) -> None:
    assert free_id(words, taken) == expected


def test_a_step_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        with_step(Flow("f", "F", "schedule"), Step("gone", "post"))
