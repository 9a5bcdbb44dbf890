"""What holds for all lines: order does not matter, each stands in one place, no money appears or vanishes."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.core.matching.assignment import assign
from reconciliation.core.matching.lines import Line
from reconciliation.core.matching.matching import match
from reconciliation.core.matching.outcome import Outcome
from reconciliation.core.matching.subsets import subsets

import numpy as np  # isort: skip

_AMOUNTS = st.sampled_from([1000, 1500, 2500, 2500, 4000, -1000, 999, 12345])
_TEXTS = st.sampled_from(
    ["", "INV-10001", "INV-10002", "JANE SMITH", "BGC J SMITH INV-1000", "BATCH 88123", "TESCO"]
)


@st.composite
def sides(draw: st.DrawFn, prefix: str) -> list[Line]:
    count = draw(st.integers(0, 7))
    return [
        Line(
            f"{prefix}{at}", date(2026, 3, 2) + timedelta(days=draw(st.integers(0, 12))), draw(_AMOUNTS),
            draw(st.sampled_from(["GBP", "GBP", "EUR"])), draw(_TEXTS), draw(_TEXTS), draw(_TEXTS),
        )
        for at in range(count)
    ]  # fmt: skip


def _ids(outcome: Outcome, side: str) -> list[str]:
    matched = [name for each in outcome.matches for name in (each.expected if side == "e" else each.observed)]
    left = outcome.open_expected if side == "e" else outcome.open_observed
    return sorted([*matched, *(each.id for each in left)])


@given(sides("e"), sides("o"), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_each_line_stands_in_one_place_whatever_the_order(
    expected: list[Line], observed: list[Line], luck: object
) -> None:
    outcome = match(expected, observed)
    assert _ids(outcome, "e") == sorted(each.id for each in expected)
    assert _ids(outcome, "o") == sorted(each.id for each in observed)
    luck.shuffle(expected)  # type: ignore[attr-defined] # hypothesis gives a Random and says object
    luck.shuffle(observed)  # type: ignore[attr-defined] # as above
    assert match(expected, observed) == outcome


@given(sides("e"), sides("o"))
@settings(max_examples=60, deadline=None)
def test_what_is_confirmed_is_exact_and_sums_say_the_difference(
    expected: list[Line], observed: list[Line]
) -> None:
    minor = {each.id: each.minor for each in (*expected, *observed)}
    for each in match(expected, observed).matches:
        gap = sum(minor[name] for name in each.observed) - sum(minor[name] for name in each.expected)
        assert each.difference == gap or any(reason.code == "signs_reversed" for reason in each.reasons)
        assert each.decision == "review" or each.difference == 0
        assert 0 <= each.probability <= 1
        assert each.reasons


@given(sides("e"), sides("o"), st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_twins_are_never_confirmed_in_any_company(
    expected: list[Line], observed: list[Line], count: int
) -> None:
    twins = [Line(f"te{at}", date(2026, 3, 4), 77777, "GBP", "", "Payment", "Jo Doe") for at in range(count)]
    theirs = [Line(f"to{at}", date(2026, 3, 6), 77777, "GBP", "", "PAYMENT JO DOE") for at in range(count)]
    for each in match([*expected, *twins], [*observed, *theirs]).matches:
        if any(name.startswith("t") for name in (*each.expected, *each.observed)):
            assert each.decision == "review"


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 50)),
        max_size=14,
        unique_by=lambda t: t[:2],
    )
)
@settings(deadline=None)
def test_the_assignment_is_one_to_one_and_no_worse_than_any_greedy_one(
    pairs: list[tuple[int, int, int]],
) -> None:
    e, o, worth = (np.array([each[at] for each in pairs], dtype=np.int64) for at in range(3))
    chosen = assign(e, o, worth.astype(np.float64))
    assert len(set(e[chosen])) == len(set(o[chosen])) == chosen.sum()
    taken: list[tuple[int, int, int]] = []
    for pair in sorted(pairs, key=lambda each: -each[2]):
        if all(pair[0] != other[0] and pair[1] != other[1] for other in taken):
            taken.append(pair)
    assert worth[chosen].sum() >= sum(pair[2] for pair in taken)


@given(st.lists(st.integers(-500, 500), max_size=10), st.integers(-800, 800))
def test_all_choices_that_make_a_sum_are_found_and_no_other(amounts: list[int], total: int) -> None:
    found = subsets(np.array(amounts, dtype=np.int64), total)
    assert all(sum(amounts[at] for at in choice) == total for choice in found)
    assert len({tuple(choice) for choice in found}) == len(found)
    if amounts and total == sum(amounts):
        assert list(range(len(amounts))) in found
