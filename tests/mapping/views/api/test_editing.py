from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.models import Role
from mapping.core.blueprint import blueprint_from_json
from mapping.core.defaults import KINDS
from mapping.models import DraftChange, MappingVersion
from mapping.selectors import published_blueprint
from mapping.services.versions import publish, submit
from tests.factories import MembershipFactory, PairFactory, UserFactory
from tests.mapping.views.api.conftest import Studio, told

pytestmark = pytest.mark.django_db
StudioOf = Callable[[Role], Studio]


def a_row(name: str = "phone", target: str = "Phones[0].PhoneNumber", **parts: Any) -> dict[str, Any]:
    row = {"target": target, "sources": ["customer.phone"], **parts}
    return {"op": "put", "item": "row", "mapping": "contact", "id": name, "value": row}


def change(studio: Studio, revision: int, *changes: dict[str, Any], label: str = "Change") -> Any:
    return told(studio.post("changes", {"revision": revision, "label": label, "changes": list(changes)}))


def rows_of(draft: MappingVersion) -> list[str]:
    draft.refresh_from_db()
    return [row.id for row in blueprint_from_json(draft.blueprint).mappings["contact"].rows]


def test_the_state_holds_all_the_editor_shows(studio: Studio) -> None:
    state = told(studio.get("state", mapping="invoice"))
    version = {
        key: state["version"][key] for key in ("number", "state", "revision", "editable", "published_number")
    }
    assert version == {
        "number": 1,
        "state": "draft",
        "revision": 0,
        "editable": True,
        "published_number": None,
    }
    assert set(state["blueprint"]["mappings"]) == set(KINDS)
    assert all(row["id"] for row in state["blueprint"]["mappings"]["invoice"]["rows"])
    assert (state["source"]["name"], state["target"]["name"]) == ("shop:order", "xero:Invoice")
    total = next(field for field in state["source"]["fields"] if field["path"] == "total")
    assert (total["type"], total["required"], total["example"]) == ("decimal", True, "38.34")
    assert "context" in state["context"]["name"]
    truncate = next(each for each in state["transforms"] if each["name"] == "truncate")
    assert truncate["parameters"][0]["name"] == "length"
    assert truncate["parameters"][0]["required"] is True
    assert [problem for problem in state["problems"] if problem["severity"] == "error"] == []
    assert (state["undo"], state["redo"]) == (None, None)
    assert state["published"]["target"] == "xero:Invoice"


def test_changes_are_kept_and_counted(studio: Studio, draft: MappingVersion) -> None:
    before = rows_of(draft)
    said = change(studio, 0, a_row(), label="Link phone")
    assert (said["revision"], said["undo"], said["redo"]) == (1, "Link phone", None)
    assert rows_of(draft) == [*before, "phone"]
    step = DraftChange.objects.get(version=draft)
    assert (step.label, step.by, step.sequence) == ("Link phone", draft.changed_by, 1)


def test_problems_are_those_of_the_mapping_that_was_changed(studio: Studio) -> None:
    said = change(studio, 0, a_row("bad", "Nmae"))
    (error,) = [problem for problem in said["problems"] if problem["severity"] == "error"]
    assert (error["row"], error["target"], error["item"], error["id"]) == (
        "bad",
        "Nmae",
        "mapping",
        "contact",
    )
    again = studio.post("changes", {"revision": 1, "label": "x", "mapping": "invoice", "changes": []})
    assert [problem for problem in told(again)["problems"] if problem["severity"] == "error"] == []


def test_undo_and_redo_go_back_and_forth_without_limit(studio: Studio, draft: MappingVersion) -> None:
    first = draft.blueprint
    for number in range(5):
        change(studio, number, a_row(f"row{number}", f"work:row{number}"), label=f"Step {number}")
    draft.refresh_from_db()
    last = draft.blueprint
    for number in range(5):
        said = told(studio.post("undo", {"revision": 5 + number}))
        assert said["changes"] == [
            {"op": "drop", "item": "row", "mapping": "contact", "id": f"row{4 - number}"}
        ]
    assert (said["undo"], said["redo"]) == (None, "Step 0")
    draft.refresh_from_db()
    assert draft.blueprint == first
    for number in range(5):
        said = told(studio.post("redo", {"revision": 10 + number}))
    assert (said["revision"], said["undo"], said["redo"]) == (15, "Step 4", None)
    draft.refresh_from_db()
    assert draft.blueprint == last


def test_a_new_change_after_undo_drops_what_was_undone_and_nothing_else(
    studio: Studio, draft: MappingVersion
) -> None:
    for number in range(3):
        change(studio, number, a_row(f"row{number}", f"work:row{number}"), label=f"Step {number}")
    studio.post("undo", {"revision": 3})
    studio.post("undo", {"revision": 4})
    said = change(studio, 5, a_row("other", "work:other"), label="Other")
    assert (said["undo"], said["redo"]) == ("Other", None)
    assert list(DraftChange.objects.values_list("label", flat=True)) == ["Step 0", "Other"]
    refused = studio.post("redo", {"revision": 6})
    assert (refused.status_code, told(refused)["error"]["message"]) == (409, "There is nothing to do again.")
    assert rows_of(draft)[-2:] == ["row0", "other"]


