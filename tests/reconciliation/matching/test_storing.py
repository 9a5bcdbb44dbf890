"""The matching runs beside people at work: what they decide, and what comes in, while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integrations.models import Pair
from reconciliation.core.matching.matching import match as match_lines
from reconciliation.core.matching.outcome import Outcome, Reason
from reconciliation.matching.deciding import group, mark_not_ours
from reconciliation.matching.naming import in_words
from reconciliation.matching.storing import run_matching
from reconciliation.models import BankLine, Match
from tests.factories import PairFactory, UserFactory
from tests.reconciliation.review_scene import ReviewScene, review_scene

M = Match.State


@pytest.fixture
def desk(db: None) -> ReviewScene:
    return review_scene(PairFactory())


@pytest.fixture
def pair(desk: ReviewScene) -> Pair:
    return desk.pair


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[int]]:
    """Has something happen while the first matching runs; tells how many lines each run saw."""

    def arrange(happens: Callable[[], Any]) -> list[int]:
        seen: list[int] = []

        def slow(expected: Any, observed: Any, **known: Any) -> Outcome:
            found = match_lines(expected, observed, **known)
            if not seen:
                happens()
            seen.append(len(observed))
            return found

        monkeypatch.setattr("reconciliation.matching.storing.match_lines", slow)
        return seen

    return arrange


def named(desk: ReviewScene, minor: int, days: int = 0) -> tuple[int, BankLine]:
    """A settlement and the bank line that names it."""
    settlement = desk.settlement(minor, days=days)
    return settlement.pk, desk.line(minor, days=days, reference=f"2100001 {settlement.reference}")


def test_what_a_person_decides_meanwhile_is_left_out(pair: Pair, desk: ReviewScene, meanwhile: Any) -> None:
    (first, line), (second, other), (_, third) = (
        named(desk, 1_234),
        named(desk, 5_678, 1),
        named(desk, 9_999, 2),
    )

    def decide() -> None:
        group(pair, [first], [line.pk], UserFactory())
        mark_not_ours(pair, [other.pk], UserFactory())

    seen = meanwhile(decide)
    found = run_matching(pair)
    assert (seen, found.auto) == ([3], 1)
    standing = Match.objects.filter(state__in=[M.AUTO, M.CONFIRMED]).order_by("pk")
    assert [match.method for match in standing] == ["person", "key"]
    assert not Match.objects.filter(links__settlement=second).exists()
    assert BankLine.objects.get(pk=third.pk).state == BankLine.State.MATCHED


def test_what_comes_in_meanwhile_is_matched_before_anything_is_kept(
    pair: Pair, desk: ReviewScene, meanwhile: Any
) -> None:
    named(desk, 1_234)
    seen = meanwhile(lambda: named(desk, 5_678, 1))
    assert run_matching(pair).auto == 2
    assert seen == [1, 2]


def test_lines_nothing_is_suggested_for_say_why_in_words_people_use(pair: Pair, desk: ReviewScene) -> None:
    settlement = desk.settlement(50_000)
    line = desk.line(49_000, counterparty="SOMEBODY ELSE", reference="", description="")
    run_matching(pair)
    line.refresh_from_db()
    said = " ".join(each["words"] for each in line.remarks) + " ".join(
        each["words"] for match in Match.objects.all() for each in match.reasons
    )
    assert said and f"s{settlement.pk}" not in said


def test_ids_are_named_only_where_the_reason_is_about_lines() -> None:
    names = {"s1": "400001"}
    told = in_words(
        [Reason("ambiguous", "s1 could be it."), Reason("reference_same", "Both show “s1”.")], names
    )
    assert [each["words"] for each in told] == ["400001 could be it.", "Both show “s1”."]
