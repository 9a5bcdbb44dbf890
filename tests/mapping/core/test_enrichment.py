from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from mapping.core.compiler import check_document, compile_mapping
from mapping.core.enrichment import Enriched, Sources, enrich, enriched_fields
from mapping.core.problems import Problem
from mapping.core.reading import from_json
from mapping.core.schemas.context import context_schema
from mapping.core.tables import Table
from tests.mapping.builders import a_context, an_order

GOODS = Table("goods", "Goods", ("sku", "account", "tax"), (("TEA", "202", "ZERORATEDOUTPUT"),))
CODES = Table("codes", "Codes", ("category", "account"), (("food", "202"),))


def customer(number: str, email: str) -> dict[str, Any] | None:
    return {"name": "Ada Moss"} if number == "C-77" or email == "ada@example.com" else None


def account(code: str) -> dict[str, Any] | None:
    return {"code": "200", "name": "Sales"} if code in ("200", "sales") else None


def rate(currency: str, day: date) -> dict[str, Any] | None:
    known = (currency, day) == ("USD", date(2026, 11, 22))
    return {"source": currency, "target": "GBP", "rate": Decimal("0.75"), "on": day} if known else None


SOURCES = Sources(customer, account, rate, {"goods": GOODS, "codes": CODES})


def found(settings: dict[str, Any], **order: Any) -> Enriched | Problem:
    return enrich(settings, an_order(**order), SOURCES, a_context())


@pytest.mark.parametrize("key", ["customer.id", "customer.email"])
def test_a_customer_is_found_by_contact_number_or_by_e_mail(key: str) -> None:
    assert found({"what": "customer", "key": key, "into": "who"}) == Enriched("who", {"name": "Ada Moss"})


def test_a_new_customer_is_no_problem() -> None:
    assert found({"what": "customer", "key": "number", "into": "who"}) == Enriched("who", None)


def test_an_account_is_found_by_code_or_role() -> None:
    result = found({"what": "account", "key": "note", "into": "a"}, note="sales")
    assert result == Enriched("a", {"code": "200", "name": "Sales"})


def test_a_rate_is_that_of_the_day_in_the_pairs_zone() -> None:
    result = found({"what": "rate", "key": "currency"}, currency="usd")
    assert isinstance(result, Enriched)
    assert (result.into, result.value["rate"]) == ("rate", Decimal("0.75"))
    late = found(
        {"what": "rate", "key": "currency", "on": "placed_at"}, currency="USD", placed_at="2026-11-23"
    )
    assert isinstance(late, Problem)
    assert late.cause == "settings"


def test_a_table_gives_its_value_or_a_row_of_several_columns() -> None:
    one = found({"what": "table", "table": "codes", "key": "lines[0].category", "into": "code"})
    assert one == Enriched("code", "202")
    row = found({"what": "table", "table": "goods", "key": "note", "into": "good"}, note="tea")
    assert row == Enriched("good", {"account": "202", "tax": "ZERORATEDOUTPUT"})


@pytest.mark.parametrize(
    ("settings", "said", "cause"),
    [
        ({"what": "account", "key": "number"}, "no account “HF-10042”", "settings"),
        ({"what": "rate", "key": "currency"}, "no exchange rate for GBP", "settings"),
        (
            {"what": "table", "table": "codes", "key": "number"},
            "not in the look-up table “codes”",
            "settings",
        ),
        ({"what": "table", "table": "kodes", "key": "number"}, "no look-up table “kodes”", "settings"),
        ({"what": "account", "key": "nothing"}, "has no “nothing” to look up by", "record"),
        ({"what": "account", "key": "lines"}, "choose one of its fields", "record"),
        ({"what": "rate", "key": "currency", "on": "nothing"}, "on which day", "record"),
        ({"what": "weather", "key": "number"}, "Nobody can look up “weather”", "mapping"),
        ({"what": "account", "key": "a..b"}, "is not a field path", "mapping"),
    ],
)
def test_what_cannot_be_looked_up_says_why(settings: dict[str, Any], said: str, cause: str) -> None:
    result = found(settings)
    assert isinstance(result, Problem)
    assert said in result.message
    assert result.cause == cause


def test_a_step_may_let_the_record_go_on_without() -> None:
    settings = {"what": "account", "key": "number", "into": "a", "required": False}
    assert found(settings) == Enriched("a", None)


def test_mappings_read_what_was_found_and_are_checked_against_its_fields() -> None:
    settings = {"what": "table", "table": "goods", "key": "note", "into": "good"}
    context = context_schema({"goods": GOODS}, enriched_fields(settings, {"goods": GOODS}))

    def document(path: str) -> Any:
        rows = [{"target": "Name", "sources": [path]}]
        return from_json({"source": "shop:order", "target": "xero:Contact", "rows": rows})

    assert check_document(document("context:enriched.good.account"), context=context) == ()
    (problem,) = check_document(document("context:enriched.goods.account"), context=context)
    assert "The settings have no “enriched.goods.account”" in problem.message
    result = compile_mapping(document("context:enriched.good.account")).evaluate(
        an_order(), {"enriched": {"good": {"account": "202"}}}
    )
    assert result.document == {"Name": "202"}
