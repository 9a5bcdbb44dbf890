from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mapping.core.compiler import compile_mapping
from mapping.core.defaults import default_document
from tests.mapping.builders import a_context, a_payment, a_rate

PAYMENT = compile_mapping(default_document("payment"))


def payment(*, context: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    result = PAYMENT.evaluate(a_payment(**changes), context or a_context())
    assert result.is_usable, result.problems
    return result.document


def test_a_payment_goes_into_the_clearing_account_of_its_currency() -> None:
    assert payment() == {
        "Account": {"Code": "095"},
        "Date": "2026-11-22",
        "Amount": Decimal("38.34"),
        "Reference": "HF-10042-1",
    }
    assert payment(currency="EUR")["Account"] == {"Code": "097"}


def test_a_scheme_that_is_paid_apart_has_its_own_clearing_account() -> None:
    assert payment(card_type="Amex")["Account"] == {"Code": "096"}


def test_a_converted_payment_goes_into_the_clearing_account_of_the_books() -> None:
    document = payment(currency="USD", context=a_context(rate=a_rate()))
    assert (document["Amount"], document["Account"]) == (Decimal("28.42"), {"Code": "095"})


@pytest.mark.parametrize(
    ("changes", "said", "cause"),
    [
        ({"currency": "CHF"}, "No clearing account is set for payments in CHF", "settings"),
        ({"amount": "0.00"}, "not more than nothing", "record"),
        ({"amount": "-5.00"}, "not more than nothing", "record"),
        ({"amount": "5.001"}, "keeps 2 decimals", "record"),
        ({"amount": ""}, "Amount in the document's currency is missing", "record"),
        ({"taken_at": None}, "Date is missing", "record"),
    ],
)
def test_a_wrong_payment_is_refused_in_words(changes: dict[str, Any], said: str, cause: str) -> None:
    result = PAYMENT.evaluate(a_payment(**changes), a_context())
    assert not result.is_usable
    assert any(said in problem.message and problem.cause == cause for problem in result.problems), (
        result.problems
    )
