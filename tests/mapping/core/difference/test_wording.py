from __future__ import annotations

from decimal import Decimal

import pytest

from mapping.core.difference import Change, Summary
from mapping.core.difference.wording import headline, written


def summary(*, compared: int = 48_210) -> Summary:
    found = Summary()
    found.add_same("invoice", compared)
    return found


def test_nothing_changed_is_said_with_how_much_was_looked_at() -> None:
    assert headline(summary()) == "Nothing changes: all 48,210 records come out the same."


def test_the_headline_names_documents_money_and_vat() -> None:
    found = summary()
    found.effects["invoice", "changed"] = 312
    found.effects["invoice", "failing"] = 4
    found.money["invoice", "failing", "GBP"] = Decimal("96.00")
    found.accounts["200", "GBP"] = Change(Decimal("-5000.00"), Decimal("-3796.00"))
    found.accounts["260", "GBP"] = Change(Decimal(0), Decimal("-1204.00"))
    found.boxes[1, "GBP"] = Change(Decimal("1000.00"), Decimal("1240.80"))
    found.boxes[3, "GBP"] = Change(Decimal("1000.00"), Decimal("1240.80"))

    assert headline(found) == (
        "312 of 48,210 invoices change. 4 invoices newly fail (£96.00). "
        "£1,204.00 moves from account 200 to 260; VAT box 1 rises by £240.80."
    )


def test_an_account_that_moves_alone_rises_or_falls() -> None:
    found = summary()
    found.effects["invoice", "held"] = 1
    found.accounts["200", "GBP"] = Change(Decimal("-20.00"), Decimal(0))

    assert "1 invoice is newly held." in headline(found)
    assert "Account 200 falls by £20.00; no VAT moves." in headline(found)


def test_changed_texts_move_nothing() -> None:
    found = summary(compared=9)
    found.effects["invoice", "changed"] = 1

    assert headline(found) == "1 of 9 invoices changes. No money moves and no VAT."


def test_moves_that_cancel_out_are_not_passed_over() -> None:
    found = summary()
    found.effects["invoice", "changed"] = 2
    found.accounts["200", "GBP"] = Change(Decimal("-40.00"), Decimal("-40.00"))

    assert "cancels itself out" in headline(found)


def test_many_moves_are_shortened() -> None:
    found = summary()
    found.effects["invoice", "changed"] = 5
    for code in range(5):
        found.accounts[f"20{code}", "GBP"] = Change(Decimal(0), Decimal(-(code + 1)))

    assert "3 more accounts move" in headline(found)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1204", "GBP", "£1,204.00"),
        ("-3.5", "EUR", "−€3.50"),
        ("12", "CHF", "CHF\N{NO-BREAK SPACE}12.00"),
        ("1200", "JPY", "JPY\N{NO-BREAK SPACE}1,200"),
        ("0.0005", "GBP", "£0.0005"),
    ],
)
def test_amounts_are_written_as_people_do(amount: str, currency: str, words: str) -> None:
    assert written(Decimal(amount), currency) == words
