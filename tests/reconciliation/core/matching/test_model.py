"""The shipped model: read without trust, and as good as the documentation says."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest

from reconciliation.core.matching.matching import match
from reconciliation.core.matching.model import FILE, ModelError, from_json, shipped, to_json
from reconciliation.learning.evaluation import Tally, count
from reconciliation.learning.settings_of_worlds import judged_world


@pytest.fixture
def content() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(FILE.read_bytes())
    return value


def test_the_model_reads_as_it_was_written(content: dict[str, Any]) -> None:
    assert to_json(from_json(content), trained_with=content["trained_with"]) == content


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("format",), 99, "format"),
        (("alone", "features"), ["money"], "other features"),
        (("alone", "left", 0), 0, "do not end"),
        (("together", "value", 0), "NaN", "not finite"),
        (("curve", "value", 0), 2.0, "does not rise"),
        (("rates", "key"), 1.5, "between 0 and 1"),
    ],
)
def test_a_damaged_model_is_refused(
    content: dict[str, Any], path: tuple[Any, ...], value: object, why: str
) -> None:
    damaged = copy.deepcopy(content)
    part = damaged
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(ModelError, match=why):
        from_json(damaged)


def test_rows_that_are_alike_score_alike_in_any_order() -> None:
    forest = shipped().alone
    table = np.array(
        [[0] * len(forest.levels), [1] * len(forest.levels), [0] * len(forest.levels)], dtype=np.int64
    )
    scores = forest(table)
    assert scores[0] == scores[2] != scores[1]


@pytest.mark.parametrize("name", ["as it comes", "twins", "sums", "few prices"])
def test_it_confirms_nothing_wrong_in_worlds_unlike_those_it_learned_from(name: str) -> None:
    world = judged_world(name, seed=17, lines=700)
    tally = Tally()
    count(world, match(world.expected, world.observed), tally)
    report = tally.report()
    assert report["auto_wrong"] == report["ambiguous_auto"] == 0
    assert report["by_class"]["twin"]["auto"] == 0
    assert report["coverage_where_references_survive"] >= 0.98
