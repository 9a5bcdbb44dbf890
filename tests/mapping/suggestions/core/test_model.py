"""A model file is only used when it is whole and belongs to the facts and features at hand."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from mapping.suggestions.core import data
from mapping.suggestions.core.model import FILE, ModelError, facts_hash, from_json, shipped, to_json


@pytest.fixture
def content() -> dict[str, Any]:
    value: dict[str, Any] = copy.deepcopy(data.read(FILE))
    return value


def test_the_shipped_model_belongs_to_the_shipped_facts(content: dict[str, Any]) -> None:
    assert content["facts"] == facts_hash()
    assert content["trained_with"].startswith("scikit-learn ")


def test_writing_what_was_read_gives_the_file_byte_for_byte(content: dict[str, Any]) -> None:
    again = to_json(shipped(), trained_with=content["trained_with"])
    assert json.dumps(again, indent=1, ensure_ascii=False) + "\n" == (data.FOLDER / FILE).read_text()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda model: model.update(format=99), "format"),
        (lambda model: model.update(facts="0" * 64), "other facts"),
        (lambda model: model.pop("alone"), "missing"),
        (lambda model: model["alone"]["weights"].update(new_feature=1), "other features"),
        (lambda model: model["given"].update(slope=float("nan")), "finite"),
        (lambda model: model.update(words=[]), "missing"),
    ],
)
def test_a_spoilt_model_is_refused_in_words(content: dict[str, Any], spoil: Any, why: str) -> None:
    spoil(content)
    with pytest.raises(ModelError, match=why):
        from_json(content, facts=facts_hash())


def test_what_is_no_model_at_all_is_refused() -> None:
    with pytest.raises(ModelError, match="format"):
        from_json([1, 2], facts=facts_hash())
