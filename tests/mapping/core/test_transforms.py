from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.core.document import TransformUse
from mapping.core.problems import Noted, TransformError
from mapping.core.readers import Scope
from mapping.core.steps import ParameterError, compile_step
from mapping.core.transforms import REGISTRY, Transform, sentence


def run(name: str, given: Any, /, **parameters: Any) -> Any:
    return compile_step(TransformUse(name, parameters)).apply(
        given, Scope({"pounds": "£"}, {"zone": "Europe/Leeds"})
    )


@pytest.mark.parametrize("spec", REGISTRY.values(), ids=lambda spec: spec.name)
def test_the_example_of_every_transform_is_true(spec: Transform) -> None:
    assert run(spec.name, spec.example.before, **spec.example.parameters) == spec.example.after


@pytest.mark.parametrize("spec", REGISTRY.values(), ids=lambda spec: spec.name)
def test_every_transform_says_what_it_does_in_a_sentence(spec: Transform) -> None:
    text = sentence(spec, spec.example.parameters)
    assert text[0].isupper() or text.startswith(str(spec.example.parameters.get("value")))
    assert not set(text) & set("{}[]…") or spec.name in ("template", "regex")


def test_choices_stand_in_a_sentence_as_words() -> None:
    assert sentence(REGISTRY["round"], {"decimals": 4}) == "Round to 4 decimals (half up)"


def test_a_sentence_leaves_out_what_is_as_usual_and_names_paths() -> None:
    spec = REGISTRY["date"]
    assert sentence(spec, {"zone": {"from": "context:pair.zone"}}) == "The day in context:pair.zone"
    assert sentence(spec, {"plus_days": 14}) == "The day in Europe/London, 14 days later"


@pytest.mark.parametrize(
    ("name", "parameters", "said"),
    [
        ("no_such", {}, "There is no transform “no_such”."),
        ("truncate", {}, "“Shorten” needs “Most characters”."),
        ("truncate", {"length": "ten"}, "“Most characters” cannot be “ten”."),
        ("truncate", {"length": 1.5}, "cannot be “1.5”"),
        ("truncate", {"length": 10, "width": 3}, "has no setting “width”"),
        ("case", {"style": "wavy"}, "cannot be “wavy”"),
        ("lookup", {"table": "GB"}, "“Table” cannot be “GB”"),
        ("regex", {"pattern": "("}, "The pattern cannot be read"),
        ("template", {"text": "{name}"}, "Placeholders are the numbers of the sources"),
        ("template", {"text": "{1.__class__}"}, "Placeholders are the numbers of the sources"),
        ("template", {"text": "{1:>99999999}"}, "Placeholders are the numbers of the sources"),
        ("template", {"text": "{1"}, "The text cannot be read"),
        ("default", {"value": {"from": "a..b"}}, "is not a field path"),
        ("date", {"zone": "Europe/Leeds"}, "“Europe/Leeds” is not a time zone such as Europe/London."),
        ("date", {"plus_days": 99_999}, "“Days later”: it has to lie between -3660 and 3660, not be 99999."),
        ("to_minor_units", {"currency": "£"}, "'£' is not an ISO 4217 currency code"),
        ("truncate", {"length": 0}, "it has to lie between 1 and 100000"),
        ("round", {"decimals": -1}, "it has to lie between 0 and 12"),
        ("split", {"separator": ",", "part": 0}, "count from 1, or from -1 for the last"),
        ("item", {"position": 0}, "count from 1"),
    ],
)
def test_wrong_parameters_are_refused_in_words(name: str, parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(ParameterError, match=r".") as caught:
        compile_step(TransformUse(name, parameters))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "parameters", "result"),
    [
        ("tidy", "\x00Ada\u200bMoss\x1f", {}, "Ada\u200bMoss"),
        ("tidy", " \n ", {}, None),
        ("split", "a,b", {"separator": ",", "part": 3}, None),
        ("split", "a,b", {"separator": ",", "part": -1}, "b"),
        ("regex", "no digits", {"pattern": r"\d+"}, None),
        ("concatenate", ["", None], {}, None),
        ("template", [None, "10"], {"text": "{1}{2}"}, "10"),
        ("number", "£1,234.50", {}, Decimal("1234.50")),
        ("number", "-3", {}, Decimal("-3")),
        ("from_minor_units", 1234, {"currency": "JPY"}, Decimal("1234")),
        ("from_minor_units", "1234", {"currency": "KWD"}, Decimal("1.234")),
        ("arithmetic", ["10", None, "2.5"], {"operation": "add"}, Decimal("12.5")),
        ("arithmetic", ["10"], {"operation": "divide", "by": "4"}, Decimal("2.5")),
        ("date", "2026-03-01", {"zone": "Pacific/Chatham"}, "2026-03-01"),
        ("date", 1795348500, {}, "2026-11-22"),
        ("date", 1795348500000, {}, "2026-11-22"),
        ("parse_date", "01/07/2026 09:00:00", {"pattern": "%d/%m/%Y %H:%M:%S"}, "2026-07-01T09:00:00+01:00"),
        ("lookup", "gb", {"table": {"GB": "United Kingdom"}}, "United Kingdom"),
        ("lookup", "FR", {"table": {"GB": "United Kingdom"}, "otherwise": "Abroad"}, "Abroad"),
        ("status_map", "ok", {}, "paid"),
        ("flag", "No", {}, False),
        ("tax_type", [Decimal("0E+1"), None], {}, "ZERORATEDOUTPUT"),
        ("account_code", ["goods", "Food", "POT-1"], {"accounts": {}, "by_product": {"POT-1": "205"}}, "205"),
        ("clearing_account", ["gbp"], {"accounts": {"GBP": "090"}}, "090"),
        ("first_of", ["  ", 0], {}, 0),
        ("when_present", "  ", {"value": "X"}, None),
    ],
)
def test_transforms_at_their_edges(name: str, value: Any, parameters: dict[str, Any], result: Any) -> None:
    assert run(name, value, **parameters) == result


