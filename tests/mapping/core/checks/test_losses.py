from __future__ import annotations

from typing import Any

import pytest

from mapping.core.checks.observed import observe
from mapping.core.compiler import check_document
from mapping.core.document import loads
from mapping.core.reading import from_json
from mapping.core.schemas.inference import infer_schema

LONG = "x" * 60


def said(
    target: str, sample: dict[str, Any], *steps: dict[str, Any], sources: tuple[str, ...] = ("a",)
) -> Any:
    row = {"id": "this", "target": target, "sources": list(sources), "transforms": list(steps)}
    kind = "xero:Contact" if target == "ContactNumber" else "xero:Invoice"
    document = from_json({"target": kind, "rows": [row]})
    found = check_document(document, source=infer_schema([sample]), samples=[sample])
    assert {problem.severity for problem in found if problem.row == "this"} <= {"warning"}
    return [problem.message for problem in found if problem.row == "this"]


def step(name: str, **parameters: Any) -> dict[str, Any]:
    return {"name": name, "parameters": parameters}


def test_a_text_longer_than_xero_takes_asks_to_be_shortened() -> None:
    assert said("ContactNumber", {"a": LONG}) == [
        "Contact number (your customer's id) can have 60 characters here, Xero takes 50: add “Shorten”, or such "
        "records stop."
    ]
    assert said("ContactNumber", {"a": "C-77"}) == []


@pytest.mark.parametrize(
    ("steps", "sources", "length"),
    [
        ([step("tidy")], ("a",), 60),
        ([step("truncate", length=55)], ("a",), 55),
        ([step("truncate", length=50)], ("a",), None),
        ([step("concatenate", separator="--")], ("b", "b"), 82),
        ([step("template", text="No. {1}{2}")], ("b", "c"), 45),
        ([step("template", text="No. {1}")], ("c",), None),
        ([step("first_of")], ("c", "a"), 60),
        ([step("lookup", table={"x": "y"})], ("a",), None),
        ([step("case", style="upper")], ("a",), 60),
    ],
)
def test_the_length_is_followed_through_the_transforms(
    steps: list[dict[str, Any]], sources: tuple[str, ...], length: int | None
) -> None:
    messages = said("ContactNumber", {"a": LONG, "b": "y" * 40, "c": "z"}, *steps, sources=sources)
    too_long = [text for text in messages if "Xero takes 50" in text]
    assert bool(too_long) == (length is not None and length > 50)
    assert all(f"can have {length} characters" in text for text in too_long)


def test_shortening_that_throws_text_away_is_pointed_out() -> None:
    assert said("ContactNumber", {"a": LONG}, step("truncate", length=20)) == [
        "Text is lost: values of up to 60 characters are shortened to 20."
    ]
    assert said("ContactNumber", {"a": "C-77"}, step("truncate", length=20)) == []


@pytest.mark.parametrize(
    ("sample", "steps", "text"),
    [
        ('{"a": "1.123456"}', [], None),
        ('{"a": 1.1234567}', [], "can have 7 decimals here, Xero keeps 6"),
        ('{"a": "1.12345678"}', [step("number")], "can have 8 decimals"),
        ('{"a": "1.12345678"}', [step("round", decimals=6)], None),
        ('{"a": "1.12345678"}', [step("round", decimals=2)], "8 decimals are rounded to 2, and Xero keeps 6"),
        ('{"a": "2"}', [step("arithmetic", operation="divide", by="3")], "any number of decimals"),
        ('{"a": "2.25"}', [step("arithmetic", operation="multiply", by="1.12345")], "can have 7 decimals"),
        ('{"a": "2.25"}', [step("arithmetic", operation="add", by="1.1234567")], "can have 7 decimals"),
        ('{"a": "2.50000000"}', [], None),
        ('{"a": 38}', [step("from_minor_units", currency="GBP")], None),
    ],
)
def test_amounts_finer_than_xero_keeps_ask_to_be_rounded(
    sample: str, steps: list[dict[str, Any]], text: str | None
) -> None:
    messages = said("CurrencyRate", loads(sample), *steps)
    assert (len(messages), text is None or text in messages[0]) == (0 if text is None else 1, True)


def test_lengths_and_decimals_are_those_of_the_longest_and_finest_sample() -> None:
    seen = observe([{"a": "1.5", "lines": [{"n": "abc"}, {"n": "de"}]}, {"a": "12", "lines": None}])
    assert (seen["a"].length, seen["a"].decimals) == (3, 1)
    assert (seen["lines[].n"].length, seen["lines[].n"].decimals) == (3, None)
