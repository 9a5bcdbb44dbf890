from __future__ import annotations

import pytest

from mapping.core.conditions.records import types_of
from mapping.core.conditions.text import tree_of
from mapping.core.conditions.words import words_of
from mapping.core.schemas import SOURCES

ORDER = SOURCES["shop:order"]


def label_of(path: str) -> str:
    field = ORDER.field(path)
    return field.label if field and field.label else path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("total > 5000", "Total the customer pays is more than 5000"),
        ('currency in ["EUR", "USD", "PLN"]', "Currency is one of “EUR”, “USD” or “PLN”"),
        ('placed_at > d"2026-11-22"', "Placed at is after 2026-11-22"),
        ("prices_include_tax", "Prices include VAT is yes"),
        (
            'total > 100 and (currency == "EUR" or customer.company == null)',
            "Total the customer pays is more than 100 and (Currency is “EUR” or Company is missing)",
        ),
        ('not (currency == "GBP")', "not (Currency is “GBP”)"),
        ("total > discount.total", "Total the customer pays is more than Discount of the order"),
        ("total * 2 > 5", "“total * 2 > 5”"),
    ],
)
def test_a_condition_reads_as_a_sentence(text: str, words: str) -> None:
    type_of = types_of(ORDER)
    assert words_of(tree_of(text, type_of), label_of, type_of) == words