@pytest.mark.parametrize(
    ("name", "value", "parameters", "said", "cause"),
    [
        ("number", "twelve", {}, "not an amount", "record"),
        ("number", 1.5, {}, "not an amount", "record"),
        ("from_minor_units", "12.5", {"currency": "GBP"}, "not a whole number", "record"),
        ("to_minor_units", "12.345", {"currency": "GBP"}, "not an exact amount", "record"),
        ("to_minor_units", "12", {"currency": {"from": "pounds"}}, "not an ISO 4217", "record"),
        ("arithmetic", ["1", "0"], {"operation": "divide"}, "divided by zero", "record"),
        (
            "date",
            "2026-11-22T10:00:00Z",
            {"zone": {"from": "context:zone"}},
            "not a time zone",
            "settings",
        ),
        ("parse_date", "22.11.2026", {"pattern": "%d/%m/%Y"}, "not a date written as", "record"),
        ("lookup", "FR", {"table": {}, "must_exist": True}, "not in the look-up table", "settings"),
        ("status_map", "SHRUG", {}, "say there what it means", "settings"),
        ("convert_currency", ["1"], {}, "needs two sources", "mapping"),
        (
            "convert_currency",
            ["1", "USD"],
            {"rate": {"source": "USD", "target": "GBP", "rate": "0"}},
            "not positive",
            "settings",
        ),
        ("aggregate_lines", [{"kind": "goods"}], {}, "put “code_lines” before", "mapping"),
        ("case", ["a"], {"style": "upper"}, "choose one of its fields", "record"),
        (
            "regex",
            "abc",
            {"pattern": "b", "take": r"\3"},
            "a group that the pattern does not have",
            "mapping",
        ),
        ("regex", "1," * 40, {"pattern": "(.*?,){30}P"}, "takes too long on this text", "mapping"),
    ],
)
def test_values_that_cannot_be_handled_say_so_and_who_can_mend_it(
    name: str, value: Any, parameters: dict[str, Any], said: str, cause: str
) -> None:
    with pytest.raises(TransformError, match=said) as caught:
        run(name, value, **parameters)
    assert caught.value.cause == cause


