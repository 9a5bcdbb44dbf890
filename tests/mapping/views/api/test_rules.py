"""Rules tried on the last records, and pasted cells, over JSON."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tests.factories import OrderFactory
from tests.mapping.builders import an_order
from tests.mapping.views.api.conftest import Studio, told


def a_rule(rule_id: str, when: str, **settings: Any) -> dict[str, Any]:
    effects = [{"kind": "hold", "target": "", "value": None, "reason": ""}]
    return {"id": rule_id, "name": rule_id, "when": when, "effects": effects, **settings}


def trial(studio: Studio, *rules: dict[str, Any]) -> Any:
    return told(studio.post("rules-try", {"rules": list(rules)}))["rules"]


def test_a_rule_says_to_which_of_the_last_orders_it_would_have_applied(studio: Studio) -> None:
    small = OrderFactory(pair=studio.pair, number="A-1", document=an_order(total="10.00"))
    large = OrderFactory(pair=studio.pair, number="A-2", document=an_order(total="900.00"))
    OrderFactory(number="B-1", document=an_order(total="900.00"))
    found = trial(studio, a_rule("large", "total > 500"))["large"]
    assert (found["met"], found["of"], found["noun"]) == (1, 2, "orders")
    assert [record["title"] for record in found["records"]] == [large.number]
    assert found["records"][0]["href"] == reverse("orders-page", args=[studio.pair.slug, large.pk])
    assert small.number not in str(found)


def test_a_rule_is_said_in_words(studio: Studio) -> None:
    rules = a_rule("large", "total > 500"), a_rule("odd", "total >"), a_rule("all", "")
    words = {rule_id: found["words"] for rule_id, found in trial(studio, *rules).items()}
    assert words == {"large": "Total the customer pays is more than 500", "odd": "total >", "all": ""}


def test_rules_that_are_no_rules_are_refused_with_their_faults(studio: Studio) -> None:
    response = studio.post("rules-try", {"rules": [{"id": "a", "effects": [{"kind": "explode"}]}]})
    assert response.status_code == 422
    assert "explode" in str(told(response)["error"])


def test_pasted_cells_are_read_and_nothing_is_saved(studio: Studio) -> None:
    url = reverse("mapping-api-tables-paste", args=[studio.pair.slug, studio.number, "accounts"])
    response = studio.client.post(
        url, {"text": "category\taccount\nfood\t201\nfood\t202"}, content_type="application/json"
    )
    answer = told(response)
    assert (answer["columns"], len(answer["rows"])) == (["category", "account"], 2)
    assert "again" in answer["problems"][0]["message"]
    assert told(studio.get("state"))["blueprint"]["tables"] == {}
