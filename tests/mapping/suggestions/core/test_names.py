"""Names of fields in many spellings come to the same words."""

from __future__ import annotations

import pytest

from mapping.suggestions.core.lexicon import lexicon
from mapping.suggestions.core.names import name_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("billingPostCode", ("billing", "postcode")),
        ("billing_post_code", ("billing", "postcode")),
        ("BILLINGPOSTCODE", ("billing", "postcode")),
        ("Rechnungsnummer", ("invoice", "number")),
        ("Bestelldatum", ("order", "date")),
        ("cust_nm", ("customer", "name")),
        ("ccy_cd", ("currency",)),
        ("addr_ln_2", ("line2",)),
        ("Straße", ("street",)),
        ("prénom", ("firstname",)),
        ("código_postal", ("postcode",)),
        ("createdAt", ("created", "date")),
        ("USt-IdNr", ("taxnumber",)),
    ],
)
def test_a_name_is_read_in_any_spelling(name: str, words: tuple[str, ...]) -> None:
    assert lexicon().tokens(name) == words


def test_an_unknown_word_stays_as_it_is() -> None:
    assert lexicon().tokens("zyxwvutsrq") == ("zyxwvutsrq",)


def test_a_path_says_whose_a_field_is_and_which_lists_it_is_in() -> None:
    name = name_of("order.line_items[].tax_lines[].rate")
    assert name.leaf == ("rate",)
    assert {"order", "line", "tax"} <= name.roles
    assert name.lists == ("order.line_items", "order.line_items[].tax_lines")


def test_words_weigh_less_the_further_they_are_from_the_field() -> None:
    weights = dict(name_of("customer.billing.email").words)
    assert weights["email"] > weights["billing"] > weights["customer"]


def test_a_text_that_is_no_path_is_one_name() -> None:
    assert name_of('Total [incl. "VAT"').depth == 1