def test_cutting_and_leaving_out_are_reported() -> None:
    assert run("truncate", "abc def", length=4) == Noted("abc", "Cut from 7 to 4 characters.")
    assert run("truncate", "abcdef", length=4, when_longer="leave_out").value is None


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("ada@example.com", "ada@example.com"),
        ("a.b+c@Mail.Example.CO.UK", "a.b+c@mail.example.co.uk"),
        ("ada@example", None),
        ("ada@@example.com", None),
        ("ada moss@example.com", None),
        (".ada@example.com", None),
        ("ädä@example.com", None),
        ("a" * 250 + "@example.com", None),
    ],
)
def test_only_addresses_that_xero_takes_pass(address: str, kept: str | None) -> None:
    result = run("email", address)
    assert (result.value if isinstance(result, Noted) else result) == kept


def test_lines_add_up_by_tax_type_and_account_and_keep_their_sum() -> None:
    items = [
        {"name": "Tea", "category": "food", "total": "1.20", "tax_rate": "20"},
        {"name": "Pot", "category": "food", "total": "2.40", "tax_rate": "20"},
        {"name": "Book", "category": "", "total": "3.00", "tax_rate": "0"},
    ]
    lines = run("order_lines", items, currency="GBP", includes_tax=True)
    coded = run("code_lines", lines, accounts={"sales": "200"}, by_category={"food": "202"})
    added = run("aggregate_lines", coded)
    assert [(line["account_code"], line["tax_type"], line["gross"]) for line in added] == [
        ("202", "OUTPUT2", Decimal("3.60")),
        ("200", "ZERORATEDOUTPUT", Decimal("3.00")),
    ]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("United Kingdom", "GB"),
        ("the united kingdom", "GB"),
        ("U.K.", "GB"),
        ("gbr", "GB"),
        ("GB", "GB"),
        ("Türkiye", "TR"),
        ("Turkey", "TR"),
        ("Cote d'Ivoire", "CI"),
        ("Bosnia & Herzegovina", "BA"),
        ("Czech Republic", "CZ"),
        ("The Netherlands", "NL"),
        ("U.S.A.", "US"),
        ("Atlantis", "Atlantis"),
    ],
)
def test_countries_are_known_however_they_are_written(written: str, code: str) -> None:
    assert run("country", written) == code


def test_unknown_countries_are_kept_left_out_or_stop() -> None:
    assert run("country", "GBR", form="name") == "United Kingdom"
    assert run("country", "Atlantis", when_unknown="leave_out").value is None
    with pytest.raises(TransformError, match="“Atlantis” is not a country"):
        run("country", "Atlantis", when_unknown="stop")


@pytest.mark.parametrize(
    ("value", "unit", "moment"),
    [
        (1795342500, "seconds", "2026-11-22T10:15:00+00:00"),
        ("1795342500123", "milliseconds", "2026-11-22T10:15:00+00:00"),
        (Decimal("1795342500.9"), "seconds", "2026-11-22T10:15:00+00:00"),
    ],
)
def test_times_are_read_from_counts_since_1970(value: Any, unit: str, moment: str) -> None:
    assert run("from_epoch", value, unit=unit) == moment


def test_a_count_that_is_no_time_says_so() -> None:
    with pytest.raises(TransformError, match="not a time in seconds since 1970"):
        run("from_epoch", "9" * 30)


@pytest.mark.parametrize(("position", "found"), [(1, "a"), (2, "b"), (-1, "b"), (3, None), (-3, None)])
def test_one_element_of_a_list_is_taken_by_its_position(position: int, found: Any) -> None:
    assert run("item", ["a", "b"], position=position) == found
    assert run("item", "a", position=1) == "a"


def test_lists_of_amounts_add_up() -> None:
    assert run("arithmetic", ["1.10", None, "2.20"], operation="add") == Decimal("3.30")
