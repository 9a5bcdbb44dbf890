"""Suggestions for a pair: from its own records, never over a row, past what people said."""

from __future__ import annotations

import pytest

from integrations.models import Pair
from mapping.core.document import Collection, MappingDocument, Row
from mapping.models import SuggestionFeedback
from mapping.services.suggestions import Said, Suggestion, remember, suggest
from tests.factories import OrderFactory, PairFactory, UserFactory
from tests.mapping.builders import an_order

EMPTY = MappingDocument("invoice", "xero:Invoice", "shop:order", "Order to invoice")
PASTED = MappingDocument("contact", "xero:Contact", "", "Anything to contact")
RECORD = {"cust": {"mail": "ada@example.com", "surname": "Moss", "ref_no": "K77"}}


@pytest.fixture
def pair(db: None) -> Pair:
    return PairFactory()


def firsts(found: list[Suggestion]) -> dict[str, str]:
    """The first source for each target."""
    by_target: dict[str, str] = {}
    for each in found:
        by_target.setdefault(each.target, each.source)
    return by_target


def test_an_order_mapping_from_nothing_is_suggested_from_stored_orders(pair: Pair) -> None:
    OrderFactory(pair=pair, document=an_order())
    found = firsts(suggest(pair, EMPTY))
    assert found["InvoiceNumber"] == "number"
    assert found["CurrencyCode"] == "currency"
    assert found["LineItems[].Quantity"] == "lines[].quantity"


def test_without_any_record_the_declared_fields_are_enough(pair: Pair) -> None:
    assert firsts(suggest(pair, EMPTY))["LineItems[].ItemCode"] == "lines[].sku"


def test_records_of_other_pairs_are_not_looked_at(pair: Pair) -> None:
    OrderFactory(document={**an_order(), "special_field": "ABC-1"})
    assert "special_field" not in {each.source for each in suggest(pair, EMPTY)}


def test_nothing_is_suggested_over_a_row_that_is_there(pair: Pair) -> None:
    row = Row("mine", "InvoiceNumber", ("payment.vendor_tx_code",))
    document = MappingDocument("invoice", "xero:Invoice", "shop:order", rows=(row,))
    assert "InvoiceNumber" not in firsts(suggest(pair, document))


def test_links_into_lines_keep_to_the_list_the_mapping_repeats(pair: Pair) -> None:
    other = MappingDocument(
        "invoice", "xero:Invoice", "shop:order", collections=(Collection("LineItems", "work:lines"),)
    )
    assert not [target for target in firsts(suggest(pair, other)) if target.startswith("LineItems")]


def test_only_likely_links_are_offered_and_money_by_click_only(pair: Pair) -> None:
    found = suggest(pair, EMPTY)
    assert {each.band for each in found} <= {"accept", "offer"}
    assert all(
        each.by_click_only for each in found if each.target in ("CurrencyCode", "LineItems[].UnitAmount")
    )


def test_a_rejected_link_stays_away_in_its_pair_only(pair: Pair) -> None:
    assert firsts(suggest(pair, PASTED, RECORD))["EmailAddress"] == "cust.mail"
    said = Said("EmailAddress", "cust.mail", is_accepted=False)
    assert remember(pair, PASTED, [said], by=UserFactory()) == 1
    assert "EmailAddress" not in firsts(suggest(pair, PASTED, RECORD))
    assert firsts(suggest(PairFactory(), PASTED, RECORD))["EmailAddress"] == "cust.mail"


def test_an_accepted_link_is_remembered_for_the_same_field_elsewhere_in_the_pair(pair: Pair) -> None:
    remember(pair, PASTED, [Said("AccountNumber", "cust.ref_no", is_accepted=True)], by=None)
    (first,) = [each for each in suggest(pair, PASTED, RECORD) if each.target == "AccountNumber"]
    assert (first.source, first.reasons[0]) == ("cust.ref_no", "accepted before for this field")


def test_no_value_of_a_record_is_kept(pair: Pair) -> None:
    OrderFactory(pair=pair, document=an_order())
    remember(pair, EMPTY, [Said("InvoiceNumber", "number", is_accepted=True)], by=None)
    kept = SuggestionFeedback.objects.get()
    assert (kept.target, kept.source, kept.object) == ("InvoiceNumber", "number", "xero:Invoice")
    assert kept.key.startswith("number|")
    assert str(kept) == "yes to number → InvoiceNumber"
