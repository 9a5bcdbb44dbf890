"""The address of conditions: texts and trees, both ways, judged on a sample."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.models import Role
from tests.factories import OrderFactory
from tests.mapping.builders import an_order
from tests.mapping.views.api.conftest import Studio, told

SAMPLE = {"text": json.dumps(an_order())}


def ask(studio: Studio, **question: Any) -> Any:
    return told(studio.post("conditions", {"mapping": "invoice", **question}))


def test_a_text_comes_back_as_a_tree_with_the_operators_for_each_kind(studio: Studio) -> None:
    answer = ask(studio, text='total > 30 and currency == "GBP"')
    assert answer["tree"] == {
        "all": [
            {"field": "total", "operator": "more", "value": "30", "type": "number"},
            {"field": "currency", "operator": "is", "value": "GBP", "type": "text"},
        ]
    }
    assert (answer["error"], answer["holds"], answer["fields"]) == (None, None, ["total", "currency"])
    assert {"name": "more", "label": "is after", "values": 1} in answer["operators"]["date"]


def test_a_tree_comes_back_as_text(studio: Studio) -> None:
    tree = {"any": [{"field": "total", "operator": "at_least", "value": "1,000", "type": "number"}, {"field": "note", "operator": "missing"}]}  # fmt: skip
    assert ask(studio, tree=tree)["text"] == "total >= 1000 or note == null"


def test_an_unfinished_tree_is_told_at_its_part_and_is_no_failure(studio: Studio) -> None:
    answer = ask(studio, tree={"all": [{"field": "total", "operator": "more", "value": ""}]})
    assert answer["problems"] == [{"at": "0", "message": "Give a value."}]


def test_a_text_that_does_not_parse_says_why(studio: Studio) -> None:
    answer = ask(studio, text="total >")
    assert answer["tree"] is None
    assert "cannot be read" in answer["error"]


def test_the_sample_is_judged_part_by_part(studio: Studio) -> None:
    answer = ask(studio, text='total > 30 and currency == "EUR"', sample=SAMPLE)
    assert answer["holds"] is False
    assert [(part["holds"], part["found"]) for part in answer["verdict"]["members"]] == [
        (True, "38.34"),
        (False, "GBP"),
    ]


def test_inside_a_for_each_the_elements_are_counted(studio: Studio) -> None:
    answer = ask(studio, text='work:lines[].kind == "goods"', each="work:lines", sample=SAMPLE)
    assert answer["elements"] == {"met": 2, "of": 3}
    assert answer["verdict"]["members"][0]["found"] == "delivery"


def test_working_values_are_those_of_the_mapping(studio: Studio) -> None:
    answer = ask(studio, text='work:number == "HF-10042"', sample=SAMPLE)
    assert answer["holds"] is True


def test_rules_are_judged_on_the_newest_record_they_are_about(studio: Studio) -> None:
    OrderFactory(pair=studio.pair, document=an_order(total="7.50"))
    answer = ask(studio, record="newest", text="total > 30")
    assert answer["holds"] is False
    assert answer["verdict"]["members"][0]["found"] == "7.50"
    assert ask(studio, record="newest", text='card_type == "AMEX"')["holds"] is None


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ({"mapping": "no_such", "text": ""}, 404),
        ({"mapping": "invoice", "text": "total > 1", "sample": {"id": "order:99999"}}, 404),
        ({"mapping": "invoice", "text": "total > 1", "sample": {"text": "{"}}, 422),
        ({"mapping": "invoice", "text": 7}, 400),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    studio: Studio, question: dict[str, Any], status: int
) -> None:
    response = studio.post("conditions", question)
    assert response.status_code == status
    assert told(response)["error"]["message"]


def test_a_viewer_may_ask(studio_of: Any) -> None:
    assert studio_of(Role.VIEWER).post("conditions", {"mapping": "invoice", "text": ""}).status_code == 200
