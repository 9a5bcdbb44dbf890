from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from integrations.models import Pair
from mapping.core.blueprint import blueprint_from_json
from mapping.models import DraftChange, MappingVersion
from mapping.services.editing import StaleDraftError, change, history, undo
from mapping.services.versions import create_draft
from tests.factories import PairFactory
from tests.mapping.blueprints import a_blueprint


@pytest.fixture
def pair(db: None) -> Pair:
    return PairFactory()


def a_rule(name: str) -> dict[str, Any]:
    return {"op": "put", "item": "rule", "id": name, "value": {"name": name}}


@pytest.mark.django_db(transaction=True)
def test_of_several_people_who_save_at_once_one_comes_first_and_the_others_are_told() -> None:
    draft = create_draft(PairFactory(), a_blueprint())

    def save(name: str) -> str:
        try:
            change(draft, 0, f"Rule {name}", [a_rule(name)])
        except StaleDraftError as stale:
            return f"{stale.revision} {stale.label}"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(4) as people:
        said = sorted(people.map(save, ["a", "b", "c", "d"]))
    step = DraftChange.objects.get(version=draft)
    assert said == [f"1 {step.label}"] * 3 + ["saved"]
    rules = blueprint_from_json(MappingVersion.objects.get(pk=draft.pk).blueprint).rules
    assert [f"Rule {rule.id}" for rule in rules] == ["Rule big", step.label]


def test_the_last_step_is_named_in_words(pair: Pair) -> None:
    draft = create_draft(pair, a_blueprint())
    change(draft, 0, "  Add a rule \n for large orders  ", [a_rule("a")])
    assert history(draft) == ("Add a rule for large orders", None)
    undo(draft, 1)
    assert history(draft) == (None, "Add a rule for large orders")
    draft.refresh_from_db()
    assert (draft.revision, draft.changed_label) == (2, "Undo: Add a rule for large orders")


def test_a_label_is_kept_within_what_a_page_can_show(pair: Pair) -> None:
    draft = create_draft(pair, a_blueprint())
    edited = change(draft, 0, "x" * 500, [a_rule("a")])
    assert edited.undo == "x" * 199 + "…"
    assert change(draft, 1, " ", [a_rule("b")]).undo == "Change"
