"""What became of a case, from what was told of it in any order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.disputes.core.states import BEFORE_OUTCOME, CLOSED, NEXT, WORDS, choices_after, verdict
from integrations.disputes.core.stories import Move, ToldState, story_of

DAY = date(2026, 9, 1)


def told(*states: str, amount: int = 5000) -> list[ToldState]:
    return [
        ToldState(state, DAY + timedelta(days=place), amount, place) for place, state in enumerate(states)
    ]


def moves(*states: str) -> list[tuple[str, int]]:
    signs = {"taken": -1, "given_back": 1}
    return [(move.name, signs[move.kind] * move.amount_minor) for move in story_of(told(*states)).moves]


@st.composite
def ways(draw: st.DrawFn) -> list[str]:
    """A possible way of a case, of up to eight steps."""
    way = ["received"]
    while len(way) < 8 and NEXT[way[-1]] and draw(st.booleans()):
        way.append(draw(st.sampled_from(sorted(NEXT[way[-1]]))))
    return way


def test_a_won_dispute_takes_the_money_and_gives_it_back() -> None:
    story = story_of(told("received", "represented", "won"))
    assert story.moves == (
        Move("received", "taken", 5000, DAY),
        Move("won", "given_back", 5000, DAY + timedelta(days=2)),
    )
    assert (story.state, story.taken_minor, story.lost_minor) == ("won", 0, 0)


@pytest.mark.parametrize("outcome", ["lost", "accepted", "expired"])
def test_a_lost_dispute_keeps_the_money(outcome: str) -> None:
    story = story_of(told("received", outcome))
    assert (story.taken_minor, story.lost_minor, story.is_closed) == (5000, 5000, True)


def test_an_outcome_told_alone_has_taken_and_given_back_in_between() -> None:
    story = story_of([ToldState("won", DAY + timedelta(days=9), 5000)], raised_on=DAY)
    assert [(move.name, move.happened_on.day) for move in story.moves] == [("received", 1), ("won", 10)]


def test_pre_arbitration_moves_nothing_and_a_loss_stays_booked_until_it_is_won() -> None:
    assert moves("received", "lost", "pre_arbitration") == [("received", -5000)]
    assert story_of(told("received", "lost", "pre_arbitration")).lost_minor == 5000
    assert story_of(told("received", "lost", "pre_arbitration", "won")).lost_minor == 0
    assert moves("received", "won", "pre_arbitration", "lost") == [
        ("received", -5000), ("won", 5000), ("lost", -5000),
    ]  # fmt: skip


def test_a_part_won_loses_the_rest() -> None:
    story = story_of([*told("received"), ToldState("won", DAY + timedelta(days=5), 3000, 1)])
    assert (story.taken_minor, story.lost_minor) == (2000, 2000)
    lost = story_of([*told("received"), ToldState("lost", DAY + timedelta(days=5), 3000, 1)])
    assert (lost.taken_minor, lost.lost_minor, lost.moves[-1].kind) == (3000, 3000, "given_back")


def test_an_amount_told_again_for_the_same_state_was_the_right_one() -> None:
    story = story_of([*told("received"), ToldState("", DAY, 4000, 1)])
    assert [move.amount_minor for move in story.moves] == [4000]


def test_a_fee_is_charged_once_however_often_it_is_told_and_given_back_only_when_told() -> None:
    lines = [
        ToldState(each.state, each.happened_on, 5000, each.order, 1500) for each in told("received", "won")
    ]
    assert [(move.name, move.amount_minor) for move in story_of(lines).moves if move.is_fee] == [
        ("fee", 1500)
    ]
    back = ToldState("", DAY + timedelta(days=3), order=9, returns_fee=True)
    late = ToldState("reversed", DAY + timedelta(days=4), 5000, 10, 1500)
    story = story_of([*lines, back, late])
    assert (story.fee_minor, [move.name for move in story.moves if move.is_fee]) == (
        0,
        ["fee", "fee_returned"],
    )


def test_more_fee_is_a_further_charge() -> None:
    lines = [*told("received"), ToldState("pre_arbitration", DAY + timedelta(days=3), 0, 1, 4000)]
    lines[0] = ToldState("received", DAY, 5000, 0, 1500)
    assert [move.amount_minor for move in story_of(lines).moves if move.is_fee] == [1500, 2500]


@pytest.mark.parametrize(
    ("before", "then"), [("accepted", "won"), ("reversed", "lost"), ("reversed", "pre_arbitration")]
)
def test_what_cannot_be_true_is_named(before: str, then: str) -> None:
    story = story_of(told("received", before, then))
    assert story.impossible is not None and story.impossible.state == then
    assert story.state == before


@pytest.mark.parametrize("late", BEFORE_OUTCOME)
def test_what_came_before_an_outcome_does_no_harm_when_it_is_told_after_it(late: str) -> None:
    assert story_of(told("received", "won", late)) == story_of(told("received", "won"))


def test_a_dispute_without_an_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="amount"):
        story_of(told("received", amount=0))


@given(ways(), st.randoms(use_true_random=False))
def test_in_whatever_order_and_however_often_a_way_is_told_the_story_is_the_same(way, random) -> None:  # type: ignore[no-untyped-def]
    lines = told(*way)
    mixed = [*lines, *random.choices(lines, k=3)]
    random.shuffle(mixed)
    assert story_of(mixed) == story_of(lines)


@given(ways(), st.data())
def test_any_part_of_a_possible_way_is_possible_and_ends_alike(way: list[str], data: st.DataObject) -> None:
    lines = told(*way)
    kept = [line for line in lines[:-1] if data.draw(st.booleans())] + lines[-1:]
    story, whole = story_of(kept, DAY), story_of(lines)
    assert story.impossible is None
    if whole.is_closed:
        assert (story.state, story.taken_minor, story.lost_minor) == (
            whole.state, whole.taken_minor, whole.lost_minor,
        )  # fmt: skip


@given(ways())
def test_what_was_taken_less_what_was_given_back_is_what_the_acquirer_has(way: list[str]) -> None:
    story = story_of(told(*way))
    assert -sum(amount for _, amount in moves(*way)) == story.taken_minor
    assert 0 <= story.lost_minor <= story.taken_minor <= story.amount_minor
    if story.state in CLOSED:
        assert story.lost_minor == story.taken_minor


def test_every_state_has_words_and_a_place_in_the_way() -> None:
    assert set(NEXT) == set(WORDS)
    assert verdict("won", "won") == "repeats"
    assert choices_after("accepted") == ("reversed",)
