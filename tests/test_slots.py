"""Several test runs at a time keep out of each other's databases."""

from __future__ import annotations

from pathlib import Path

from tests.slots import Slot


def test_runs_at_the_same_time_get_different_numbers(tmp_path: Path) -> None:
    first, second = Slot(tmp_path), Slot(tmp_path)

    assert (first.number, second.number) == (0, 1)


def test_a_number_that_was_given_back_is_used_again(tmp_path: Path) -> None:
    Slot(tmp_path).release()

    assert Slot(tmp_path).number == 0
