"""Several test runs at a time keep out of each other's databases."""

from __future__ import annotations

from pathlib import Path

from tests.slots import Slot


def test_runs_at_the_same_time_get_different_numbers(tmp_path: Path) -> None:
    runs = [Slot(tmp_path), Slot(tmp_path)]

    assert [run.number for run in runs] == [0, 1]
    for run in runs:
        run.release()


def test_a_number_that_was_given_back_is_used_again(tmp_path: Path) -> None:
    for _ in range(2):
        run = Slot(tmp_path)
        assert run.number == 0
        run.release()
