"""Suggestions and what people say to them, over JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from integrations.models import Role
from mapping.models import SuggestionFeedback
from tests.mapping.views.api.conftest import Studio, told

DOCUMENT = {"format": 1, "kind": "contact", "source": "", "target": "xero:Contact", "rows": []}
SAMPLE = {"text": json.dumps({"buyer": {"e_mail": "ada@example.com", "town": "Leeds", "surname": "Moss"}})}


def offered(studio: Studio) -> dict[str, Any]:
    response = studio.post("suggestions", {"mapping": "contact", "document": DOCUMENT, "sample": SAMPLE})
    return {each["target"]: each for each in told(response)["suggestions"]}


def test_a_pasted_sample_is_suggested_from(studio: Studio) -> None:
    email = offered(studio)["EmailAddress"]
    assert (email["source"], email["band"], email["by_click_only"]) == ("buyer.e_mail", "accept", False)
    assert email["transforms"] == [{"name": "email"}]
    assert email["reasons"]


def test_the_shipped_mapping_leaves_its_own_rows_alone(studio: Studio) -> None:
    found = told(studio.post("suggestions", {"mapping": "contact"}))["suggestions"]
    assert not {"Name", "EmailAddress", "FirstName"} & {each["target"] for each in found}


def test_a_rejection_is_remembered(studio: Studio) -> None:
    link = {"target": "EmailAddress", "source": "buyer.e_mail"}
    answers = {"mapping": "contact", "accepted": [], "rejected": [link]}
    assert told(studio.post("suggestions-feedback", answers)) == {"remembered": 1}
    kept = SuggestionFeedback.objects.get()
    assert (kept.pair, kept.is_accepted, kept.by is not None) == (studio.pair, False, True)
    assert "EmailAddress" not in offered(studio)


@pytest.mark.parametrize(
    "accepted",
    [
        "text",
        [7],
        [{"target": "Name"}],
        [{"target": "", "source": "x"}],
        [{"target": "x" * 121, "source": "x"}],
    ],
)
def test_answers_that_make_no_sense_are_refused(studio: Studio, accepted: Any) -> None:
    assert (
        studio.post("suggestions-feedback", {"mapping": "contact", "accepted": accepted}).status_code == 400
    )
    assert not SuggestionFeedback.objects.exists()


def test_a_sample_that_is_gone_is_not_found(studio: Studio) -> None:
    response = studio.post("suggestions", {"mapping": "contact", "sample": {"id": "order:999"}})
    assert response.status_code == 404


def test_a_viewer_sees_suggestions_but_does_not_teach(studio_of: Callable[[Role], Studio]) -> None:
    viewer = studio_of(Role.VIEWER)
    assert viewer.post("suggestions", {"mapping": "contact"}).status_code == 200
    assert viewer.post("suggestions-feedback", {"mapping": "contact", "accepted": []}).status_code == 403
