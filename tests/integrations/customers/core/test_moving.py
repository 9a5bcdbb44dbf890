"""Merges, splits and undoing, in any order: everything is with exactly one customer, and undoing brings back what was."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.customers.core.moving import MoveRefusedError, Thing, World, merge, split, undo

_CUSTOMERS = 4
_THINGS = [Thing(kind, number) for number in range(12) for kind in ("order", "card", "identity")]
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "split", "undo"]),
        st.integers(0, _CUSTOMERS),
        st.integers(0, _CUSTOMERS),
        st.sets(st.sampled_from(_THINGS), max_size=6),
    ),
    max_size=14,
)


def world() -> World:
    return World({thing: thing.id % _CUSTOMERS for thing in _THINGS})


@settings(max_examples=100)
@given(_STEPS)
def test_no_sequence_loses_anything_and_undoing_all_of_it_brings_back_the_beginning(
    steps: list[tuple[str, int, int, set[Thing]]],
) -> None:
    start = now = world()
    for number, (kind, one, other, things) in enumerate(steps):
        try:
            if kind == "merge":
                now = merge(now, number, one, other)
            elif kind == "split":
                now = split(now, number, one, other, things & now.held_by(one))
            elif now.acts:
                now = undo(now, now.acts[one % len(now.acts)].number)
        except MoveRefusedError:
            continue
        assert now.holders.keys() == start.holders.keys()
        # What was merged away holds nothing: a new order under any of its identities finds the survivor.
        assert not [thing for thing, holder in now.holders.items() if holder in now.forwards]
    for act in reversed(now.acts):
        now = undo(now, act.number)
    assert now.holders == start.holders
    assert now.acts == ()


def test_an_act_is_undone_only_after_those_that_built_on_it() -> None:
    now = merge(merge(world(), 1, 0, 1), 2, 2, 0)
    try:
        undo(now, 1)
    except MoveRefusedError as refusal:
        assert "undo the later act first" in str(refusal)
    else:
        raise AssertionError("the earlier merge was undone under the later one")
    assert undo(undo(now, 2), 1).holders == world().holders


def test_what_came_for_the_merged_customer_since_goes_back_with_it() -> None:
    now = merge(world(), 1, 0, 1)
    late = Thing("order", 99)
    now = World({**now.holders, late: 0}, now.forwards, now.acts)
    assert undo(now, 1, [late]).holders[late] == 1
