"""What is signed at the end of a month, what is asked before, and what is seen afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.month_end.core.accrual import Sales, accrued
from reconciliation.month_end.core.checklist import Amount, Point, point_from_json, same_points, with_notes
from reconciliation.month_end.core.packs import Figure, canonical, changed, proof_hash
from reconciliation.settlements.core.rate_card import Fixed, Rate, RateCard

FIGURES = st.dictionaries(
    st.sampled_from(["captured", "refunded", "settled"]), st.tuples(st.integers(), st.integers(0)), min_size=1
)


def rows(figures: dict[str, tuple[int, int]]) -> list[dict[str, Any]]:
    return [Figure(name, "GBP", *values).as_json() for name, values in figures.items()]


@given(FIGURES, st.integers(1))
def test_the_hash_knows_every_figure_and_no_order_of_keys(
    figures: dict[str, tuple[int, int]], by: int
) -> None:
    document = {"figures": rows(figures), "zone": "Europe/London"}
    assert proof_hash(document) == proof_hash(dict(reversed(document.items())))
    name = next(iter(figures))
    other = {**figures, name: (figures[name][0] + by, figures[name][1])}
    assert proof_hash({**document, "figures": rows(other)}) != proof_hash(document)
    [found] = changed(rows(figures), rows(other))
    assert (found.name, found.minor) == (name, by)
    assert changed(rows(figures), rows(figures)) == []


def test_a_float_is_never_signed() -> None:
    with pytest.raises(TypeError, match="never a float"):
        canonical({"figures": [{"minor": 1.5}]})
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()


def test_a_figure_that_came_or_went_has_changed_from_or_to_nothing() -> None:
    [gone] = changed(rows({"captured": (5, 1)}), [])
    assert (gone.now_minor, gone.minor) == (0, -5)


def test_only_points_that_are_not_clear_take_a_note() -> None:
    clear = Point("moving", "On their way", "None.", is_clear=True)
    figure = Point("disputes", "Open disputes", "One", is_clear=False, is_note=True)
    open_one = Point("held", "Held", "Two", is_clear=False, amounts=(Amount(500, "GBP"),))
    assert with_notes([clear, figure, open_one], {"moving": "x", "disputes": "x"}).lacking == ("Held",)
    noted = with_notes([clear, figure, open_one], {"held": " Known. "})
    assert noted.lacking == () and [point.note for point in noted.points] == ["", "", "Known."]
    kept = [point.as_json() for point in noted.points]
    assert tuple(map(point_from_json, kept)) == noted.points
    assert same_points(kept, [clear, figure, open_one])
    assert not same_points(kept, [clear, figure])


def test_what_is_not_billed_yet_is_reckoned_by_the_contract() -> None:
    card = RateCard(
        (Rate("Visa", Decimal("0.5"), Decimal("1.5"), ("VISA",)), Rate("Other", Decimal(2), Decimal(0))),
        (Fixed("PCI", 450),),
    )
    assert accrued(card, [Sales("visa", 10_000, 3), Sales("AMEX", 1_000, 1)]) == 50 + 5 + 20 + 450
    assert accrued(card, []) == 0
    assert accrued(RateCard(), [Sales("VISA", 10_000, 3)]) == 0