def test_whoever_comes_late_learns_who_changed_what(
    studio: Studio, studio_of: StudioOf, draft: MappingVersion
) -> None:
    change(studio, 0, a_row(), label="Link phone")
    late = studio_of(Role.ADMINISTRATOR)
    for name, data in (("changes", {"label": "x", "changes": [a_row("mine")]}), ("undo", {}), ("redo", {})):
        response = late.post(name, {"revision": 0, **data})
        said = told(response)
        assert response.status_code == 409
        assert (said["revision"], said["by"], said["label"]) == (1, "ada@example.com", "Link phone")
        assert said["at"] == MappingVersion.objects.get(pk=draft.pk).changed_at.isoformat()  # type: ignore[union-attr]  # it was changed
        assert "ada@example.com has changed this draft meanwhile (Link phone)" in said["error"]["message"]
    assert "mine" not in rows_of(draft)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([a_row(), {"op": "drop", "item": "row", "mapping": "contact", "id": "ghost"}], "no row “ghost”"),
        (
            [{"op": "put", "item": "row", "mapping": "ghost", "id": "a", "value": {"target": "Name"}}],
            "no mapping “ghost”",
        ),
        (["text"], "should be a JSON object"),
        ([a_row("", "")], "has no “target”"),
    ],
)
def test_a_malformed_change_is_refused_whole_and_the_draft_is_kept(
    changes: list[Any], said: str, studio: Studio, draft: MappingVersion
) -> None:
    before = draft.blueprint
    response = studio.post("changes", {"revision": 0, "label": "x", "changes": changes})
    assert response.status_code == 422
    assert said in told(response)["error"]["problems"][0]["message"]
    draft.refresh_from_db()
    assert (draft.blueprint, draft.revision) == (before, 0)
    assert not DraftChange.objects.exists()


def test_a_change_that_makes_no_sense_is_kept_and_complained_about(
    studio: Studio, draft: MappingVersion
) -> None:
    change(studio, 0, a_row("a", "Name", transforms=[{"name": "no_such"}], when="total >"))
    assert "a" in rows_of(draft)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "This is not JSON"),
        (b"[]", 400, "should be a JSON object"),
        (b" ", 400, "This is empty"),
        (b"\xff", 400, "not text in UTF-8"),
        (b'{"revision": NaN}', 400, "NaN is no number"),
        (b'{"revision": 1e0, "label": "x", "changes": []}', 400, "“revision” should be a whole number"),
        (b'{"revision": 0, "label": 3, "changes": []}', 400, "“label” should be text"),
        (b'{"revision": 0, "label": "x", "changes": {}}', 400, "“changes” should be a list"),
        (b'{"revision": 0, "label": "a\\u0000b", "changes": []}', 400, "cannot be kept"),
        (b'{"revision": 0, "label": "\\ud800", "changes": []}', 400, "cannot be kept"),
        (b"[" * 200_000, 400, "nested too deeply"),
        (b'{"revision": ' + b"9" * 5000 + b"}", 400, "too long"),
        (b" " * (6 * 1024 * 1024 + 1), 413, "6 MB are the most"),
    ],
)
def test_bodies_that_cannot_be_read_say_why(body: bytes, status: int, said: str, studio: Studio) -> None:
    response = studio.post("changes", body)
    assert (response.status_code, said in told(response)["error"]["message"]) == (status, True)


def test_only_json_is_taken(studio: Studio) -> None:
    response = studio.client.post(studio.url("changes"), {"revision": 0})
    assert (response.status_code, "should be JSON" in told(response)["error"]["message"]) == (400, True)


def test_only_drafts_change(studio: Studio, draft: MappingVersion) -> None:
    submit(draft)
    response = studio.post("changes", {"revision": 0, "label": "x", "changes": [a_row()]})
    assert (response.status_code, "is in review" in told(response)["error"]["message"]) == (409, True)
    publish(draft)
    response = studio.post("changes", {"revision": 0, "label": "x", "changes": [a_row()]})
    assert (response.status_code, "is published" in told(response)["error"]["message"]) == (409, True)
    state = told(studio.get("state", mapping="contact"))
    assert (state["version"]["editable"], state["version"]["published_number"]) == (False, 1)


def test_everybody_reads_and_only_administrators_write(studio_of: StudioOf) -> None:
    for role in (Role.VIEWER, Role.OPERATOR):
        studio = studio_of(role)
        state = studio.get("state", mapping="contact")
        assert (state.status_code, told(state)["version"]["editable"]) == (200, False)
        refused = studio.post("changes", {"revision": 0, "label": "x", "changes": []})
        assert (refused.status_code, told(refused)["error"]["message"]) == (
            403,
            "This takes the role of administrator.",
        )


def test_strangers_and_other_pairs_get_json_and_nothing_else(studio: Studio) -> None:
    refused = Client().get(studio.url("state"))
    assert (refused.status_code, "signed out" in told(refused)["error"]["message"]) == (403, True)
    outsider = UserFactory()
    MembershipFactory(user=outsider, pair=PairFactory(), role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(outsider)
    assert client.get(studio.url("state")).status_code == 404
    assert told(studio.client.put(studio.url("state")))["error"]["message"] == "This address takes GET."


def test_what_is_not_there_is_said_in_words(studio: Studio) -> None:
    response = studio.get("state", mapping="ghost")
    assert (response.status_code, told(response)["error"]["message"]) == (
        404,
        "Version 1 has no mapping “ghost”.",
    )
    studio.number = 99
    assert told(studio.get("state"))["error"]["message"] == "There is no version 99."


def test_a_draft_edited_and_published_is_what_the_pair_goes_by(studio: Studio, draft: MappingVersion) -> None:
    change(studio, 0, a_row("own", "AccountNumber", sources=["customer.id"]))
    draft.refresh_from_db()
    publish(draft)
    assert draft.pair_id is not None
    assert published_blueprint(draft.pair_id).mappings["contact"].row("own").target == "AccountNumber"
